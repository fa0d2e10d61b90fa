"""What risk management tells of: cases given, asked about, and decided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from risk.models import AlertCase, CaseProposal
from staff.models import StaffMember
from sysadmin.models import Importance
from sysadmin.notices.kinds import Kind, add_kinds
from sysadmin.notices.operations import News, nothing_waits, tell, tell_of

if TYPE_CHECKING:
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


def register() -> None:
    """Let people be told of what happens here."""
    add_kinds(GIVEN, ASKED, DECIDED, ANSWERED)


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


def decided(case: AlertCase, proposal: CaseProposal, *, by: User) -> None:
    """Tell whoever made a proposal what became of it."""
    tell_of(case, DECIDED.code, proposal.proposed_by_id, by=by, code=proposal.decision)


def user_of(member: StaffMember | None) -> int | None:
    """The user of a member of staff, if there is one."""
    return member.user_id if member else None
