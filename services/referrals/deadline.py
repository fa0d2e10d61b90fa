"""By when a referral is to be answered."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config_admin.calendars.working_time import NoWorkingTime, is_working_day
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
MOST_DAYS = 400
DAY = dt.timedelta(days=1)


def answer_by(day: dt.date) -> dt.date:
    """The last working day on which what is referred on a day can be answered."""
    left = int(value_of(ANSWER_DAYS, day))
    for ahead in range(1, MOST_DAYS):
        found = day + ahead * DAY
        left -= is_working_day(CALENDAR, found)
        if not left:
            return found
    raise NoWorkingTime(
        _("The calendar has too little working time ahead. Enter its working hours first.")
    )
