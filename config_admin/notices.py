"""What notifications need to know of the bank: its calendar, and how long they are kept."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from crm.core.registry import add_sweeper
from sysadmin.notices.hours import work_begins_by
from sysadmin.notices.operations import sweep

from .calendars.working_time import NoWorkingTime, timetable
from .figures.declared import Parameter, declare
from .figures.values import value_of

OFFICE = "office"
HOUR = 60
KEPT_DAYS = declare(
    Parameter(
        "notification_days",
        _("Days for which notifications are kept"),
        Decimal(1),
        Decimal(730),
        Decimal(60),
    )
)


def register() -> None:
    """Let notifications go by the calendar of the offices, and be kept as long as the bank says."""
    work_begins_by(beginning_of_work)
    add_sweeper(sweep_old)


def beginning_of_work(day: dt.date) -> dt.time | None:
    """When work begins at the offices on a day; None if nobody works."""
    try:
        spans = timetable(OFFICE).hours_of(day)
    except NoWorkingTime:
        return None
    return dt.time(*divmod(spans[0][0], HOUR)) if spans else None


def sweep_old() -> None:
    """Forget notifications that are older than the bank keeps them."""
    sweep(int(value_of(KEPT_DAYS)))
