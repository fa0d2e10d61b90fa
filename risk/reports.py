"""How many warnings are open and how customers are rated, as charts."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.core.charts import Series, bar_chart
from crm.core.clock import bank_today
from crm.core.formats import number
from crm.core.keyset import COUNT_CAP, capped_counts
from crm.core.keyset import Count as Capped
from customers.models import Customer

from .models import AlertCase, Diligence, DiligenceLevel, Level

DAY = dt.timedelta(days=1)
WEEK, MONTH = 7 * DAY, 30 * DAY


def cases_chart(user: Any) -> SafeString:
    """How many cases within reach are open, by severity and by how long."""
    today = bank_today()
    ages = (
        (_("Up to 7 days"), today - WEEK, None),
        (_("8 to 30 days"), today - MONTH, today - WEEK - DAY),
        (_("Longer"), None, today - MONTH - DAY),
    )
    rows = AlertCase.objects.permitted(user).open().order_by()
    counted = rows.values_list("level").annotate(
        **{
            f"age_{place}": Count("pk", filter=opened(first, last))
            for place, (_label, first, last) in enumerate(ages)
        }
    )
    found = {level: figures for level, *figures in counted}
    levels = sorted(Level, reverse=True)
    whole = sum(sum(figures) for figures in found.values())
    return bar_chart(
        ngettext("%(n)s open case, by severity", "%(n)s open cases, by severity", whole)
        % {"n": number(whole)},
        [
            Series(
                label,
                [found.get(level, NONE)[place] for level in levels],
                [cases_at(level, first, last) for level in levels],
            )
            for place, (label, first, last) in enumerate(ages)
        ],
        [str(level.label) for level in levels],
    )


NONE = (0, 0, 0)


def opened(first: dt.date | None, last: dt.date | None) -> Q:
    """The cases opened from a day to another."""
    since = Q(opened_on__gte=first) if first else Q()
    return since & Q(opened_on__lte=last) if last else since


def cases_at(level: Level, first: dt.date | None, last: dt.date | None) -> str:
    """The list of the open cases of a severity, opened from a day to another."""
    asked = {"open": "yes", "level": level.value, "opened_after": first, "opened_before": last}
    said = {name: value for name, value in asked.items() if value}
    return f"{reverse('risk:alertcase_list')}?{urlencode(said)}"


def levels_chart(user: Any) -> SafeString:
    """How many customers within reach stand at each level, and how many were never rated."""
    levels = list(DiligenceLevel.objects.order_by("-from_points"))
    rows = Diligence.objects.permitted(user)
    address = reverse("risk:diligence_list")
    held = [
        *((level.shown_name, rows.filter(level=level), f"level={level.pk}") for level in levels),
        (
            _("Never rated"),
            rows.filter(level=None, customer__status__in=Customer.OPEN),
            "review=first",
        ),
    ]
    counts = capped_counts([found for _name, found, _query in held])
    return bar_chart(
        _("Customers by level of due diligence"),
        [
            Series(
                _("Customers"),
                [count.n for count in counts],
                [f"{address}?{query}" for _name, _found, query in held],
            )
        ],
        [name for name, _found, _query in held],
        y_format=counted,
    )


def counted(n: Any) -> str:
    """A number of customers, which is counted no further than lists count."""
    return str(Capped(int(n), capped=n >= COUNT_CAP))
