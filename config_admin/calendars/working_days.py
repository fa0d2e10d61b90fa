"""Deadlines that are told in working days."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from .working_time import NoWorkingTime, is_working_day

MOST_DAYS = 400
DAY = dt.timedelta(days=1)


def working_day_after(calendar: str, day: dt.date, count: int) -> dt.date:
    """The working day that comes so many working days after a day."""
    left = count
    for ahead in range(1, MOST_DAYS):
        found = day + ahead * DAY
        left -= is_working_day(calendar, found)
        if not left:
            return found
    raise NoWorkingTime(
        _("The calendar has too little working time ahead. Enter its working hours first.")
    )
