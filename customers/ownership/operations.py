"""Who looks after a customer beside the lead manager: entered, ended, withdrawn."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from crm.core.clock import bank_today
from crm.core.formats import day
from crm.core.operations import DomainError, Stale, operation, save_new, write
from customers.conflicts.rules import refuse_conflict
from customers.models import Customer, Ownership
from customers.models.ownership import main_line_of
from sysadmin.models import period

if TYPE_CHECKING:
    from staff.models import StaffMember
    from sysadmin.models import User

Role = Ownership.Role
ENDED = frozenset({Customer.Status.CLOSED, Customer.Status.MERGED})


@operation
def engage(
    ownership: Ownership,
    *,
    by: User,
    first_day: dt.date,
    last_day: dt.date | None = None,
    reason: str,
) -> Ownership:
    """Let a member of staff assist a customer, or lead them in another line, from a day on."""
    refuse_days(first_day, last_day)
    ownership.valid = period(first_day, last_day + dt.timedelta(days=1) if last_day else None)
    # under the lock of the customer, so that a new lead manager is not overlooked
    customer = Customer.objects.select_for_update(no_key=True).get(pk=ownership.customer_id)
    member = ownership.member
    if member is None:
        raise DomainError(_("Choose a member of staff."), "member")
    if customer.status in ENDED:
        raise DomainError(_("The relationship with the customer has ended."), "customer")
    if ownership.role == Role.LEAD and ownership.line == main_line_of(customer):
        raise DomainError(
            _("This is the main line: change the lead manager of the customer instead."), "line"
        )
    refuse_absent(member, first_day)
    refuse_others(ownership, customer, member)
    refuse_conflict(member, customer.pk, ownership.valid, "member")
    ownership.branch = member.branch
    save_new(ownership)
    return ownership


def refuse_days(first_day: dt.date, last_day: dt.date | None) -> None:
    """Refuse what begins in the past, or ends before it begins."""
    if first_day < bank_today():
        raise DomainError(_("This cannot begin in the past. Enter today or later."), "first_day")
    if last_day is not None and last_day < first_day:
        raise DomainError(_("The last day is before the first. Enter a later day."), "last_day")


def refuse_absent(member: StaffMember, first_day: dt.date) -> None:
    """Refuse somebody who has left by then, or has not joined."""
    if member.leaves_on and member.leaves_on < first_day:
        raise DomainError(
            _("%(name)s has left by then. Choose somebody else.") % {"name": member}, "member"
        )
    if member.joined_on > first_day:
        raise DomainError(
            _("%(name)s joins on %(day)s only. Enter a later day.")
            % {"name": member, "day": day(member.joined_on)},
            "first_day",
        )


def refuse_others(ownership: Ownership, customer: Customer, member: StaffMember) -> None:
    """Refuse a second lead of the line, and somebody who looks after the customer in it already.

    The constraints of the database say the same of those who come at the same time.
    """
    if ownership.line == main_line_of(customer) and customer.lead_manager_id == member.pk:
        raise DomainError(
            _("%(name)s leads the customer in this line already.") % {"name": member}, "member"
        )
    rows = Ownership.objects.filter(
        customer=customer,
        line=ownership.line,
        valid__overlap=ownership.valid,
        is_main=False,
        is_withdrawn=False,
    )
    for other in rows.select_related("member").order_by("valid"):
        if other.member_id == member.pk:
            raise DomainError(
                _("%(name)s looks after the customer in this line already, %(period)s.")
                % {"name": member, "period": other.shown_period},
                "member",
            )
        if other.role == ownership.role == Role.LEAD:
            raise DomainError(
                _("%(name)s leads this line, %(period)s. End that first.")
                % {"name": other.member, "period": other.shown_period},
                "line",
            )


def locked(ownership: Ownership) -> Ownership:
    """The entry as it is now, under a lock."""
    ownership.refresh_from_db(from_queryset=Ownership.objects.select_for_update())
    return ownership


@operation
def end(
    ownership: Ownership, *, by: User, last_day: dt.date, version: int, reason: str
) -> Ownership:
    """Enter the last day on which somebody looks after a customer."""
    if locked(ownership).version != version:
        raise Stale
    if not ownership.can("end"):
        raise DomainError(_("This has ended already, or is withdrawn."))
    if last_day < bank_today():
        raise DomainError(
            _("The last day cannot lie in the past. Enter today or later."), "last_day"
        )
    if last_day < ownership.valid.lower:
        raise DomainError(
            _("This begins on %(day)s only. Withdraw it, or enter a later day.")
            % {"day": day(ownership.valid.lower)},
            "last_day",
        )
    ownership.valid = period(ownership.valid.lower, last_day + dt.timedelta(days=1))
    write(ownership, ["valid"], version=version)
    return ownership


@operation
def withdraw(ownership: Ownership, *, by: User, reason: str) -> None:
    """Withdraw what has not begun."""
    if not locked(ownership).can("withdraw"):
        raise DomainError(ownership.sentence(ownership.MOVES["withdraw"].refused))
    ownership.is_withdrawn = True
    write(ownership, ["is_withdrawn"], version=ownership.version)
