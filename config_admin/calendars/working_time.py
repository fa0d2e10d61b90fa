"""The arithmetic of working time: how much lies between two moments, and when it is used up.

Each year of a calendar is laid out once as spans between moments, with the working time before
each; a question is then two searches in sorted lists, however far apart the moments are.
Moments are UTC; the bank's time zone decides which day and hour they are, so a day on which the
clocks change has as much working time as it really has.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from config_admin.editions import Kept
from config_admin.models.calendars import WEEKDAYS, Calendar, CalendarDay
from crm.core.operations import DomainError

from .hours import Spans, parse

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
TICK = dt.timedelta(microseconds=1)
MINUTE = 60_000_000
# nobody's deadline lies so far ahead; a calendar in which work ends has no answer at all
MOST_YEARS = 50


class NoWorkingTime(DomainError):
    """The calendar has too little working time for what is asked."""


@dataclass(frozen=True)
class Week:
    """The hours of seven weekdays, Monday first, from a day up to, and without, another."""

    first: dt.date
    beyond: dt.date | None
    hours: tuple[Spans, ...]

    def holds(self, day: dt.date) -> bool:
        """Whether these hours hold on the day."""
        return self.first <= day and (self.beyond is None or day < self.beyond)


@dataclass(frozen=True)
class Year:
    """The working time of one year: where spans begin and end, and how much lies before each."""

    starts: list[int]
    ends: list[int]
    before: list[int]
    total: int


@dataclass
class Timetable:
    """One calendar laid out: its weeks in order, its special days, and the years asked for."""

    weeks: tuple[Week, ...]
    # the hours of each special day; None for a working day that has those of Monday
    special: Mapping[dt.date, Spans | None]
    zone: dt.tzinfo = field(default_factory=timezone.get_default_timezone)
    years: dict[int, Year] = field(default_factory=dict)

    def hours_of(self, day: dt.date) -> Spans:
        """The working hours of a day."""
        week = next((week for week in reversed(self.weeks) if week.holds(day)), None)
        if day in self.special:
            own = self.special[day]
            return own if own is not None else week.hours[0] if week else ()
        return week.hours[day.weekday()] if week else ()

    def year(self, number: int) -> Year:
        """A year laid out, which is done once."""
        if number not in self.years:
            self.years[number] = self._laid_out(number)
        return self.years[number]

    def _laid_out(self, number: int) -> Year:
        starts: list[int] = []
        ends: list[int] = []
        before: list[int] = []
        total, latest = 0, 0
        for start, end in self._spans(number):
            # where clocks are put forward a span may reach into the next one
            first = max(start, latest)
            if first < end:
                starts.append(first)
                ends.append(end)
                before.append(total)
                total, latest = total + end - first, end
        return Year(starts, ends, before, total)

    def _spans(self, number: int) -> Iterator[tuple[int, int]]:
        for place in range((dt.date(number + 1, 1, 1) - dt.date(number, 1, 1)).days):
            day = dt.date(number, 1, 1) + dt.timedelta(days=place)
            for first, last in self.hours_of(day):
                yield self._tick(day, first), self._tick(day, last)

    def _tick(self, day: dt.date, minute: int) -> int:
        midnight = dt.datetime.combine(day, dt.time(), self.zone)
        return ticks_of(midnight + dt.timedelta(minutes=minute))

    def until(self, moment: int, number: int) -> int:
        """The working time of a year that lies before a moment."""
        year = self.year(number)
        place = bisect_right(year.starts, moment) - 1
        if place < 0:
            return 0
        return year.before[place] + min(moment, year.ends[place]) - year.starts[place]

    def between(self, start: int, end: int) -> int:
        """The working time from one moment to a later one."""
        first, last = (self._year_of(moment) for moment in (start, end))
        whole = sum(self.year(number).total for number in range(first, last))
        return whole + self.until(end, last) - self.until(start, first)

    def add(self, start: int, amount: int) -> int:
        """The moment at which so much working time after a moment is used up."""
        number = self._year_of(start)
        wanted = self.until(start, number) + amount
        for _year in range(MOST_YEARS):
            year = self.year(number)
            if wanted <= year.total:
                place = bisect_left(year.before, wanted) - 1
                return year.starts[place] + wanted - year.before[place]
            wanted -= year.total
            number += 1
            if number >= dt.MAXYEAR:
                break
        raise NoWorkingTime(
            _("The calendar has too little working time ahead. Enter its working hours first.")
        )

    def _year_of(self, moment: int) -> int:
        return moment_of(moment).astimezone(self.zone).year


def ticks_of(moment: dt.datetime) -> int:
    """A moment as a timetable counts it."""
    return (moment - EPOCH) // TICK


def moment_of(ticks: int) -> dt.datetime:
    """The moment that a timetable means."""
    return EPOCH + ticks * TICK


def _read() -> dict[str, Timetable]:
    codes: dict[int, str] = {}
    weeks: dict[int, list[Week]] = {}
    # calendars that have no week yet come with nothing in it
    columns = ("pk", "code", "weeks__valid", *(f"weeks__{name}" for name in WEEKDAYS))
    for key, code, valid, *days in Calendar._base_manager.order_by("weeks__valid").values_list(
        *columns
    ):
        codes[key] = code
        if valid is not None:
            spans = tuple(parse(hours) for hours in days)
            weeks.setdefault(key, []).append(Week(valid.lower, valid.upper, spans))
    special: dict[int, dict[dt.date, Spans | None]] = {}
    for day in CalendarDay._base_manager.order_by():
        own: Spans | None = (parse(day.hours) or None) if day.kind == day.Kind.WORKING else ()
        special.setdefault(day.calendar_id, {})[day.on] = own
    return {
        code: Timetable(tuple(weeks.get(key, ())), special.get(key, {}))
        for key, code in codes.items()
    }


TIMETABLES = Kept(
    _read, "config_admin.Calendar", "config_admin.WorkingWeek", "config_admin.CalendarDay"
)


def timetable(calendar: str) -> Timetable:
    """The calendar of this code, laid out; refuses one that does not exist."""
    found = TIMETABLES.get().get(calendar)
    if found is None:
        raise NoWorkingTime(_("There is no calendar “%(code)s”.") % {"code": calendar})
    return found


def add_working_minutes(calendar: str, start: dt.datetime, minutes: int) -> dt.datetime:
    """The moment at which so many working minutes after `start` are used up.

    No minutes at all are used up at once. Refused where the calendar has no such time ahead.
    """
    if minutes < 0:
        raise ValueError("A deadline never lies before its beginning.")
    if minutes == 0:
        return start.astimezone(dt.UTC)
    return moment_of(timetable(calendar).add(ticks_of(start), minutes * MINUTE))


def working_minutes_between(calendar: str, start: dt.datetime, end: dt.datetime) -> int:
    """The whole working minutes from one moment to another; below zero if the other is earlier."""
    if end < start:
        return -working_minutes_between(calendar, end, start)
    return timetable(calendar).between(ticks_of(start), ticks_of(end)) // MINUTE


def is_working_day(calendar: str, day: dt.date) -> bool:
    """Whether anybody works on a day."""
    return bool(timetable(calendar).hours_of(day))
