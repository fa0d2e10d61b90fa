"""What a customer has with the bank, added up: by kind, line by line, and month by month.

A holding counts once for each customer who owns it, whatever the number of their roles; it never
counts for a guarantor, an agent or a beneficiary.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import Min, QuerySet, Sum
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.core.charts import Series, line_chart
from crm.core.formats import MONTHS, Number, in_chinese, percent, short_money, short_number
from crm.core.keyset import Count, capped_count
from customers.models import Customer, Holding, HoldingParty, HoldingYear
from customers.products import ASSETS, HoldingKind

POINTS = 13
DAY = dt.timedelta(days=1)
STEADY = Decimal("0.005")
OWNING = sorted(HoldingParty.OWNING)
# assets first, then what is owed
ORDER = {kind: place for place, kind in enumerate(HoldingKind)}


@dataclass(frozen=True)
class Assets:
    """Assets under management: deposits and investments, no loans, in base currency.

    They are compared from month end to month end, as the chart of the year compares them.
    """

    total: Decimal
    a_year_before: Decimal | None
    last_month_end: Decimal | None
    as_of: dt.date | None
    month_end: dt.date

    @property
    def change(self) -> Decimal | None:
        """By which share they grew in the twelve months until the end of the last one.

        Unknown where there was nothing then, or nothing is known.
        """
        before, now = self.a_year_before, self.last_month_end
        return (now - before) / abs(before) if before and now is not None else None


@dataclass
class Line:
    """A holding as it concerns one customer: their roles in it, and whether its page opens."""

    holding: Holding
    roles: list[HoldingParty] = field(default_factory=list)
    opens: bool = True

    @property
    def other_roles(self) -> list[str]:
        """Roles beside that of the holder, in words."""
        usual = HoldingParty.HOLDERS[HoldingKind(self.holding.kind)]
        return [party.get_role_display() for party in self.roles if party.role != usual]

    @property
    def counts(self) -> bool:
        """Whether it is in the customer's totals."""
        owns = any(party.role in HoldingParty.OWNING for party in self.roles)
        return owns and not self.holding.is_closed


@dataclass
class KindTotal:
    """What a customer owns, or owes, of one kind."""

    kind: HoldingKind
    count: int = 0
    total: Decimal = Decimal(0)
    as_of: dt.date | None = None
    lines: list[Line] = field(default_factory=list)


def parties_of(customer: Customer, today: dt.date) -> QuerySet[HoldingParty]:
    """The roles that a customer has today."""
    return HoldingParty.objects.filter(customer=customer, valid__contains=today)


def totals_of(customer: Customer, today: dt.date) -> list[KindTotal]:
    """Count and sum of each kind that the customer owns, closed ones left out."""
    owned = parties_of(customer, today).filter(role__in=OWNING).values("holding")
    rows = (
        Holding.objects.filter(pk__in=owned)
        .exclude(status=Holding.Status.CLOSED)
        .order_by()
        .values("kind")
        .annotate(count=models.Count("pk"), total=Sum("balance_base"), as_of=Min("business_date"))
        .values_list("kind", "count", "total", "as_of")
    )
    found = [KindTotal(HoldingKind(kind), *rest) for kind, *rest in rows]
    return sorted(found, key=lambda one: ORDER[one.kind])


def count_of(customer: Customer, today: dt.date, *, most: int) -> Count:
    """How many holdings the customer has to do with today, closed ones left out."""
    held = parties_of(customer, today).values("holding")
    rows = Holding.objects.filter(pk__in=held).exclude(status=Holding.Status.CLOSED)
    return capped_count(rows, most)


def lines_of(
    customer: Customer, today: dt.date, *, most: int, closed: bool = False
) -> tuple[list[Line], bool]:
    """The customer's holdings, large ones first in each kind, and whether there are more."""
    rows = parties_of(customer, today).select_related("holding")
    if not closed:
        rows = rows.exclude(holding__status=Holding.Status.CLOSED)
    lines: dict[int, Line] = {}
    found = list(rows.order_by("-holding__balance_base", "holding_id", "role")[: most + 1])
    for party in found[:most]:
        line = lines.setdefault(party.holding_id, Line(party.holding))
        line.roles.append(party)
    in_order = sorted(
        lines.values(),
        key=lambda one: (one.holding.is_closed, ORDER[HoldingKind(one.holding.kind)]),
    )
    return in_order, len(found) > most


def grouped(totals: Sequence[KindTotal], lines: Sequence[Line]) -> list[KindTotal]:
    """Lines under the totals of their kinds, also where nothing of a kind is owned."""
    groups = {one.kind: one for one in totals}
    for line in lines:
        kind = HoldingKind(line.holding.kind)
        groups.setdefault(kind, KindTotal(kind)).lines.append(line)
    return sorted(groups.values(), key=lambda one: ORDER[one.kind])


ASSETS_NOW_AND_IN_A_YEAR = """
select coalesce(sum(h.balance_base) filter (where h.status <> 'closed'), 0),
    sum(y.month_end[%(month)s]),
    sum(z.month_end[%(last_month)s]),
    min(h.business_date) filter (where h.status <> 'closed')
from customers_holding h
left join customers_holdingyear y
    on y.customer_id = h.customer_id and y.holding_id = h.id and y.year = %(year)s
left join customers_holdingyear z
    on z.customer_id = h.customer_id and z.holding_id = h.id and z.year = %(last_year)s
where h.kind = any(%(kinds)s) and h.id in (
    select holding_id from customers_holdingparty
    where customer_id = %(customer)s and role = any(%(owning)s) and valid @> %(today)s::date
)
"""
MONTH_ENDS = """
select h.kind, y.year, m.month, sum(y.month_end[m.month])
from customers_holding h
join customers_holdingyear y on y.customer_id = h.customer_id and y.holding_id = h.id
cross join generate_series(1, 12) m(month)
where h.kind = any(%(kinds)s) and y.year >= %(year)s and h.id in (
    select holding_id from customers_holdingparty
    where customer_id = %(customer)s and role = any(%(owning)s) and valid @> %(today)s::date
)
group by h.kind, y.year, m.month
"""


def asked(statement: str, customer: Customer, today: dt.date) -> list[tuple[Any, ...]]:
    """All rows of a statement about the assets that a customer owns, over the months of a year."""
    first, *_between, last = months_until(today)
    values: dict[str, Any] = {
        "customer": customer.pk,
        "today": today,
        "year": first[0],
        "month": first[1],
        "last_year": last[0],
        "last_month": last[1],
        "kinds": [kind.value for kind in ASSETS],
        "owning": OWNING,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def months_until(today: dt.date) -> list[tuple[int, int]]:
    """Year and month of the thirteen months that have ended, the last one last."""
    last = today.year * 12 + today.month - 2
    return [(place // 12, place % 12 + 1) for place in range(last - POINTS + 1, last + 1)]


def assets_of(customer: Customer, today: dt.date) -> Assets:
    """Assets under management now, at the last month end and a year before it, in one statement."""
    ((total, before, last, as_of),) = asked(ASSETS_NOW_AND_IN_A_YEAR, customer, today)
    return Assets(total, before, last, as_of, today.replace(day=1) - DAY)


def assets_chart(customer: Customer, today: dt.date) -> SafeString:
    """Month-end assets of a year, by kind; the title says how they went."""
    months = months_until(today)
    ends: dict[str, dict[tuple[int, int], Decimal]] = {}
    for kind, year, month, total in asked(MONTH_ENDS, customer, today):
        if total is not None:
            ends.setdefault(kind, {})[year, month] = total
    series = [
        Series(str(kind.label), [ends[kind].get(month) for month in months])
        for kind in ASSETS
        if any(ends.get(kind, {}).get(month) for month in months)
    ]
    sums = [added(values) for values in zip(*[one.values for one in series], strict=True)]
    return chart(finding(sums, of_assets), series, months)


def years_of(holding: Holding, today: dt.date) -> list[HoldingYear]:
    """The figures of one holding for the months that its page is about."""
    first, _month = months_until(today)[0]
    return list(
        HoldingYear.objects.filter(customer=holding.customer_id, holding=holding, year__gte=first)
    )


def balance_chart(holding: Holding, years: Sequence[HoldingYear], today: dt.date) -> SafeString:
    """Month-end balances of one holding over a year."""
    months = months_until(today)
    ends = {year.year: year.month_end for year in years}
    values = [ends[year][month - 1] if year in ends else None for year, month in months]
    series = [Series(str(_("Month-end balance")), values)] if any(values) else []
    return chart(finding(values, of_a_debt if holding.is_debt else of_a_balance), series, months)


def chart(title: str, series: Sequence[Series], months: Sequence[tuple[int, int]]) -> SafeString:
    """A year of month ends; amounts are shortened in the language of the page."""
    names = list(month_names(months))
    return line_chart(title, series, names, unit=settings.BASE_CURRENCY, y_format=mark)


def mark(value: Number) -> str:
    """A figure as an axis shows it."""
    return short_number(value).removesuffix(".00")


def month_names(months: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The months as an axis names them; the first and each January with the year."""
    for place, (year, month) in enumerate(months):
        name = f"{month}月" if in_chinese() else MONTHS[month - 1]
        if place and month != 1:
            yield name
        else:
            yield f"{year}年{name}" if in_chinese() else f"{name} {year}"


def added(values: Sequence[Decimal | int | None]) -> Decimal | None:
    """The sum of what is known; nothing where nothing is."""
    known = [Decimal(value) for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


def of_assets(way: str) -> str:
    """How assets went."""
    return {
        "grew": _("Assets grew by %(share)s in 12 months, to %(last)s at the end of last month"),
        "fell": _("Assets fell by %(share)s in 12 months, to %(last)s at the end of last month"),
        "steady": _("Assets stayed at about %(last)s for 12 months"),
        "new": _("Assets reached %(last)s at the end of last month"),
        "none": _("Assets, 12 months"),
    }[way]


def of_a_balance(way: str) -> str:
    """How the balance of one holding went."""
    return {
        "grew": _(
            "The balance grew by %(share)s in 12 months, to %(last)s at the end of last month"
        ),
        "fell": _(
            "The balance fell by %(share)s in 12 months, to %(last)s at the end of last month"
        ),
        "steady": _("The balance stayed at about %(last)s for 12 months"),
        "new": _("The balance was %(last)s at the end of last month"),
        "none": _("Balance, 12 months"),
    }[way]


def of_a_debt(way: str) -> str:
    """How what is owed on one holding went."""
    return {
        "grew": _(
            "What is owed grew by %(share)s in 12 months, to %(last)s at the end of last month"
        ),
        "fell": _(
            "What is owed fell by %(share)s in 12 months, to %(last)s at the end of last month"
        ),
        "steady": _("What is owed stayed at about %(last)s for 12 months"),
        "new": _("What was owed at the end of last month was %(last)s"),
        "none": _("What is owed, 12 months"),
    }[way]


def finding(values: Sequence[Decimal | None], sentence: Callable[[str], str]) -> str:
    """What a year of figures says, from its first to its last."""
    first, last = (values[0], values[-1]) if values else (None, None)
    if last is None:
        return sentence("none")
    shown = {"last": short_money(last, settings.BASE_CURRENCY)}
    if not first:
        return sentence("new") % shown
    share = (last - first) / abs(first)
    if abs(share) < STEADY:
        return sentence("steady") % shown
    return sentence("grew" if share > 0 else "fell") % (shown | {"share": percent(abs(share))})
