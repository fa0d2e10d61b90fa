"""From where on warnings are raised, how long their cases may take, and who begins with them.

Every figure is a preset, dated, until the bank sets its own under its parameters.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from config_admin.figures.declared import Parameter, declare
from config_admin.figures.values import value_of
from crm.core.models.records import Text
from risk.models import Level

LARGEST = 10**12


def figure(code: str, label: Text, usual: int, most: int, least: int = 0) -> Parameter:
    """A whole number that the bank may set."""
    return declare(
        Parameter(f"warning_{code}", label, Decimal(least), Decimal(most), Decimal(usual))
    )


def by_level(code: str, label: Text, usual: tuple[int, int, int], most: int) -> list[Parameter]:
    """One figure for each level, the lowest level first."""
    return [
        figure(
            f"{code}_{level.name.lower()}",
            format_lazy("{figure} ({level})", figure=label, level=level.label),
            one,
            most,
        )
        for level, one in zip(Level, usual, strict=True)
    ]


ARREARS = by_level("arrears", _("Warning of arrears: days overdue, from"), (5, 11, 21), 90)
ARREARS_MOST = figure("arrears_most", _("Warning of arrears: days overdue, up to"), 30, 365, 1)
COLLAPSE = by_level(
    "collapse",
    _("Warning of a balance collapse: last month in per cent of the half year before, up to"),
    (5, 3, 1),
    100,
)
COLLAPSE_LEAST = figure(
    "collapse_least",
    _("Warning of a balance collapse: mean deposits of the half year before, from"),
    50_000,
    LARGEST,
)
TURNOVER = by_level(
    "turnover",
    _("Warning of a turnover drop: credits of 90 days in per cent of those before, up to"),
    (50, 30, 10),
    100,
)
TURNOVER_LEAST = figure(
    "turnover_least",
    _("Warning of a turnover drop: usual credits of 90 days, from"),
    30_000,
    LARGEST,
)
UTILISATION = by_level(
    "utilisation",
    _("Warning of used-up limits: per cent of the limit, from"),
    (95, 100, 105),
    200,
)
UTILISATION_MONTHS = figure(
    "utilisation_months",
    _("Warning of used-up limits: how many of the last three month ends too"),
    2,
    3,
)
GUARANTOR = by_level(
    "guarantor", _("Warning of a guarantor: days overdue, from"), (31, 61, 91), 3650
)
DAYS = by_level("days", _("Calendar days in which an alert case is decided"), (15, 10, 5), 365)
QUESTION_DAYS = figure(
    "question_days",
    _("Calendar days for which a question stops the time of a case, at most"),
    30,
    365,
    1,
)
RISK_FROM = figure(
    "risk_from",
    _("Alert cases are the lead manager's below this severity, and risk officers' from it on"),
    Level.MEDIUM,
    4,
    1,
)


def due_day(level: int, day: dt.date) -> dt.date:
    """By when a case of a level is decided that begins on a day."""
    return day + dt.timedelta(days=int(value_of(DAYS[level - 1], day)))


def is_managers(level: int) -> bool:
    """Whether the customer's lead manager begins with a case of a level."""
    return level < value_of(RISK_FROM)
