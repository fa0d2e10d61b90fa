"""By when a referral is to be answered."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext_lazy

from config_admin.calendars.working_days import working_day_after
from config_admin.figures.declared import Parameter, declare
from config_admin.figures.values import value_of

CALENDAR = "office"
ANSWER_DAYS = declare(
    Parameter(
        "referral_answer_days",
        gettext_lazy("Working days within which a referral is to be answered"),
        Decimal(1),
        Decimal(60),
        Decimal(3),
    )
)


def answer_by(day: dt.date) -> dt.date:
    """The last working day on which what is referred on a day can be answered."""
    return working_day_after(CALENDAR, day, int(value_of(ANSWER_DAYS, day)))
