"""Average balances of a holding over the quarter and the year that its newest figure is in."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from customers.models import Holding, HoldingYear


@dataclass(frozen=True)
class Averages:
    """Averages until the end of a month, in base currency; unknown where a month is missing."""

    until: dt.date
    quarter: Decimal | None
    year: Decimal | None


def averages_of(holding: Holding, years: Iterable[HoldingYear]) -> Averages | None:
    """What a holding held on average, from the averages of its months; nothing without any."""
    known = {
        (year.year, month): value
        for year in years
        for month, value in enumerate(year.average, 1)
        if value is not None
    }
    if not known:
        return None
    year, last = max(known)
    opened = (holding.opened_on.year, holding.opened_on.month)

    def since(first: int) -> Decimal | None:
        days = {
            month: calendar.monthrange(year, month)[1]
            for month in range(first, last + 1)
            if (year, month) >= opened
        }
        if not days or any((year, month) not in known for month in days):
            return None
        added = sum((known[year, month] * n for month, n in days.items()), Decimal(0))
        return added / sum(days.values())

    end = dt.date(year, last, calendar.monthrange(year, last)[1])
    return Averages(end, quarter=since(last - (last - 1) % 3), year=since(1))
