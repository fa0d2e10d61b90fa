"""Which names of lists are compared with whom: those that share a key."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from django.db import connection

from crm.core.clock import bank_today

from .keys import WHOLE
from .screened import CUSTOMERS, ENDED, PEOPLE, Screened

# of a name that many share, as many as these are compared: the same name as a whole before others
MOST = 5000
FETCHED_AT_ONCE = 5000

# those who are screened, with the kind of name they bear and their keys
OURS = {
    CUSTOMERS: """
  select s.customer_id as id, c.kind = 'person' as is_person, s.keys
  from risk_screened_customer s
  join customers_customer c on c.id = s.customer_id
  where c.status <> all(%(ended)s) and """,
    PEOPLE: """
  select s.person_id as id, true as is_person, s.keys
  from risk_screened_person s
  where """,
}
FEW = {CUSTOMERS: "c.id = any(%(keys)s)", PEOPLE: "s.person_id = any(%(keys)s)"}
RANGE = {
    CUSTOMERS: "s.customer_id between %(first)s and %(last)s"
    " and c.id between %(first)s and %(last)s",
    PEOPLE: "s.person_id between %(first)s and %(last)s",
}

# a look into the index of listed names for each of them
OF_FEW = """
with ours as ({ours})
select ours.id, found.entry_id, found.text
from ours
cross join lateral (
  select array_agg(key) as keys from unnest(ours.keys) key where key ~ %(whole)s
) whole
cross join lateral (
  select n.entry_id, n.text
  from risk_listedname n
  join risk_watchlistentry e on e.id = n.entry_id and e.removed_in_id is null
    and (e.until is null or e.until > %(today)s)
  where n.keys && ours.keys and n.is_person = ours.is_person
  order by n.keys && whole.keys desc
  limit %(most)s
) found
order by ours.id
"""

# both sides key by key: a pass over each, whatever there is to find. Keys are put beside each other
# by their digests, which sort many times faster than words do
OF_MANY = """
with ours as materialized (
  select who.id, who.is_person, hashtextextended(key.kept, 0) as kept
  from ({ours}) who
  cross join lateral unnest(who.keys) key(kept)
), listed as materialized (
  select n.id, n.is_person, hashtextextended(key.kept, 0) as kept, e.changed_in_id
  from risk_listedname n
  join risk_watchlistentry e on e.id = n.entry_id and e.removed_in_id is null
    and (e.until is null or e.until > %(today)s)
  cross join lateral unnest(n.keys) key(kept)
  where key.kept not like 'i%%'
    -- an array without anybody: what the version has not changed is compared with nobody
    and (%(version)s::bigint is null or e.changed_in_id = %(version)s
      or cardinality(%(new)s::bigint[]) > 0)
), shared as (
  select distinct ours.id as ours, listed.id
  from ours join listed on listed.kept = ours.kept and listed.is_person = ours.is_person
  where %(version)s::bigint is null or listed.changed_in_id = %(version)s
    or ours.id = any(%(new)s::bigint[])
)
select shared.ours, n.entry_id, n.text
from shared join risk_listedname n on n.id = shared.id
order by shared.ours
"""


class Candidate(NamedTuple):
    """A listed name beside somebody who is screened."""

    screened_id: int
    entry_id: int
    text: str


def of_few(screened: Screened, keys: Collection[int]) -> Iterator[Candidate]:
    """The listed names that share a key with one of these."""
    named: dict[str, Any] = {"keys": list(keys), "whole": f"^[{WHOLE}]", "most": MOST}
    with connection.cursor() as cursor:
        sql = OF_FEW.format(ours=OURS[screened] + FEW[screened])
        cursor.execute(sql, {**named, "ended": list(ENDED), "today": bank_today()})
        yield from map(Candidate._make, cursor)


def of_range(
    screened: Screened, first: int, last: int, *, version: int | None, new: Collection[int]
) -> Iterator[Candidate]:
    """The listed names that share a key with one of a range of those who are screened.

    With a version only what it changed, except for those who are `new` to all lists.
    """
    among: dict[str, Any] = {
        "first": first,
        "last": last,
        "ended": list(ENDED),
        "today": bank_today(),
    }
    # a part at a time: of a list of a million names there is more than fits
    with connection.chunked_cursor() as cursor:
        sql = OF_MANY.format(ours=OURS[screened] + RANGE[screened])
        cursor.execute(sql, {**among, "version": version, "new": list(new)})
        while rows := cursor.fetchmany(FETCHED_AT_ONCE):
            yield from map(Candidate._make, rows)
