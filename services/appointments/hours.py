"""The working hours of the outlets, against which appointments are held."""

from __future__ import annotations

import datetime as dt

from config_admin.calendars.hours import Spans
from config_admin.calendars.working_time import (
    NoWorkingTime,
    timetable,
    working_minutes_between,
)

# the calendar that the outlets go by
OUTLET = "outlet"
MINUTE = dt.timedelta(minutes=1)


def is_outside_hours(begins_at: dt.datetime, ends_at: dt.datetime) -> bool:
    """Whether some part of a time lies outside the working hours of the outlets."""
    try:
        working = working_minutes_between(OUTLET, begins_at, ends_at)
    except NoWorkingTime:
        # a bank without this calendar has said nothing about its hours
        return False
    return working < (ends_at - begins_at) // MINUTE


def hours_of(day: dt.date) -> Spans:
    """The working hours of the outlets on a day; none where the bank has said nothing."""
    try:
        return timetable(OUTLET).hours_of(day)
    except NoWorkingTime:
        return ()
