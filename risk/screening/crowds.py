"""Names looked up among those of lists where one key may stand for a hundred thousand of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations

from django.db import connection, transaction

from risk.models import CrowdedKey

from .keys import WHOLE

# a key that more names share is counted, and is read alone only while few are read so
CROWDED = 300
MOST_READ = 700
MOST_OF_RARE = 1500
# the same name as a whole, or by its sound, may be borne by any number: more are not shown
MOST_OF_WHOLE = 50
WHOLES = f"{WHOLE}s"
MOST_OF_PAIR = 150
MOST_PAIRS = 6

COUNT = """
insert into risk_crowded_key (key, names)
select key.kept, count(*)
from risk_listedname n cross join lateral unnest(n.keys) key(kept)
group by key.kept
having count(*) > %s
order by key.kept
-- two jobs may count at once
on conflict (key) do update set names = excluded.names
"""
LOOK = """
(select n.id, n.entry_id, n.text
from risk_listedname n
where n.keys {shares} %s and n.is_person = %s
limit %s)
"""
ANY, ALL = "&&", "@>"


def count_keys() -> None:
    """Count the keys that many listed names share."""
    CrowdedKey.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [CROWDED])


def of_keys(keys: Collection[str], *, is_person: bool) -> Iterator[tuple[int, str]]:
    """The listed names that have one of these keys, each with its entry, in force or not.

    The rarest keys first; of those that very many names share only the names that have two.
    """
    seen = set()
    with transaction.atomic(), connection.cursor() as cursor:
        # a scan of the table looks cheap where few rows are asked for, until none is found
        cursor.execute("set local enable_seqscan = off")
        looks = list(looks_for(keys))
        values = [
            value for _shares, asked, most in looks for value in (list(asked), is_person, most)
        ]
        sql = "union all".join(LOOK.format(shares=shares) for shares, _asked, _most in looks)
        cursor.execute(sql, values)
        for key, entry, text in cursor:
            if key not in seen:
                seen.add(key)
                yield entry, text


def looks_for(keys: Collection[str]) -> Iterator[tuple[str, Collection[str], int]]:
    """What to look for among the names: how they share which keys, and how many at most."""
    crowded = dict(CrowdedKey.objects.filter(key__in=keys).values_list("key", "names"))
    alone, room = [key for key in keys if key not in crowded], MOST_READ
    left = sorted(crowded, key=lambda key: (crowded[key], key))
    while left and crowded[left[0]] <= room:
        room -= crowded[left[0]]
        alone.append(left.pop(0))
    yield ANY, alone, MOST_OF_RARE + MOST_READ
    wholes = [key for key in left if key[0] in WHOLES]
    for key in wholes:
        yield ANY, [key], MOST_OF_WHOLE
    others = [key for key in left if key not in wholes]
    for pair in list(combinations(others, 2))[:MOST_PAIRS]:
        yield ALL, pair, MOST_OF_PAIR
    if others:
        yield ANY, others[:1], room
