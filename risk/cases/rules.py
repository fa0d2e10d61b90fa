"""Who may take which step with an alert case."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from crm.core.clock import bank_today
from crm.core.operations import DomainError
from customers.conflicts.rules import refuse_conflict, why_too_close
from customers.models import ConflictOfInterest, Customer
from customers.ownership.reach import members_reaching
from risk.models import AlertCase, CaseProposal
from staff.models import StaffMember
from sysadmin.models import Grant, period

SEE, WORK = "risk.view_alertcase", "risk.propose_alertcase"
# steps of the officer, and of nobody else
OWN_STEPS = frozenset({"ask", "escalate", "propose"})


def member_of(user: Any) -> StaffMember | None:
    """The member of staff behind a sign-in; read once for a user in hand."""
    return getattr(user, "staff_member", None)


def why_not(case: AlertCase, verb: str, user: Any) -> str:
    """Why a user may not take a step with a case; empty if they may."""
    if verb in OWN_STEPS and (case.officer is None or case.officer.user_id != user.pk):
        return (
            _("This is for %(name)s, who investigates the case.") % {"name": case.officer}
            if case.officer
            else _("Nobody investigates this case yet.")
        )
    if verb in SECOND_STEPS and (proposal := case.proposal):
        return SECOND_STEPS[verb](case, proposal, user)
    return ""


def why_not_approve(case: AlertCase, proposal: CaseProposal, user: Any) -> str:
    """Why a user does not close a case as proposed; empty if they may."""
    if user.pk in {proposal.proposed_by_id, case.edited_by_id}:
        return str(AlertCase.TRIGGERS["risk_case_closed_by_another"])
    if refusal := why_too_close(case.customer_id, user):
        return refusal
    if case.version != proposal.case_version:
        return str(AlertCase.TRIGGERS["risk_case_unchanged"])
    if not outranks(user, proposal.proposed_by):
        return _("This is decided by somebody of the same branch or of one above.")
    return ""


def why_not_send_back(_case: AlertCase, proposal: CaseProposal, user: Any) -> str:
    """Why a user does not send a proposal back; empty if they may."""
    is_own = user.pk == proposal.proposed_by_id
    return _("A second person decides: not the one who made the proposal.") if is_own else ""


def why_not_reopen(_case: AlertCase, proposal: CaseProposal, user: Any) -> str:
    """Why a user does not open a closed case again; empty if they may."""
    took_part = user.pk in {proposal.proposed_by_id, proposal.decided_by_id}
    return str(AlertCase.TRIGGERS["risk_case_reopened_by_another"]) if took_part else ""


SECOND_STEPS = {
    "approve": why_not_approve,
    "send_back": why_not_send_back,
    "reopen": why_not_reopen,
}


def outranks(user: Any, other: Any) -> bool:
    """Whether a user works where another one does, or above; who is no member of staff does not."""
    judge, author = member_of(user), member_of(other)
    if judge is None or author is None:
        return False
    above, place = judge.branch, author.branch
    return above.lft <= place.lft and above.rgt >= place.rgt


def proposals_for(user: Any) -> QuerySet[CaseProposal]:
    """The open proposals that a user may decide on; `why_not_approve` says the same of one."""
    judge = member_of(user)
    if judge is None:
        return CaseProposal.objects.none()
    close = ConflictOfInterest.objects.on(bank_today()).filter(member=judge)
    return CaseProposal.objects.filter(
        decision=CaseProposal.Decision.OPEN,
        proposed_by__staff_member__branch__lft__gte=judge.branch.lft,
        proposed_by__staff_member__branch__rgt__lte=judge.branch.rgt,
    ).exclude(Q(proposed_by=user.pk) | Q(customer__in=close.values("customer")))


def officers_for(case: AlertCase) -> QuerySet[StaffMember]:
    """Those who may be given a case; `refuse_officer` says the same of one."""
    customer = case.customer
    close = ConflictOfInterest.objects.filter(
        customer=customer, valid__overlap=period(bank_today())
    )
    seeing, working = (members_reaching(customer, action) for action in (SEE, WORK))
    return (seeing & working).exclude(Q(pk=case.officer_id) | Q(pk__in=close.values("member")))


def officers() -> QuerySet[StaffMember]:
    """Those who may work on cases of other customers than their own too."""
    held = Grant.objects.filter(
        valid__contains=bank_today(), role__actions__contains=[WORK], user__is_active=True
    ).exclude(extent=Grant.Reach.OWN)
    return StaffMember.objects.present().filter(user__in=held.values("user"))


def works(member: StaffMember) -> bool:
    """Whether somebody may work on cases at all."""
    user: Any = member.user
    return user is not None and user.is_active and user.has_action(WORK)


def reaches(member: StaffMember, case: AlertCase) -> bool:
    """Whether somebody who works on cases reaches the customer of this one."""
    user: Any = member.user
    rows = Customer.objects.filter(pk=case.customer_id)
    return all(rows.within(user, action).exists() for action in (SEE, WORK))


def refuse_officer(case: AlertCase, member: StaffMember, field: str) -> None:
    """Refuse to let somebody investigate a case who is too close to the customer, or cannot."""
    refuse_conflict(member, case.customer_id, period(bank_today()), field)
    if not works(member):
        raise DomainError(
            _("%(name)s has no right to investigate alert cases. Choose somebody else.")
            % {"name": member},
            field,
        )
    if not reaches(member, case):
        raise DomainError(
            _("%(name)s does not reach this customer. Choose somebody who does.")
            % {"name": member},
            field,
        )
