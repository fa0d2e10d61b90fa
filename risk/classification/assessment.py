"""Which class the facts leave to claims at best: one statement, by night, alone and as a trial."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from crm.core.clock import bank_today, now
from customers.timeline.operations import tell_all
from risk.models import Claim

from .limits import CREDIT_CARDS, PERIODS, limits

if TYPE_CHECKING:
    from sysadmin.models import User

# Whoever is pulled along counts as good, so that two of them do not hold each other for ever.
# A missed payment starts the observation again. Claims have the range too, or all are read for it.
ASSESS = """
with debt as (
  select h.id as holding_id, h.customer_id, h.balance_base, h.overdue_days, h.business_date,
    c.kind <> 'person' as is_non_retail, k.id as claim_id, k.risk_class as before,
    coalesce(k.is_pulled, false) as was_pulled,
    case when k.id = %(claim)s then %(class)s when k.is_pulled then 1
      else coalesce(k.risk_class, 1) end as held,
    case when h.kind = 'card' then %(cards)s::int[] else %(loans)s::int[] end as bounds,
    case when k.id = %(claim)s then %(impaired)s else coalesce(k.is_impaired, false) end
      as is_impaired,
    case when k.id = %(claim)s then %(observed_from)s::date else k.observed_from end
      as observed_from,
    make_interval(months => greatest(%(observed)s, %(periods)s * every.months)) as observed,
    greatest(k.since, k.cleared_on)
      + make_interval(months => greatest(%(cured)s, %(periods)s * every.months)) as cured_on
  from customers_holding h
  join customers_customer c on c.id = h.customer_id
  left join risk_claim k on k.holding_id = h.id and k.customer_id between %(low)s and %(high)s
  cross join lateral (select case when k.id = %(claim)s then %(due_every)s
    else coalesce(k.due_every, 1) end as months) every
  where h.customer_id between %(low)s and %(high)s and h.status <> 'closed'
    and (h.kind = 'loan' or h.product_code = any(%(credit_cards)s))
), watched as (
  select *, case when observed_from + observed > %(today)s and overdue_days > 0
    then greatest(observed_from, business_date) else observed_from end as observed_since
  from debt
), own as (
  select *, greatest(
    (select 1 + count(*) from unnest(bounds) bound where overdue_days > bound),
    case when is_impaired then 3 end,
    case when observed_since + observed > %(today)s then 2 end) as own_floor
  from watched
), debtor as (
  select customer_id, bool_or(is_non_retail) and
    sum(balance_base) filter (where greatest(held, own_floor) >= 3)
      > %(share)s * sum(balance_base) as pulls
  from own group by customer_id
), assessed as (
  select own.*, coalesce(pulls, false) as pulls,
    greatest(own_floor, case when pulls then 3 end) as floor,
    greatest(held, own_floor) < 3 and (was_pulled or coalesce(pulls, false)) as is_pulled
  from own join debtor using (customer_id)
), found as (
  select *, greatest(case when claim_id = %(claim)s then held else before end, floor) as risk_class
  from assessed
)
"""
KEEP = """
, entered as (
  insert into risk_claim (created_at, updated_at, version, customer_id, holding_id, status,
    risk_class, floor, since, is_overdue, cleared_on, is_impaired, observed_from, due_every,
    is_pulled)
  select %(now)s, %(now)s, 1, customer_id, holding_id, 'classified', risk_class, floor, %(today)s,
    overdue_days > 0, null, false, null, 1, is_pulled
  from found where claim_id is null
  returning id, holding_id
), changed as (
  update risk_claim k set updated_at = %(now)s, version = version + 1,
    risk_class = found.risk_class, floor = found.floor, is_pulled = found.is_pulled,
    since = case when found.risk_class = k.risk_class then k.since else %(today)s end,
    is_overdue = overdue_days > 0, observed_from = observed_since,
    cleared_on = case when overdue_days > 0 then null when k.is_overdue then found.business_date
      else k.cleared_on end
  from found
  where k.id = found.claim_id and k.customer_id between %(low)s and %(high)s
    and (k.risk_class, k.floor, k.is_pulled, k.is_overdue, k.observed_from) is distinct from
      (found.risk_class, found.floor, found.is_pulled, overdue_days > 0, observed_since)
  returning k.id
), decided as (
  insert into risk_classification (created_at, updated_at, version, claim_id, status, cause,
    from_class, risk_class, floor, overdue_days, business_date, decided_on, facts, is_impaired,
    observed_from, due_every, review, closing)
  select %(now)s, %(now)s, 1, coalesce(claim_id, entered.id), 'decided',
    case when own_floor < found.risk_class then 'pulled' else 'facts' end, coalesce(before, 1),
    found.risk_class, floor, overdue_days, business_date, %(today)s, '', is_impaired,
    observed_since, 1, '', ''
  from found left join entered using (holding_id)
  where found.risk_class <> coalesce(before, 1)
  returning claim_id
)
select (select count(*) from found), coalesce((select array_agg(claim_id) from decided), '{}')
"""
READ = """
select claim_id, before, risk_class, floor,
  greatest(cured_on, observed_since + observed)::date, overdue_days, business_date
from found where claim_id is not null order by claim_id
"""


@dataclass(frozen=True)
class Trial:
    """What would be if a claim were in a class, with these facts."""

    claim: int
    risk_class: int
    is_impaired: bool
    observed_from: dt.date | None
    due_every: int


class Assessed(NamedTuple):
    """A claim as the facts leave it."""

    claim: int
    before: int
    risk_class: int
    floor: int
    upgraded_from: dt.date
    overdue_days: int
    business_date: dt.date


class Kept(NamedTuple):
    """How many claims were assessed, and those whose class became worse."""

    seen: int
    worse: list[int]


def values_for(low: int, high: int, trial: Trial | None = None) -> dict[str, Any]:
    """What the statement is asked with: the customers, the limits, the day, and a trial."""
    bounds = limits()
    return {
        "low": low,
        "high": high,
        "today": bank_today(),
        "now": now(),
        "loans": bounds.loans,
        "cards": bounds.cards,
        "share": bounds.share,
        "observed": bounds.observed,
        "cured": bounds.cured,
        "periods": PERIODS,
        "credit_cards": list(CREDIT_CARDS),
        "claim": trial.claim if trial else 0,
        "class": trial.risk_class if trial else 1,
        "impaired": trial.is_impaired if trial else False,
        "observed_from": trial.observed_from if trial else None,
        "due_every": trial.due_every if trial else 1,
    }


def keep(low: int, high: int, *, by: User) -> Kept:
    """Put the claims of these customers at least at their floors; each that falls is told."""
    with connection.cursor() as cursor:
        cursor.execute(ASSESS + KEEP, values_for(low, high))
        kept = Kept(*cursor.fetchone())
    tell_all("worsen", Claim.objects.filter(pk__in=kept.worse).order_by("pk"), by=by)
    return kept


def tried(customer: int, trial: Trial) -> dict[int, Assessed]:
    """How the claims of a customer would stand after a trial; nothing is kept."""
    with connection.cursor() as cursor:
        cursor.execute(ASSESS + READ, values_for(customer, customer, trial))
        return {row[0]: Assessed(*row) for row in cursor.fetchall()}
