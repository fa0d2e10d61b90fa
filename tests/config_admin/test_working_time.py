"""Working time compared with minutes counted one by one, in a way of its own."""

import datetime as dt
import random
import re
from zoneinfo import ZoneInfo

import pytest

from config_admin import editions
from config_admin.calendars.first_values import public_days
from config_admin.calendars.working_time import (
    MINUTE,
    NoWorkingTime,
    Timetable,
    Week,
    add_working_minutes,
    is_working_day,
    working_minutes_between,
)
from sysadmin.models import period
from tests.factories import CalendarDayFactory, CalendarFactory, WorkingWeekFactory

SHANGHAI = ZoneInfo("Asia/Shanghai")
CASES = 100_000
OLD, NEW = "09:00-12:00, 13:30-17:30", "08:30-12:00, 14:00-18:00"
CHANGE = dt.date(2024, 7, 1)
MAKE_UP_HOURS = "10:00-15:00"
FIRST, LAST = dt.date(2023, 11, 1), dt.date(2027, 2, 28)
DAY = dt.timedelta(days=1)
MINUTES_OF_DAY = 1440


@pytest.fixture
def office(db):
    """A calendar with a change of hours, holidays, and make-up days with hours of their own."""
    calendar = CalendarFactory(code="office")
    WorkingWeekFactory(calendar=calendar, valid=period(dt.date(2020, 1, 1), CHANGE), **week(OLD))
    summer = week(NEW) | {"saturday": "09:00-12:00"}
    WorkingWeekFactory(calendar=calendar, valid=period(CHANGE), **summer)
    for day in public_days("CN", range(2024, 2027)):
        own = MAKE_UP_HOURS if day.kind == "working" and day.on.month == 2 else ""
        CalendarDayFactory(calendar=calendar, on=day.on, kind=day.kind, hours=own)
    editions.request_began()  # as in a request, the calendar is looked up once
    yield calendar
    editions.request_ended()


def week(hours):
    return dict.fromkeys(["monday", "tuesday", "wednesday", "thursday", "friday"], hours)


class Bitmaps:
    """Every minute of every day as a bit, set where somebody works: slow, plain, independent."""

    def __init__(self, calendar):
        special = {day.on: day for day in calendar.days.all()}
        self.days = {}
        day = FIRST - 40 * DAY
        while day <= LAST + 40 * DAY:
            hours = OLD if day < CHANGE else NEW
            if day.weekday() == 6 or (day.weekday() == 5 and day < CHANGE):
                usual = ""
            else:
                usual = "09:00-12:00" if day.weekday() == 5 else hours
            if day in special:
                found = special[day]
                usual = "" if found.kind == "holiday" else found.hours or hours
            self.days[day] = self.bits(usual)
            day += DAY
        self.places = {
            bits: [n for n in range(MINUTES_OF_DAY) if bits >> n & 1]
            for bits in set(self.days.values())
        }

    @staticmethod
    def bits(hours):
        times = [int(h) * 60 + int(m) for h, m in re.findall(r"(\d+):(\d+)", hours)]
        return sum(
            1 << n for a, b in zip(times[::2], times[1::2], strict=True) for n in range(a, b)
        )

    @staticmethod
    def place(moment):
        local = moment.astimezone(SHANGHAI)
        return local.date(), local.hour * 60 + local.minute

    def between(self, start, end):
        """Set bits from one minute up to, and without, another."""
        day, minute = self.place(start)
        last, beyond = self.place(end)
        count = -(self.days[day] & ((1 << minute) - 1)).bit_count()
        while day < last:
            count += self.days[day].bit_count()
            day += DAY
        return count + (self.days[last] & ((1 << beyond) - 1)).bit_count()

    def add(self, start, minutes):
        """The end of the last of so many set bits from a minute on."""
        day, minute = self.place(start)
        left = minutes + (self.days[day] & ((1 << minute) - 1)).bit_count()
        while left > self.days[day].bit_count():
            left -= self.days[day].bit_count()
            day += DAY
        end = self.places[self.days[day]][left - 1] + 1
        return dt.datetime.combine(day, dt.time(), SHANGHAI) + dt.timedelta(minutes=end)


@pytest.mark.proves("BC-3")
def test_working_time_agrees_with_minutes_counted_one_by_one(office):
    counted, draw = Bitmaps(office), random.Random(20260228)  # noqa: S311
    first = dt.datetime.combine(FIRST, dt.time(), SHANGHAI).astimezone(dt.UTC)
    span = (LAST - FIRST).days * MINUTES_OF_DAY - 40 * MINUTES_OF_DAY
    for _case in range(CASES):
        start = first + dt.timedelta(minutes=draw.randrange(span))
        end = start + dt.timedelta(minutes=draw.randrange(30 * MINUTES_OF_DAY))
        minutes = draw.randrange(1, 3000)
        assert working_minutes_between("office", start, end) == counted.between(start, end)
        due = add_working_minutes("office", start, minutes)
        assert due == counted.add(start, minutes), (start, minutes)
        assert working_minutes_between("office", start, due) == minutes


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.proves("BC-3")
@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2024-02-28T17:00", 60, "2024-02-29T09:30"),  # into a leap day
        ("2024-02-29T17:00", 60, "2024-03-01T09:30"),  # out of it
        ("2024-12-31T17:00", 120, "2025-01-02T09:30"),  # over the end of a year and a holiday
        ("2024-06-28T17:00", 60, "2024-07-01T09:00"),  # into hours that hold from a day on
        ("2026-02-13T17:30", 60, "2026-02-14T10:30"),  # a make-up Saturday with its own hours
        ("2026-02-14T18:00", 30, "2026-02-24T09:00"),  # over a week of holidays
        ("2024-07-06T09:00", 180, "2024-07-06T12:00"),  # to the very end of the day
        ("2024-07-06T09:00", 181, "2024-07-08T08:31"),  # one minute more
        ("2024-07-01T03:00", 1, "2024-07-01T08:31"),  # from the night
        ("2024-07-01T12:30", 1, "2024-07-01T14:01"),  # from the midday break
    ],
)
def test_deadlines_on_days_that_are_not_like_others(office, start, minutes, due):
    assert add_working_minutes("office", at(start), minutes) == at(due)
    assert working_minutes_between("office", at(start), at(due)) == minutes


@pytest.mark.proves("BC-3")
def test_seconds_are_neither_lost_nor_invented(office):
    start = at("2024-07-01T17:59:30")
    assert add_working_minutes("office", start, 1) == at("2024-07-02T08:30:30")
    assert working_minutes_between("office", start, at("2024-07-02T08:30:29")) == 0
    assert working_minutes_between("office", start, at("2024-07-02T08:30:30")) == 1
    assert working_minutes_between("office", at("2024-07-02T08:30:30"), start) == -1
    assert add_working_minutes("office", start, 0) == start


@pytest.mark.proves("BC-3")
def test_the_banks_zone_decides_the_day(office):
    # ten in the evening of Sunday in London is six in the morning of Monday in Shanghai
    london = dt.datetime(2024, 7, 7, 22, 0, tzinfo=dt.UTC)
    assert add_working_minutes("office", london, 1) == at("2024-07-08T08:31")
    assert not is_working_day("office", dt.date(2024, 7, 7))


@pytest.mark.proves("BC-3")
@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25)])
def test_a_day_on_which_the_clocks_change_has_the_time_that_it_has(day, hours):
    zone = ZoneInfo("Europe/London")
    always = Week(dt.date(2026, 1, 1), None, (((0, MINUTES_OF_DAY),),) * 7)
    timetable = Timetable((always,), {}, zone)
    midnight = dt.datetime(*day, tzinfo=zone)
    start = (midnight - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
    assert timetable.add(start, hours * 60 * MINUTE) == start + hours * 60 * MINUTE
    next_midnight = start + hours * 60 * MINUTE
    assert timetable.between(start, next_midnight) == hours * 60 * MINUTE


@pytest.mark.proves("BC-3")
def test_a_calendar_without_working_time_ahead_says_so(db):
    calendar = CalendarFactory(code="empty")
    with pytest.raises(NoWorkingTime, match="too little working time ahead"):
        add_working_minutes("empty", at("2026-01-01T09:00"), 1)
    assert working_minutes_between("empty", at("2026-01-01T09:00"), at("2026-02-01T09:00")) == 0
    WorkingWeekFactory(calendar=calendar, valid=period(dt.date(2025, 1, 1), dt.date(2025, 2, 1)))
    with pytest.raises(NoWorkingTime):
        add_working_minutes("empty", at("2026-01-01T09:00"), 1)
    with pytest.raises(NoWorkingTime, match="no calendar"):
        add_working_minutes("unknown", at("2026-01-01T09:00"), 1)
