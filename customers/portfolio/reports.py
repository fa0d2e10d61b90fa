"""What a manager's customers add up to, and how the managers of one branch compare.

A manager has some thousand customers and a branch some managers: every figure is read along them,
from the list's read model, within the reach of whoever asks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from config_admin.dictionaries.entries import name_of
from crm.core.charts import Series
from crm.core.clock import bank_today
from customers.holdings.reports import chart, finding, months_until, of_assets
from customers.models import Customer, FeedBatch, HoldingParty, ListedCustomer, Ownership
from customers.models.ownership import LINES, MAIN_LINES, Role
from customers.products import ASSETS
from staff.models import Branch, StaffMember

if TYPE_CHECKING:
    from sysadmin.models import User

ACTION, HOLDINGS = "customers.portfolio_customer", "customers.view_holding"
MOST_CHANGES = 8
NOTHING = Decimal(0)
MANAGERS = (
    StaffMember.Post.WEALTH_MANAGER,
    StaffMember.Post.PRIVATE_BANKER,
    StaffMember.Post.CORPORATE_RM,
    StaffMember.Post.SMALL_BUSINESS_RM,
    StaffMember.Post.RETAIL_LOAN_RM,
)


@dataclass(frozen=True)
class Figure:
    """A number of customers, what they have with the bank, and the list of them."""

    label: str
    count: int = 0
    assets: Decimal = NOTHING
    url: str = ""
    key: str = ""


def customers_at(**filters: Any) -> str:
    """The list of customers with these filters."""
    return f"{reverse('customers:customer_list')}?{urlencode(filters, doseq=True)}"


def led_by(member: StaffMember, user: User, action: str = ACTION) -> QuerySet[ListedCustomer]:
    """The customers of a manager of whom the user may see figures."""
    return ListedCustomer.objects.within(user, action).filter(lead_manager=member)


@dataclass(frozen=True)
class Portfolio:
    """A manager's customers, added up by status and by kind.

    All but `by_status` count those in hand: whose relationship has not ended.
    """

    whole: Figure
    by_status: list[Figure]
    by_kind: list[Figure]

    @property
    def dormant(self) -> Figure:
        """Those who are dormant."""
        dormant = Customer.Status.DORMANT
        found = (one for one in self.by_status if one.key == dormant)
        return next(found, Figure(str(dormant.label)))


def portfolio_of(member: StaffMember, user: User) -> Portfolio:
    """What the customers of a manager add up to, in one statement."""
    rows = led_by(member, user).order_by().values_list("status", "kind")
    cells = list(rows.annotate(Count("pk"), Sum("assets")))
    in_hand = [cell for cell in cells if cell[0] in Customer.OPEN]
    is_open: dict[str, Any] = {"status": [str(status) for status in Customer.OPEN]}

    def added(label: str, kept: Iterable[Any], key: str = "", **filters: Any) -> Figure:
        held = list(kept)
        count = sum(n for *_cell, n, _sum in held)
        assets = sum((total for *_cell, _n, total in held), NOTHING)
        url = customers_at(lead_manager=member.pk, **filters)
        return Figure(label, count, assets, url, key)

    by_status = [
        added(str(label), (c for c in cells if c[0] == value), value, status=value)
        for value, label in Customer.Status.choices
    ]
    by_kind = [
        added(str(label), (c for c in in_hand if c[1] == value), value, kind=value, **is_open)
        for value, label in Customer.Kind.choices
    ]
    return Portfolio(
        added("", in_hand, **is_open),
        [part for part in by_status if part.count],
        [part for part in by_kind if part.count],
    )


def by_line(member: StaffMember, portfolio: Portfolio, user: User, today: dt.date) -> list[Figure]:
    """How many customers a manager has in each line of business, and as what."""
    found = [
        Figure(in_line(MAIN_LINES[Customer.Kind(part.key)], Role.LEAD), part.count, url=part.url)
        for part in portfolio.by_kind
    ]
    rows = Ownership.objects.on(today).filter(
        member=member, is_main=False, customer__in=Customer.objects.within(user, ACTION)
    )
    counted = rows.order_by("role", "line").values_list("role", "line").annotate(Count("pk"))
    address = reverse("customers:ownership_list")
    for role, line, count in counted:
        asked = urlencode({"member": member.pk, "role": role, "line": line, "at": "now"})
        found.append(Figure(in_line(line, role), count, url=f"{address}?{asked}"))
    return found


def in_line(line: str, role: str) -> str:
    """A line of business and a role in it."""
    return f"{name_of(LINES, line)} · {Role(role).label}"


# --- changes ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Growth:
    """What a customer had at the end of last month, and has now."""

    customer: Customer
    before: Decimal
    now: Decimal

    @property
    def change(self) -> Decimal:
        """By how much it changed."""
        return self.now - self.before


CHANGES = """
with led(id) as (%(led)s), owned as (
    select distinct p.customer_id, p.holding_id
    from led join customers_holdingparty p on p.customer_id = led.id
    where p.role = any(%%s) and p.valid @> %%s::date
), sums as (
    select o.customer_id as id,
           coalesce(sum(h.balance_base) filter (where h.status <> 'closed'), 0) as now,
           coalesce(sum(y.month_end[%%s]), 0) as before
    from owned o join customers_holding h on h.id = o.holding_id and h.kind = any(%%s)
    left join customers_holdingyear y
        on y.customer_id = h.customer_id and y.holding_id = h.id and y.year = %%s
    group by o.customer_id
)
select id, before, now from sums where now <> before order by abs(now - before) desc, id limit %%s
"""


def month_before(today: dt.date) -> dt.date:
    """The last day of the month before."""
    return today.replace(day=1) - dt.timedelta(days=1)


def biggest_changes(member: StaffMember, user: User, today: dt.date) -> list[Growth]:
    """The customers of a manager whose assets have changed most since the end of last month."""
    led = led_by(member, user, HOLDINGS).order_by().values("pk")
    try:
        sql, values = led.query.sql_with_params()
    except EmptyResultSet:  # nothing is within reach
        return []
    closed = month_before(today)
    owning, kinds = sorted(HoldingParty.OWNING), sorted(str(kind) for kind in ASSETS)
    asked: list[Any] = [*values, owning, today, closed.month, kinds, closed.year, MOST_CHANGES]
    with connection.cursor() as cursor:
        cursor.execute(CHANGES % {"led": sql}, asked)
        found = cursor.fetchall()
    customers = Customer.objects.in_bulk([key for key, *_sums in found])
    return [Growth(customers[key], before, now) for key, before, now in found]


# --- the year ---------------------------------------------------------------------------

MONTH_ENDS = """
with led(id) as (%(led)s), owned(id) as (
    select distinct p.holding_id from led join customers_holdingparty p on p.customer_id = led.id
    where p.role = any(%%s) and p.valid @> %%s::date
)
select y.year, m.month, sum(y.month_end[m.month])
from owned join customers_holding h on h.id = owned.id and h.kind = any(%%s)
join customers_holdingyear y on y.customer_id = h.customer_id and y.holding_id = h.id
cross join generate_series(1, 12) m(month)
where y.year >= %%s
group by y.year, m.month
"""


def portfolio_chart(user: User) -> str:
    """What the customers of a manager have had at the end of each month of a year.

    What two of them own together counts once; whoever leads nobody has no portfolio.
    """
    member = getattr(user, "staff_member", None)
    if member is None:
        return ""
    months = months_until(today := bank_today())
    led = led_by(member, user, HOLDINGS).order_by().values("pk")
    sql, values = led.query.sql_with_params()
    owning, kinds = sorted(HoldingParty.OWNING), sorted(str(kind) for kind in ASSETS)
    with connection.cursor() as cursor:
        cursor.execute(MONTH_ENDS % {"led": sql}, [*values, owning, today, kinds, months[0][0]])
        ends = {(year, month): total for year, month, total in cursor.fetchall()}
    if not ends:
        return ""
    totals = [ends.get(month) for month in months]
    return chart(finding(totals, of_assets), [Series(_("Assets"), totals)], months)


# --- the managers of a branch ----------------------------------------------------------


@dataclass(frozen=True)
class Load:
    """What one manager of a branch has, beside the average of all of them there."""

    member: StaffMember
    customers: Figure
    average_count: Decimal
    average_assets: Decimal

    @property
    def more_customers(self) -> Decimal | None:
        """By which share of the average there are more customers."""
        return share(Decimal(self.customers.count), self.average_count)

    @property
    def more_assets(self) -> Decimal | None:
        """By which share of the average there are more assets."""
        return share(self.customers.assets, self.average_assets)


def day_of_figures() -> dt.date | None:
    """The day of which balances were fed last; None before any were."""
    fed = FeedBatch.objects.filter(kind=FeedBatch.Kind.HOLDINGS)
    found: dt.date | None = fed.aggregate(day=Max("business_date"))["day"]
    return found


def reaches_all(user: User) -> bool:
    """Whether the user sees the figures of all customers of the bank."""
    reach = user.reach(ACTION)
    return reach is not None and reach.everything


def share(value: Decimal, average: Decimal) -> Decimal | None:
    """By which share a value is above the average; unknown where that is nothing."""
    return (value - average) / average if average else None


@dataclass(frozen=True)
class Comparison:
    """The managers of a branch, with the average, and the branch's pool."""

    branch: Branch
    loads: list[Load]
    average_count: Decimal
    average_assets: Decimal
    pool: Figure


def is_above(user: User, branch: Branch) -> bool:
    """Whether the user may compare the managers of a branch: whoever reaches all of it."""
    reach = user.reach(ACTION)
    if reach is None:
        return False
    within = branch.pk in reach.nodes or any(a <= branch.lft <= b for a, b in reach.ranges)
    return reach.everything or within


def is_within(user: User, member: StaffMember) -> bool:
    """Whether the user reaches a member's portfolio: the own, those of the team, or by branch.

    Who reaches a single one of the customers sees what these add up to.
    """
    team = member.supervisor is not None and member.supervisor.user_id == user.pk
    if member.user_id == user.pk or team or is_above(user, member.branch):
        return True
    within = ListedCustomer.objects.within(user, ACTION)
    return within.filter(lead_manager=member).order_by().exists()


def comparison_of(branch: Branch, user: User) -> Comparison:
    """Customers and assets of the managers of one branch, largest first."""
    led = ListedCustomer.objects.filter(lead_manager=OuterRef("pk"))
    members = list(
        StaffMember.objects.present()
        .filter(branch=branch)
        .filter(Q(post__in=MANAGERS) | Exists(led))
        .order_by("number")
    )
    rows = ListedCustomer.objects.within(user, ACTION).filter(status__in=Customer.OPEN).order_by()
    is_open = {"status": [str(status) for status in Customer.OPEN]}
    counted = rows.filter(lead_manager__in=[m.pk for m in members]).values_list("lead_manager")
    sums = {key: (n, total) for key, n, total in counted.annotate(Count("pk"), Sum("assets"))}
    held = {m.pk: sums.get(m.pk, (0, NOTHING)) for m in members}
    number = len(members) or 1
    average_count = Decimal(sum(n for n, _total in held.values())) / number
    average_assets = sum((total for _n, total in held.values()), NOTHING) / number
    loads = [
        Load(
            m,
            Figure(str(m), *held[m.pk], customers_at(lead_manager=m.pk, **is_open)),
            average_count,
            average_assets,
        )
        for m in members
    ]
    loads.sort(key=lambda load: (-load.customers.count, load.member.number))
    pooled = rows.filter(home_branch=branch, lead_manager=None)
    pool = pooled.aggregate(n=Count("pk"), total=Sum("assets"))
    return Comparison(
        branch,
        loads,
        average_count,
        average_assets,
        Figure(
            "",
            pool["n"],
            pool["total"] or NOTHING,
            customers_at(home_branch=branch.pk, pool="yes", **is_open),
        ),
    )
