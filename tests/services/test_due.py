"""By when something is due: compared with the slowest way of counting, minute by minute."""

import datetime as dt
import os
import random
from zoneinfo import ZoneInfo

import pytest

from config_admin.calendars.hours import parse
from config_admin.calendars.working_time import NoWorkingTime, Timetable, Week
from services.clock.due import OutOfOrder, Promise, Stop, due_at, left

# a hundred thousand were compared once; each run compares some
CLOCKS = int(os.environ.get("CRM_CLOCKS", "2000"))
SEED = "clocks"
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
WORKING, CALENDAR = "working_minutes", "calendar_days"
OFFICE = ("09:00-12:00, 13:30-17:30",) * 5 + ("", "")
NIGHT = ("00:00-06:00, 20:00-24:00",) * 7
AROUND = ("00:00-24:00",) * 7
# the first days of October, with the Sunday and the Saturday that are worked for them; a leap day
SPECIAL = {
    **{dt.date(2027, 10, day): () for day in range(1, 8)},
    dt.date(2027, 9, 26): parse("09:00-12:00"),
    dt.date(2027, 10, 9): None,
    dt.date(2028, 2, 29): parse("10:00-10:30"),
}


def calendar(hours, special=SPECIAL, zone=SHANGHAI):
    week = Week(dt.date(2020, 1, 1), None, tuple(parse(text) for text in hours))
    return Timetable((week,), special, zone)


def minutes_worked(timetable, first, last):
    """For each minute from one day to another whether anybody works, from the plain rules."""
    flags = bytearray()
    day = first
    while day < last:
        hours = timetable.hours_of(day)
        flags += bytes(any(a <= minute < b for a, b in hours) for minute in range(24 * 60))
        day += DAY
    return flags


FIRST, LAST = dt.date(2027, 9, 1), dt.date(2028, 4, 15)
CALENDARS = [calendar(hours) for hours in (OFFICE, NIGHT, AROUND)]
FLAGS = [minutes_worked(one, FIRST, LAST) for one in CALENDARS]
BEGINNING = dt.datetime.combine(FIRST, dt.time(), SHANGHAI)


def slowly(flags, start, stops, amount):
    """The minute after the one that uses up the amount, counted one by one."""
    runs = bytearray(flags)
    for first, last in stops:
        runs[first:last] = bytes(last - first)
    at = start
    while amount:
        amount -= runs[at]
        at += 1
    return at


def moment(minute):
    return BEGINNING + minute * MINUTE


@pytest.mark.proves("CS-2")
def test_thousands_of_random_clocks_end_where_counting_minute_by_minute_ends():
    draw = random.Random(SEED)  # noqa: S311  (clocks for a test, not secrets)
    for number in range(CLOCKS):
        which = draw.randrange(len(CALENDARS))
        start = draw.randrange(150 * 24 * 60)
        edges = sorted(draw.sample(range(start, start + 20 * 24 * 60), 2 * draw.randrange(4)))
        stops = list(zip(edges[::2], edges[1::2], strict=True))
        amount = draw.choice((1, 5, 30, 240, 480, 960, draw.randrange(1, 3000)))
        held = [Stop(moment(first), moment(last)) for first, last in stops]
        found = due_at(Promise(amount, WORKING), moment(start), held, CALENDARS[which])
        told = f"clock {number}: {which}, {moment(start)}, {stops}, {amount}"
        assert found == moment(slowly(FLAGS[which], start, stops, amount)), told


@pytest.mark.parametrize(
    ("start", "amount", "ends"),
    [
        # over the week of holidays, with the Saturday that is worked for it
        ("2027-09-30 17:00", 60, "2027-10-08 09:30"),
        ("2027-10-08 17:00", 60, "2027-10-09 09:30"),
        ("2027-09-24 17:00", 60, "2027-09-26 09:30"),
        # over midnight, over lunch, over the weekend
        ("2027-11-02 23:59", 1, "2027-11-03 09:01"),
        ("2027-11-02 11:59", 2, "2027-11-02 13:31"),
        ("2027-11-05 17:29", 2, "2027-11-08 09:01"),
        # the leap day has half an hour
        ("2028-02-28 17:00", 60, "2028-02-29 10:30"),
        ("2028-02-28 17:00", 61, "2028-03-01 09:01"),
    ],
)
def test_working_time_goes_over_holidays_nights_and_the_leap_day(start, amount, ends):
    begins, due = (
        dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI) for text in (start, ends)
    )
    assert due_at(Promise(amount, WORKING), begins, [], calendar(OFFICE)) == due


@pytest.mark.parametrize("zone", [SHANGHAI, BERLIN], ids=str)
def test_calendar_days_end_with_the_banks_day_whatever_the_clocks_do(zone):
    hours = calendar(OFFICE, {}, zone)
    start = dt.datetime(2028, 3, 20, 23, 59, tzinfo=zone)
    due = due_at(Promise(10, CALENDAR), start, [], hours)
    assert due == dt.datetime(2028, 3, 31, tzinfo=zone)


def test_a_stop_moves_calendar_days_by_the_days_that_passed():
    start = dt.datetime(2028, 2, 20, 10, tzinfo=SHANGHAI)
    stop = Stop(start + 3 * DAY, start + 5 * DAY + MINUTE)
    late = Stop(start + 40 * DAY, start + 50 * DAY)
    due = due_at(Promise(10, CALENDAR), start, [late, stop], calendar(OFFICE))
    assert due == dt.datetime(2028, 3, 4, tzinfo=SHANGHAI)


def test_a_stop_after_the_deadline_changes_nothing():
    start = dt.datetime(2027, 11, 2, 10, tzinfo=SHANGHAI)
    stop = Stop(start + 60 * MINUTE, start + DAY)
    assert due_at(Promise(60, WORKING), start, [stop], calendar(OFFICE)) == start + 60 * MINUTE


@pytest.mark.parametrize("early", [0, 1])
def test_stops_that_cannot_have_been_are_refused(early):
    start = dt.datetime(2027, 11, 2, 10, tzinfo=SHANGHAI)
    stops = [
        [Stop(start - MINUTE, start + MINUTE)],
        [Stop(start + MINUTE, start + 9 * MINUTE), Stop(start + 5 * MINUTE, start + 7 * MINUTE)],
    ][early]
    with pytest.raises(OutOfOrder):
        due_at(Promise(60, WORKING), start, stops, calendar(OFFICE))


def test_a_share_of_the_time_is_used_before_all_of_it():
    start = dt.datetime(2027, 11, 2, 10, tzinfo=SHANGHAI)
    hours = calendar(OFFICE)
    assert due_at(Promise(60, WORKING), start, [], hours, 80) == start + 48 * MINUTE
    days = due_at(Promise(9, CALENDAR), start.replace(hour=0), [], hours, 80)
    assert days == dt.datetime(2027, 11, 10, tzinfo=SHANGHAI)


def test_what_is_left_is_counted_in_working_time_and_goes_below_zero():
    hours = calendar(OFFICE)
    due = dt.datetime(2027, 11, 3, 9, 30, tzinfo=SHANGHAI)
    promise = Promise(60, WORKING)
    assert left(promise, due - DAY, due, hours) == 7 * 60 * MINUTE
    assert left(promise, due + DAY, due, hours) == -7 * 60 * MINUTE
    assert left(Promise(1, CALENDAR), due + DAY, due, hours) == -DAY


def test_a_calendar_without_hours_is_refused():
    nothing = calendar(("",) * 7, {})
    with pytest.raises(NoWorkingTime):
        due_at(Promise(1, WORKING), dt.datetime(2027, 11, 3, tzinfo=SHANGHAI), [], nothing)
