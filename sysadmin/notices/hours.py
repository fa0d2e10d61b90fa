"""When somebody is told: not in their quiet hours, and of what is collected as work begins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils import timezone

from crm.core.formats import in_bank_zone

DAY, MOST_AHEAD = dt.timedelta(days=1), 31
# where the bank has said nothing about its hours
MORNING = dt.time(8, 30)


def at_bank(day: dt.date, time: dt.time) -> dt.datetime:
    """The moment at which the bank's own clock shows a time of a day."""
    return timezone.make_aware(dt.datetime.combine(day, time), timezone.get_default_timezone())


_beginning: list[Callable[[dt.date], dt.time | None]] = []


def work_begins_by(beginning: Callable[[dt.date], dt.time | None]) -> None:
    """Let the module that keeps the calendars say when work begins on a day; call from ready()."""
    _beginning[:] = [beginning]


def start_of_work(after: dt.datetime) -> dt.datetime:
    """When work begins next; each morning where the calendar knows no working day ahead."""
    today = in_bank_zone(after).date()
    for day in (today + ahead * DAY for ahead in range(MOST_AHEAD)):
        begins = _beginning[0](day) if _beginning else None
        if begins and at_bank(day, begins) > after:
            return at_bank(day, begins)
    this = at_bank(today, MORNING)
    return this if this > after else at_bank(today + DAY, MORNING)


def end_of_quiet(
    at: dt.datetime, quiet_from: dt.time | None, quiet_until: dt.time | None
) -> dt.datetime:
    """The moment itself or, if it lies in quiet hours, their end; they may go past midnight."""
    if quiet_from is None or quiet_until is None:
        return at
    here = in_bank_zone(at)
    day, time = here.date(), here.time()
    if quiet_from < quiet_until:
        return at_bank(day, quiet_until) if quiet_from <= time < quiet_until else at
    if time >= quiet_from:
        return at_bank(day + DAY, quiet_until)
    return at_bank(day, quiet_until) if time < quiet_until else at
