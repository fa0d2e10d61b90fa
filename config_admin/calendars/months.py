"""A month of a calendar as a wall calendar shows it."""

from __future__ import annotations

import calendar as months
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .hours import written
from .working_time import Timetable

WRITTEN = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
YEARS = range(1990, 2100)


@dataclass(frozen=True)
class Square:
    """A day of the month."""

    day: dt.date
    is_of_month: bool
    is_today: bool
    hours: str
    special: Any

    @property
    def is_make_up(self) -> bool:
        """Whether people work although the day is special."""
        return self.special is not None and self.special.kind == "working"


def month_of(text: str, today: dt.date) -> dt.date:
    """The first day of the month named in an address, or of the present one."""
    found = WRITTEN.fullmatch(text)
    year, month = (int(part) for part in found.groups()) if found else (0, 0)
    if year not in YEARS or not 1 <= month <= 12:
        return today.replace(day=1)
    return dt.date(year, month, 1)


def weeks_of(
    month: dt.date, timetable: Timetable, special: Mapping[dt.date, Any], today: dt.date
) -> list[list[Square]]:
    """The weeks of a month, Monday first, with the days around it that fill them."""
    return [
        [
            Square(
                day,
                day.month == month.month,
                day == today,
                written(timetable.hours_of(day)),
                special.get(day),
            )
            for day in week
        ]
        for week in months.Calendar().monthdatescalendar(month.year, month.month)
    ]


def beside(month: dt.date) -> tuple[str, str]:
    """The months before and after, as an address names them."""
    before = month - dt.timedelta(days=1)
    after = month + dt.timedelta(days=31)
    return f"{before:%Y-%m}", f"{after:%Y-%m}"


def months_after(day: dt.date, count: int) -> dt.date:
    """The same day so many months later or, below zero, earlier; the last of a shorter month."""
    years, month = divmod(day.month - 1 + count, 12)
    year, month = day.year + years, month + 1
    return dt.date(year, month, min(day.day, months.monthrange(year, month)[1]))
