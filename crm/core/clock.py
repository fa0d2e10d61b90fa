"""The bank's clock: moments are UTC, and the bank's time zone decides which day it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils import timezone

_fixed: ContextVar[dt.datetime | None] = ContextVar("fixed_clock", default=None)


def now() -> dt.datetime:
    """The present moment, in UTC."""
    return _fixed.get() or timezone.now()


def bank_now() -> dt.datetime:
    """The present moment as the bank's own clock shows it, whatever the user's."""
    return now().astimezone(timezone.get_default_timezone())


def bank_today() -> dt.date:
    """The bank's day: the date in the bank's own time zone."""
    return bank_now().date()


def midnight(day: dt.date) -> dt.datetime:
    """The moment at which a day of the bank begins."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()), timezone.get_default_timezone())


@contextmanager
def clock_at(moment: dt.datetime) -> Iterator[None]:
    """Hold the clock at a moment, for rehearsals and tests."""
    token = _fixed.set(moment)
    try:
        yield
    finally:
        _fixed.reset(token)
