"""Who keeps away from a complaint, who works on it, and who reviews it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from config_admin.figures.values import value_of
from crm.core.clock import bank_today
from crm.core.models import Approval
from crm.core.operations import DomainError
from customers.conflicts.rules import refuse_conflict
from services.models import Complaint
from staff.models import Branch, StaffMember
from sysadmin.models import period

from .parameters import RECUSE_LEADER

HANDLE, SEE = "services.investigate_complaint", "services.view_complaint"
# steps of whoever is in charge, and of nobody else
OWN_STEPS = frozenset({"investigate", "establish", "compensate", "answer"})


def member_of(user: Any) -> StaffMember | None:
    """The member of staff behind a sign-in; read once for a user in hand."""
    return getattr(user, "staff_member", None)


def kept_away(complaint: Complaint) -> set[int]:
    """The members of staff who neither handle nor decide nor review, by their keys."""
    if complaint.about is None:
        return set()
    leader = complaint.about.supervisor_id if value_of(RECUSE_LEADER) else None
    return {key for key in (complaint.about_id, leader) if key}


def about_those_led_by(user: Any) -> Q:
    """The complaints about somebody whom a user leads, where that keeps the user away.

    Those about the user are closed to them in any case.
    """
    return Q(about__supervisor__user=user.pk) if value_of(RECUSE_LEADER) else Q(pk__in=[])


def why_kept_away(complaint: Complaint, user: Any) -> str:
    """Why a user keeps away from a complaint; empty if they need not."""
    about = complaint.about
    if about is None:
        return ""
    if about.user_id == user.pk:
        return _("This complaint is about you. Somebody else works on it.")
    leader = about.supervisor
    if leader is None or leader.user_id != user.pk or leader.pk not in kept_away(complaint):
        return ""
    return _("This complaint is about somebody whom you lead. Somebody else works on it.")


def why_not(complaint: Complaint, verb: str, user: Any) -> str:
    """Why a user may not take a step with a complaint; empty if they may."""
    if refusal := why_kept_away(complaint, user):
        return refusal
    charge = complaint.person_in_charge
    if verb in OWN_STEPS and (charge is None or charge.user_id != user.pk):
        if charge is None:
            return _("Nobody is in charge of this complaint yet.")
        return _("This is for %(name)s, who is in charge of the complaint.") % {"name": charge}
    return ""


def why_not_decide(request: Approval, user: Any) -> str:
    """Why somebody may not decide on a request about a complaint; empty if they may."""
    if request.subject_model != Complaint._meta.label_lower or request.subject_key is None:
        return ""
    rows = Complaint._base_manager.select_related("about__supervisor")
    complaint = rows.filter(pk=request.subject_key).first()
    return why_kept_away(complaint, user) if complaint else ""


# --- whom to choose --------------------------------------------------------------------


def refuse_worker(complaint: Complaint, member: StaffMember, field: str) -> None:
    """Refuse to let somebody work on a complaint who must keep away from it, or cannot."""
    if member.pk in kept_away(complaint):
        raise DomainError(Complaint.TRIGGERS["services_complaint_recusal"], field)
    refuse_conflict(member, complaint.customer_id, period(bank_today()), field)
    if member.user is None or not member.user.is_active or not member.user.has_action(HANDLE):
        raise DomainError(
            _("%(name)s has no right to handle complaints. Choose somebody else.")
            % {"name": member},
            field,
        )
    if not all(would_reach(complaint, member.user, action) for action in (SEE, HANDLE)):
        raise DomainError(
            _("Complaints of %(branch)s are out of reach of %(name)s. Choose somebody else.")
            % {"branch": complaint.branch, "name": member},
            field,
        )


def would_reach(complaint: Complaint, user: Any, action: str) -> bool:
    """Whether a user will reach a complaint once it is theirs to work on."""
    reach = user.reach(action)
    if reach is None or reach.own:
        return reach is not None
    return Branch.objects.in_reach(user, action).filter(pk=complaint.branch_id).exists()


def refuse_reviewer(complaint: Complaint, member: StaffMember, field: str) -> None:
    """Refuse a reviewer who does not stand above the handler."""
    refuse_worker(complaint, member, field)
    if not reviewers_of(complaint).filter(pk=member.pk).exists():
        raise DomainError(Complaint.TRIGGERS["services_complaint_level"], field)


def reviewers_of(complaint: Complaint) -> QuerySet[StaffMember]:
    """Those of branches above the handler's; at the head office, who does not report to them."""
    if complaint.handler is None:
        return StaffMember.objects.none()
    place = complaint.handler.branch
    above = Q(branch__lft__lt=place.lft, branch__rgt__gt=place.rgt)
    if place.level == Branch.Level.HEAD_OFFICE:
        above = Q(branch=place) & ~Q(supervisor=complaint.handler)
    return StaffMember.objects.present().filter(above).exclude(pk=complaint.handler.pk)
