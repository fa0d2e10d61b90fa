"""What happens to referrals: made, accepted, refused, withdrawn, expired."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.translation import gettext as _

from crm.core.acting import acting
from crm.core.clock import bank_today, now
from crm.core.formats import day
from crm.core.operations import DomainError, lock_for, operation, save_new, write
from crm.core.scope import tree_arms
from customers.timeline.operations import tell_all
from services import notices
from services.models import Opportunity, Referral
from services.opportunities import operations as opportunities
from services.staff import member_of
from staff.models import Branch, StaffMember
from sysadmin.models import system_user

from .deadline import answer_by

if TYPE_CHECKING:
    from sysadmin.models import User

Status = Referral.Status
REFUSE = "services.refuse_referral"
# kept as it stands with the changes, so it speaks both languages
LATE = "Not answered in time · 逾期未答复"


# --- making ----------------------------------------------------------------------------


@operation
def refer(referral: Referral, *, by: User) -> Referral:
    """Point a customer out to a member of staff or a branch, who is asked to answer in time."""
    author = member_of(by)
    opportunities.refuse_ended(referral.customer_id)
    refuse_asked(referral, author)
    if referral.to_member:
        referral.to_branch, referral.to_post = referral.to_member.branch, ""
    referral.from_member, referral.branch = author, author.branch
    referral.answer_by = answer_by(bank_today())
    save_new(referral)
    notices.referred(referral, by=by)
    return referral


def refuse_asked(referral: Referral, author: StaffMember) -> None:
    """Refuse nobody, oneself, and somebody who cannot answer or may not sell to the customer."""
    asked = referral.to_member
    if asked is None:
        if referral.to_branch_id is None:
            raise DomainError(_("Choose a member of staff or a branch."), "to_member")
        return
    if asked.pk == author.pk:
        raise DomainError(_("Nobody refers to themselves. Choose somebody else."), "to_member")
    if asked.has_left or asked.user is None or not asked.user.is_active:
        raise DomainError(
            _("%(name)s cannot sign in, and so cannot answer. Choose somebody else.")
            % {"name": asked},
            "to_member",
        )
    opportunities.refuse_seller(asked, referral.customer_id, "to_member")


# --- answering -------------------------------------------------------------------------


@operation
def accept(
    referral: Referral,
    *,
    by: User,
    amount: Decimal,
    currency: str,
    closes_on: dt.date,
    reason: str = "",
) -> Opportunity:
    """Accept a referral: it becomes an opportunity of the one who accepts, its author credited.

    Of several at a branch who accept, the first one gets it.
    """
    locked(referral, "accept")
    if not may_accept(referral, by):
        raise DomainError(_("Only %(name)s can accept this.") % {"name": referral.shown_asked})
    if referral.is_late:
        raise DomainError(
            _("The deadline was %(day)s. Ask for a new referral.")
            % {"day": day(referral.answer_by)}
        )
    taker = member_of(by)
    opportunity = Opportunity(
        customer_id=referral.customer_id,
        product_kind=referral.product_kind,
        amount=amount,
        currency=currency,
        closes_on=closes_on,
        stage=opportunities.first_stage(),
        owner=taker,
        remark=referral.words,
        referral=referral,
    )
    # first, so that a referral whose opportunity is refused stays as it was
    opportunities.enter(opportunity, by=by)
    answered(referral, Status.ACCEPTED, reason, taker)
    notices.answered(referral, by=by)
    return opportunity


@operation
def refuse(referral: Referral, *, by: User, reason: str) -> None:
    """Refuse a referral; its author reads why."""
    locked(referral, "refuse")
    if not may_refuse(referral, by):
        raise DomainError(
            _("Only %(name)s, or who heads the branch, can refuse this.")
            % {"name": referral.shown_asked}
        )
    answered(referral, Status.REFUSED, reason, member_of(by))
    notices.answered(referral, by=by)


@operation
def withdraw(referral: Referral, *, by: User, reason: str) -> None:
    """Withdraw one's own referral before it is answered."""
    locked(referral, "withdraw")
    if referral.from_member.user_id != by.pk:
        raise DomainError(_("Only %(name)s can withdraw this.") % {"name": referral.from_member})
    answered(referral, Status.WITHDRAWN, reason, referral.from_member)


def may_accept(referral: Referral, user: User) -> bool:
    """Whether a referral asks this user, in person or as one of the branch; never its author."""
    if referral.from_member.user_id == user.pk:
        return False
    return Referral.objects.asked_of(user).filter(pk=referral.pk).exists()


def may_refuse(referral: Referral, user: User) -> bool:
    """Whether a user is asked in person, or has the right at the branch: one refuses for all."""
    if referral.to_member:
        return bool(referral.to_member.user_id == user.pk)
    reach = user.reach(REFUSE)
    if reach is None or reach.everything:
        return reach is not None
    branch = Branch.objects.filter(pk=referral.to_branch_id)
    return any(branch.filter(arm).exists() for arm in tree_arms(reach, ""))


def locked(referral: Referral, verb: str) -> None:
    """Take the referral under a lock, as it is now, if it can still take the step."""
    lock_for(referral, verb, "customer", "from_member", "to_member", "to_branch")


def answered(referral: Referral, status: str, answer: str, member: StaffMember) -> None:
    """Keep what became of a referral, by whom, and when."""
    referral.status, referral.answer = status, answer
    referral.answered_by, referral.answered_at = member, now()
    write(referral, ["status", "answer", "answered_by", "answered_at"], version=referral.version)


def expire() -> int:
    """Let referrals expire whose deadline is over; returns how many there were."""
    late = Referral.objects.waiting().filter(answer_by__lt=bank_today())
    if not late.exists():
        return 0
    system, at = system_user(), now()
    with acting(by=system, reason=LATE):
        rows = late.order_by("pk").select_for_update(of=("self",)).select_related("from_member")
        expired = list(rows.only("customer_id", "from_member__user"))
        tell_all("expire", expired, by=system)
        notices.expired((one.pk, one.from_member.user_id) for one in expired)
        return Referral.objects.filter(pk__in=[one.pk for one in expired]).update(
            status=Status.EXPIRED, answered_at=at, updated_at=at, version=F("version") + 1
        )
