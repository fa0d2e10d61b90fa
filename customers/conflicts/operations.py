"""Conflicts of interest declared, and ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from crm.core.clock import bank_today
from crm.core.operations import DomainError, Stale, operation, save_new, write
from customers.models import ConflictOfInterest, Ownership
from sysadmin.models import period

if TYPE_CHECKING:
    from sysadmin.models import User


@operation
def declare(
    conflict: ConflictOfInterest, *, by: User, first_day: dt.date, reason: str
) -> ConflictOfInterest:
    """Declare that a customer is too close to a member of staff; it holds from a day on."""
    if conflict.declared_on > bank_today():
        raise DomainError(_("This day is still to come. Enter a day until today."), "declared_on")
    if first_day > bank_today():
        raise DomainError(_("This day is still to come. Enter a day until today."), "first_day")
    conflict.valid = period(first_day)
    save_new(conflict)
    return conflict


@operation
def end(
    conflict: ConflictOfInterest, *, by: User, last_day: dt.date, version: int, reason: str
) -> ConflictOfInterest:
    """Enter the last day on which a customer is too close to a member of staff."""
    conflict.refresh_from_db(from_queryset=ConflictOfInterest.objects.select_for_update())
    if conflict.version != version:
        raise Stale
    if not conflict.can("end"):
        raise DomainError(_("This has ended already."))
    if last_day < bank_today():
        raise DomainError(
            _("The last day cannot lie in the past. Enter today or later."), "last_day"
        )
    conflict.valid = period(conflict.valid.lower, last_day + dt.timedelta(days=1))
    write(conflict, ["valid"], version=version)
    return conflict


@dataclass(frozen=True)
class ToHandOver:
    """What a member of staff still has of a customer with whom a conflict is declared."""

    leads: bool
    entries: list[Ownership]

    def __bool__(self) -> bool:
        return self.leads or bool(self.entries)


def to_hand_over(conflict: ConflictOfInterest) -> ToHandOver:
    """What the member of staff has to hand over while the conflict holds."""
    if conflict.is_over:
        return ToHandOver(leads=False, entries=[])
    rows = Ownership.objects.filter(
        customer=conflict.customer_id,
        member=conflict.member_id,
        is_main=False,
        is_withdrawn=False,
        valid__overlap=period(bank_today(), conflict.valid.upper),
    )
    leads = conflict.customer.lead_manager_id == conflict.member_id
    return ToHandOver(leads, list(rows.select_related("member").order_by("pk")))
