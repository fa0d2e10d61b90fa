"""Which names of lists are compared with which customers: those that share a key."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Q

from crm.core.clock import bank_today
from risk.models import ListedName, WatchlistEntry

from .keys import WHOLE

# of a name that many share, as many as these are compared: the same name as a whole before others
MOST = 5000
FETCHED_AT_ONCE = 5000

# a look into the index of listed names for each customer
OF_FEW = """
select s.customer_id, found.entry_id, found.text
from risk_screened_customer s
join customers_customer c on c.id = s.customer_id
cross join lateral (
  select array_agg(key) as keys from unnest(s.keys) key where key ~ %(whole)s
) whole
cross join lateral (
  select n.entry_id, n.text
  from risk_listedname n
  join risk_watchlistentry e on e.id = n.entry_id and e.removed_in_id is null
    and (e.until is null or e.until > %(today)s)
  where n.keys && s.keys and n.is_person = (c.kind = 'person')
  order by n.keys && whole.keys desc
  limit %(most)s
) found
where s.customer_id = any(%(customers)s)
order by s.customer_id
"""

# both sides key by key: a pass over each, whatever there is to find. Keys are put beside each other
# by their digests, which sort many times faster than words do
OF_MANY = """
with ours as materialized (
  select s.customer_id, c.kind = 'person' as is_person, hashtextextended(key.kept, 0) as kept
  from risk_screened_customer s
  join customers_customer c on c.id = s.customer_id
  cross join lateral unnest(s.keys) key(kept)
  where s.customer_id between %(first)s and %(last)s and c.id between %(first)s and %(last)s
    and c.status <> all(%(ended)s)
), listed as materialized (
  select n.id, n.is_person, hashtextextended(key.kept, 0) as kept, e.changed_in_id
  from risk_listedname n
  join risk_watchlistentry e on e.id = n.entry_id and e.removed_in_id is null
    and (e.until is null or e.until > %(today)s)
  cross join lateral unnest(n.keys) key(kept)
  where key.kept not like 'i%%'
    -- an array without customers: what the version has not changed is compared with nobody
    and (%(version)s::bigint is null or e.changed_in_id = %(version)s
      or cardinality(%(new)s::bigint[]) > 0)
), shared as (
  select distinct ours.customer_id, listed.id
  from ours join listed on listed.kept = ours.kept and listed.is_person = ours.is_person
  where %(version)s::bigint is null or listed.changed_in_id = %(version)s
    or ours.customer_id = any(%(new)s::bigint[])
)
select shared.customer_id, n.entry_id, n.text
from shared join risk_listedname n on n.id = shared.id
order by shared.customer_id
"""


class Candidate(NamedTuple):
    """A listed name beside a customer."""

    customer_id: int
    entry_id: int
    text: str


def of_few(customers: Collection[int]) -> Iterator[Candidate]:
    """The listed names that share a key with one of these customers."""
    with connection.cursor() as cursor:
        named = {"customers": list(customers), "whole": f"^[{WHOLE}]", "most": MOST}
        cursor.execute(OF_FEW, {**named, "today": bank_today()})
        yield from map(Candidate._make, cursor)


def of_range(
    first: int, last: int, *, ended: Collection[str], version: int | None, new: Collection[int]
) -> Iterator[Candidate]:
    """The listed names that share a key with a customer of a range of keys.

    With a version only what it changed, except for the customers who are `new` to all lists.
    """
    among = {"first": first, "last": last, "version": version, "today": bank_today()}
    # a part at a time: of a list of a million names there is more than fits
    with connection.chunked_cursor() as cursor:
        cursor.execute(OF_MANY, {**among, "ended": list(ended), "new": list(new)})
        while rows := cursor.fetchmany(FETCHED_AT_ONCE):
            yield from map(Candidate._make, rows)


def of_keys(keys: Collection[str], *, is_person: bool) -> Iterator[tuple[int, str]]:
    """The listed names that have one of these keys, each with the entry that bears it."""
    whole = [key for key in keys if key[0] in WHOLE]
    names = ListedName.objects.filter(
        keys__overlap=list(keys),
        is_person=is_person,
        entry__in=WatchlistEntry.objects.in_force(),
    ).order_by(ExpressionWrapper(Q(keys__overlap=whole), BooleanField()).desc())
    return names.values_list("entry", "text")[:MOST].iterator()
