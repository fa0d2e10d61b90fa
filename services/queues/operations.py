"""Who works a queue, entered and ended."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from crm.core.clock import bank_today
from crm.core.operations import DomainError, Stale, operation, save_new, write
from customers.ownership.operations import refuse_absent, refuse_days
from services.models import QueueMember
from sysadmin.models import period

if TYPE_CHECKING:
    from sysadmin.models import User


@operation
def engage(queued: QueueMember, *, by: User, first_day: dt.date) -> QueueMember:
    """Let a member of staff work a queue from a day on."""
    refuse_days(first_day, None)
    refuse_absent(queued.member, first_day)
    queued.valid = period(first_day)
    save_new(queued)
    return queued


@operation
def end(
    queued: QueueMember, *, by: User, last_day: dt.date, version: int, reason: str
) -> QueueMember:
    """Enter the last day on which somebody works a queue; what they have in hand stays theirs."""
    queued.refresh_from_db(from_queryset=QueueMember.objects.select_for_update())
    if queued.version != version:
        raise Stale
    if not queued.can("end"):
        raise DomainError(_("This has ended already."))
    if last_day < max(bank_today(), queued.valid.lower):
        raise DomainError(
            _("The last day cannot lie in the past. Enter today or later."), "last_day"
        )
    queued.valid = period(queued.valid.lower, last_day + dt.timedelta(days=1))
    write(queued, ["valid"], version=version)
    return queued
