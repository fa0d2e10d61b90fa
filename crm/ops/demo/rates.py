"""A year of invented rates of the currencies that the demonstration bank deals in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from random import Random

SEED = "Lanjiang Bank rates"
MONTHS = 12
FIRST = {"USD": "7.12", "EUR": "7.86", "HKD": "0.912", "JPY": "0.0478", "GBP": "9.21"}
PLACES = Decimal("0.000001")


def rates(today: dt.date) -> Iterator[tuple[str, dt.date, Decimal]]:
    """Each currency from the first day of each month on, moving a little."""
    draw = Random(SEED)  # noqa: S311  (invented figures)
    first = today.replace(day=1)
    days = [first]
    while len(days) < MONTHS:
        days.append((days[-1] - dt.timedelta(days=1)).replace(day=1))
    for currency, begin in FIRST.items():
        rate = Decimal(begin)
        for day in reversed(days):
            rate = (rate * (1 + Decimal(draw.randint(-150, 150)) / 10_000)).quantize(PLACES)
            yield currency, day, rate
