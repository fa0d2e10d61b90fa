"""What risk management tells of: cases, hits reopened, reviews overdue, service stopped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.urls import reverse_lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from risk.models import AlertCase, CaseProposal, Diligence, ScreeningHit
from staff.models import Branch, StaffMember
from sysadmin.models import Importance
from sysadmin.notices.kinds import Kind, add_kinds
from sysadmin.notices.operations import News, nothing_waits, tell, tell_of

if TYPE_CHECKING:
    from customers.models import Customer
    from sysadmin.models import User

GIVEN = Kind(
    "risk.case_given",
    _("An alert case is yours to investigate"),
    _("An alert case is yours to investigate: %(name)s."),
    icon="siren",
    importance=Importance.WARN,
)
ASKED = Kind(
    "risk.case_asked",
    _("You are asked about a warning"),
    _("%(by)s asks you about the alert case %(name)s, by %(day)s."),
    icon="circle-question-mark",
    importance=Importance.WARN,
)
DECIDED = Kind(
    "risk.case_decided",
    _("Your proposal for an alert case was decided"),
    _("%(by)s has approved your proposal for %(name)s."),
    {"sent_back": _("%(by)s has sent back your proposal for %(name)s.")},
    icon="stamp",
)
ANSWERED = Kind(
    "risk.case_answered",
    _("What you asked about an alert case was answered"),
    _("%(by)s has given information about %(name)s."),
    icon="reply",
)

REOPENED = Kind(
    "risk.hit_reopened",
    _("A hit that you found to be a false positive is opened again"),
    _("%(by)s has opened the hit %(name)s again."),
    icon="rotate-ccw",
    importance=Importance.WARN,
)
OVERDUE = Kind(
    "risk.case_overdue",
    _("An alert case of yours is overdue"),
    _("The alert case %(name)s should have been decided by %(day)s."),
    {"waiting": _("The answer about the alert case %(name)s was expected by %(day)s.")},
    icon="clock-alert",
    importance=Importance.BAD,
)
STOPPED = Kind(
    "risk.service_stopped",
    _("Service for one of your customers is stopped"),
    _("Service for %(name)s is stopped: begin nothing new, and tell nobody."),
    icon="octagon-x",
    importance=Importance.BAD,
    must_come=True,
)
REVIEW = Kind(
    "risk.review_overdue",
    _("A review of one of your customers is overdue"),
    _("The review of %(name)s was due on %(day)s."),
    icon="shield-question-mark",
    importance=Importance.WARN,
)
LATE = Kind(
    "risk.reviews_late",
    _("Reviews at your branch have been overdue for days"),
    _("Reviews of due diligence have been overdue for days at your branch."),
    icon="shield-alert",
    importance=Importance.BAD,
    leads_to=format_lazy("{list}?review=branch", list=reverse_lazy("risk:diligence_list")),
)
VERY_LATE = Kind(
    "risk.reviews_very_late",
    _("Reviews at branches are overdue for compliance too"),
    _("Reviews of due diligence are overdue for longer than branches may let them be."),
    icon="shield-alert",
    importance=Importance.BAD,
    leads_to=format_lazy("{list}?review=compliance", list=reverse_lazy("risk:diligence_list")),
)


def register() -> None:
    """Let people be told of what happens here."""
    add_kinds(GIVEN, ASKED, DECIDED, ANSWERED, OVERDUE, REOPENED, STOPPED, REVIEW, LATE, VERY_LATE)


def given(case: AlertCase, *, by: User) -> None:
    """Tell the officer that a case is theirs."""
    tell_of(case, GIVEN.code, user_of(case.officer), by=by)


def all_given(cases: Iterable[AlertCase]) -> None:
    """Tell officers which of these cases are theirs."""
    model = AlertCase._meta.label_lower
    tell(News(user_of(case.officer), GIVEN.code, model, case.pk) for case in cases)


def asked(case: AlertCase, *, by: User) -> None:
    """Tell the lead manager of the customer what is asked by when, unless nobody may know of it."""
    if not case.is_restricted:
        lead = user_of(case.customer.lead_manager)
        tell_of(case, ASKED.code, lead, by=by, day=case.diary_on)


def answered(case: AlertCase, *, by: User) -> None:
    """Tell the officer that there is an answer; nobody is asked any more."""
    nothing_waits(case, ASKED.code)
    tell_of(case, ANSWERED.code, user_of(case.officer), by=by)


def cases_overdue(found: Iterable[tuple[int, str, dt.date, int]]) -> None:
    """Tell officers of overdue cases: each by its key, its state, its day, and the user."""
    model, waiting = AlertCase._meta.label_lower, AlertCase.Status.WAITING
    tell(
        News(user, OVERDUE.code, model, key, "waiting" if status == waiting else "", next_day)
        for key, status, next_day, user in found
    )


def decided(case: AlertCase, proposal: CaseProposal, *, by: User) -> None:
    """Tell whoever made a proposal what became of it."""
    tell_of(case, DECIDED.code, proposal.proposed_by_id, by=by, code=proposal.decision)


def reopened(hit: ScreeningHit, decider: int | None, *, by: User) -> None:
    """Tell whoever had decided that a hit is a false positive."""
    tell_of(hit, REOPENED.code, decider, by=by)


def stopped(customer: Customer, *, by: User) -> None:
    """Tell the lead manager that service is stopped, but not why."""
    tell_of(customer, STOPPED.code, user_of(customer.lead_manager), by=by)


def reviews_overdue(found: Iterable[tuple[int, dt.date, int]]) -> None:
    """Tell lead managers of overdue reviews: each by its key, the day it was due, and the user."""
    model = Diligence._meta.label_lower
    tell(News(user, REVIEW.code, model, key, day=due_on) for key, due_on, user in found)


def reviews_late(kind: Kind, places: Iterable[tuple[int, int]], day: dt.date) -> None:
    """Tell those who answer for branches, by user and branch, that reviews there are late."""
    model = Branch._meta.label_lower
    tell(News(user, kind.code, model, branch, day=day) for user, branch in places)


def reviewed(diligence: Diligence) -> None:
    """Note that a review is done; nobody is asked for it any more."""
    nothing_waits(diligence, REVIEW.code)


def user_of(member: StaffMember | None) -> int | None:
    """The user of a member of staff, if there is one."""
    return member.user_id if member else None
