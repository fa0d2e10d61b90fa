"""Officers are told of their cases as soon as a day is over: of the decision, or of the answer."""

from __future__ import annotations

import datetime as dt

from crm.core.clock import bank_now, bank_today
from risk import notices
from risk.models import AlertCase

# hours of the bank's day in which it is told; the later ones are for a worker that stood still
MORNING = range(7, 10)
# days back of which officers are still told, should nothing have run meanwhile
BACK = dt.timedelta(days=7)
COLUMNS = ("pk", "status", "next_day", "officer__user")


def tell_in_the_morning() -> None:
    """Tell officers, once for each day, which of their cases have become overdue."""
    if bank_now().hour not in MORNING:
        return
    late = AlertCase.objects.overdue().filter(next_day__gte=bank_today() - BACK)
    notices.cases_overdue(late.exclude(officer__user=None).values_list(*COLUMNS))
