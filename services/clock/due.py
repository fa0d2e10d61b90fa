"""By when something is due: pure functions over a beginning, stops, an amount and a timetable.

A working clock counts working time and stands during a stop. A clock of calendar days ends with the
bank's day, and a stop moves it by the days that passed from its first day to its last.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from config_admin.calendars.working_time import MINUTE, Timetable, moment_of, ticks_of
from config_admin.models import ServiceDeadline

DAY = dt.timedelta(days=1)
WHOLE = 100


@dataclass(frozen=True)
class Promise:
    """How long something may take, in working minutes or in calendar days."""

    amount: int
    unit: str

    @property
    def is_working_time(self) -> bool:
        """Whether it is counted in working time."""
        return self.unit == ServiceDeadline.Unit.WORKING_MINUTES


@dataclass(frozen=True)
class Stop:
    """A time in which a clock stood."""

    start: dt.datetime
    end: dt.datetime


class OutOfOrder(ValueError):
    """Stops overlap, end before they begin, or begin before the clock."""


def in_order(start: dt.datetime, stops: Iterable[Stop]) -> list[Stop]:
    """Stops in the order of time; refuses those that cannot have been."""
    found = sorted(stops, key=lambda stop: (stop.start, stop.end))
    last = start
    for stop in found:
        if stop.start < last or stop.end < stop.start:
            raise OutOfOrder(f"{stop} after {last}")
        last = stop.end
    return found


def due_at(
    promise: Promise,
    start: dt.datetime,
    stops: Iterable[Stop],
    timetable: Timetable,
    share: int = WHOLE,
) -> dt.datetime:
    """The moment at which the promised time, or a share of it in per cent, is used up."""
    ordered = in_order(start, stops)
    if promise.is_working_time:
        amount = promise.amount * MINUTE * share // WHOLE
        return moment_of(_worked_off(amount, ticks_of(start), ordered, timetable))
    end = _end_of_days(promise.amount, start, ordered, timetable.zone)
    return end if share == WHOLE else start + (end - start) * share / WHOLE


def _worked_off(left: int, at: int, stops: list[Stop], timetable: Timetable) -> int:
    for stop in stops:
        begin = ticks_of(stop.start)
        end = timetable.add(at, left) if left else at
        if end <= begin:
            return end
        left -= timetable.between(at, begin)
        at = ticks_of(stop.end)
    return timetable.add(at, left) if left else at


def _end_of_days(
    amount: int, start: dt.datetime, stops: list[Stop], zone: dt.tzinfo
) -> dt.datetime:
    def day_of(moment: dt.datetime) -> dt.date:
        return moment.astimezone(zone).date()

    def midnight(day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)

    # the day on which it began is not counted
    day = day_of(start) + (amount + 1) * DAY
    for stop in stops:
        if stop.start >= midnight(day):
            break
        day += day_of(stop.end) - day_of(stop.start)
    return midnight(day)


def left(promise: Promise, at: dt.datetime, due: dt.datetime, timetable: Timetable) -> dt.timedelta:
    """How much of the promised time is left at a moment; below zero once it is over."""
    if not promise.is_working_time:
        return due - at
    sign, (first, last) = (1, (at, due)) if at <= due else (-1, (due, at))
    return dt.timedelta(microseconds=sign * timetable.between(ticks_of(first), ticks_of(last)))
