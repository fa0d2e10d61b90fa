"""The rules of early warning: each a statement over a range of customers, with cut-offs by level.

A statement gives for each customer one figure and the measures that explain it. Rules that need
what is not fed (arrears at month ends, daily use of limits) are left out or go by month ends.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from config_admin.figures.declared import Parameter
from config_admin.figures.values import value_of
from crm.core.models.records import Text
from risk.models import Family

from . import parameters as cut

# which months are compared: the last whole one, and the six before it
HALF_YEAR = 6

ARREARS = """
select customer_id, max(overdue_days)::numeric as figure,
    jsonb_build_object('overdue_days', max(overdue_days),
        'overdue_amount', sum(balance_base)::text) as measures
from customers_holding
where customer_id > %(after)s and customer_id <= %(until)s
    and overdue_days > 0 and status <> 'closed'
group by customer_id having max(overdue_days) <= %(warning_arrears_most)s
"""
COLLAPSE = """
select customer_id, round(100 * last / before, 1) as figure,
    jsonb_build_object('last_month', round(last, 2)::text, 'half_year', round(before, 2)::text,
        'share', round(100 * last / before, 1)::text) as measures
from (
    select customer_id, sum(average) filter (where month = %(month)s) as last,
        sum(average) filter (where month < %(month)s) / %(half_year)s as before,
        count(distinct month) as months
    from (
        select y.customer_id, y.year * 12 + m.n - 1 as month, m.average
        from customers_holdingyear y
        join customers_holding h on h.id = y.holding_id and h.kind = 'deposit'
        cross join lateral unnest(y.average) with ordinality as m (average, n)
        where y.customer_id > %(after)s and y.customer_id <= %(until)s
            and y.year in (%(month)s / 12, (%(month)s - %(half_year)s) / 12)
            and m.average is not null
    ) averages
    where month between %(month)s - %(half_year)s and %(month)s
    group by customer_id
) known
where months = %(half_year)s + 1 and last is not null
    and before > 0 and before >= %(warning_collapse_least)s
"""
TURNOVER = """
select customer_id, round(100 * last / usual, 1) as figure,
    jsonb_build_object('credits', last::text, 'usual_credits', round(usual, 2)::text,
        'share', round(100 * last / usual, 1)::text) as measures
from (
    select customer_id,
        coalesce(sum(amount) filter (where booked_on > %(day)s::date - 90), 0) as last,
        coalesce(sum(amount) filter (where booked_on <= %(day)s::date - 90), 0) * 90 / 275 as usual
    from customers_transaction
    where customer_id > %(after)s and customer_id <= %(until)s
        and booked_on > %(day)s::date - 365 and booked_on <= %(day)s::date
        and kind in ('salary', 'transfer_in', 'cash_in', 'sales')
        and amount > 0 and currency = %(currency)s
    group by customer_id having min(booked_on) <= %(day)s::date - 275
) known
where usual > 0 and usual >= %(warning_turnover_least)s
"""
UTILISATION = """
select customer_id, max(share) as figure,
    jsonb_build_object('share', max(share)::text,
        'limits', count(*), 'month_ends', max(months)) as measures
from (
    select h.customer_id, round(100 * h.balance_base / h.credit_limit, 1) as share, (
        select count(*) from customers_holdingyear y
        cross join lateral unnest(y.month_end) with ordinality as m (balance, n)
        where y.customer_id = h.customer_id and y.holding_id = h.id
            and y.year * 12 + m.n - 1 between %(month)s - 2 and %(month)s
            and 100 * m.balance >= %(warning_utilisation_low)s * h.credit_limit
    ) as months
    from customers_holding h
    where h.customer_id > %(after)s and h.customer_id <= %(until)s
        and h.credit_limit > 0 and h.currency = %(currency)s and h.status <> 'closed'
        and 100 * h.balance_base >= %(warning_utilisation_low)s * h.credit_limit
) used
where months >= %(warning_utilisation_months)s
group by customer_id
"""
GUARANTOR = """
select h.customer_id, max(g.overdue_days)::numeric as figure,
    jsonb_build_object('guarantor_overdue_days', max(g.overdue_days),
        'guarantors', count(distinct p.customer_id)) as measures
from customers_holding h
join customers_holdingparty p on p.holding_id = h.id and p.role = 'guarantor'
    and p.valid @> %(day)s::date
join customers_holding g on g.customer_id = p.customer_id and g.overdue_days > 0
    and g.status <> 'closed'
where h.customer_id > %(after)s and h.customer_id <= %(until)s
    and h.kind = 'loan' and h.status <> 'closed' and h.balance_base > 0
group by h.customer_id
"""
# what is worth a warning, and not said yet: neither open at this level nor silent, nor decided as
# long as it lasts and grows no graver; beside it, as level 0, whose decided cause is gone
FOUND = """
with measured as ({statement}), found as (
    select customer_id, measures, case
        when figure {sign} %(high)s then 3
        when figure {sign} %(medium)s then 2
        when figure {sign} %(low)s then 1 end as level
    from measured
)
select f.customer_id, f.level, f.measures
from found f
join customers_customer c on c.id = f.customer_id and c.status not in ('closed', 'merged')
where f.level is not null
    and not exists (
        select from risk_alert a join risk_alertcase k on k.id = a.case_id
        where k.customer_id = f.customer_id and k.status <> 'closed'
            and a.rule = %(rule)s and a.level >= f.level)
    and not exists (
        select from risk_alertcase k
        where k.customer_id = f.customer_id and k.family = %(family)s
            and k.silent_until >= %(day)s::date and k.level >= f.level)
    and not exists (
        select from (
            select k.status, k.silent_until, a.level, a.gone_on
            from risk_alertcase k join risk_alert a on a.case_id = k.id
            where k.customer_id = f.customer_id and a.rule = %(rule)s
            order by a.id desc limit 1
        ) last
        where last.status = 'closed' and last.silent_until is null
            and last.gone_on is null and last.level >= f.level)
union all
select k.customer_id, 0, '{{}}'
from risk_alertcase k join risk_alert a on a.case_id = k.id
where k.customer_id > %(after)s and k.customer_id <= %(until)s and k.status = 'closed'
    and a.rule = %(rule)s and a.gone_on is null
    and not exists (
        select from found f where f.customer_id = k.customer_id and f.level is not null)
group by k.customer_id
order by customer_id
"""


@dataclass(frozen=True)
class Rule:
    """A rule of early warning.

    `levels` are the cut-offs of the levels, the lowest first, `bounds` what else is compared;
    `falls` says that the figure is worse the lower it is.
    """

    code: str
    family: Family
    label: Text
    meaning: Text
    statement: str
    levels: list[Parameter]
    bounds: tuple[Parameter, ...] = ()
    falls: bool = False

    @property
    def sql(self) -> str:
        """The statement that finds what this rule warns of in a range of customers."""
        sign = "<=" if self.falls else ">="
        return FOUND.format(statement=self.statement, sign=sign)

    def cut_offs(self, day: dt.date) -> dict[str, str]:
        """The figures that hold on a day, by the codes of their parameters."""
        return {p.code: f"{value_of(p, day):f}" for p in (*self.levels, *self.bounds)}

    def version(self, day: dt.date) -> str:
        """The name of the rule as it is on a day, by its content."""
        told = json.dumps([self.sql, self.cut_offs(day)])
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    def values(
        self, day: dt.date, after: int, until: int
    ) -> dict[str, str | int | Decimal | dt.date]:
        """What the statement is asked with for the customers after one key, up to another."""
        cut_offs = {code: Decimal(value) for code, value in self.cut_offs(day).items()}
        low, medium, high = (cut_offs[p.code] for p in self.levels)
        return {
            **cut_offs,
            "low": low,
            "medium": medium,
            "high": high,
            "after": after,
            "until": until,
            "day": day,
            "month": day.year * 12 + day.month - 2,
            "half_year": HALF_YEAR,
            "currency": settings.BASE_CURRENCY,
            "rule": self.code,
            "family": self.family.value,
        }


RULES = {
    rule.code: rule
    for rule in (
        Rule(
            "early_arrears",
            Family.ARREARS,
            _("Early arrears"),
            _("Something is overdue, for days and not yet for months."),
            ARREARS,
            cut.ARREARS,
            (cut.ARREARS_MOST,),
        ),
        Rule(
            "balance_collapse",
            Family.LIQUIDITY,
            _("Balance collapse"),
            _("Hardly anything is left of the deposits of the half year before."),
            COLLAPSE,
            cut.COLLAPSE,
            (cut.COLLAPSE_LEAST,),
            falls=True,
        ),
        Rule(
            "turnover_drop",
            Family.LIQUIDITY,
            _("Turnover drop"),
            _("Much less comes in than in the nine months before."),
            TURNOVER,
            cut.TURNOVER,
            (cut.TURNOVER_LEAST,),
            falls=True,
        ),
        Rule(
            "limit_used_up",
            Family.UTILISATION,
            _("Limit used up"),
            _("A limit is used up, today and at month ends before."),
            UTILISATION,
            cut.UTILISATION,
            (cut.UTILISATION_MONTHS,),
        ),
        Rule(
            "guarantor_overdue",
            Family.GUARANTEE,
            _("Guarantor overdue"),
            _("Somebody who guarantees a loan of the customer is overdue with debts of their own."),
            GUARANTOR,
            cut.GUARANTOR,
        ),
    )
}
