"""New and changed customers are screened against all lists, and new lists against all customers."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.core import jobs
from crm.core.acting import acting
from crm.core.models import Job
from crm.core.operations import insert, write
from customers.models import Customer
from customers.names import latin_name
from risk.models import (
    ListedName,
    ScreenedCustomer,
    ScreeningHit,
    WatchlistEntry,
    WatchlistVersion,
)

from .keys import keys_of
from .score import Score, compare
from .thresholds import threshold
from .words import Name, read

if TYPE_CHECKING:
    from sysadmin.models import User

CUSTOMERS_AT_ONCE = 200
ENTRIES_AT_ONCE = 100
# of a name that many share, as many as these are compared
MOST_CANDIDATES = 5000
IDENTITY = ("name", "latin_name", "kind", "born_on", "founded_on", "country")
ENDED = (Customer.Status.CLOSED, Customer.Status.MERGED)


@dataclass(frozen=True)
class Match:
    """The names of a customer and of an entry that are most alike."""

    customer_name: str
    listed: ListedName
    score: Score


# --- identity ------------------------------------------------------------------------


def digest_of(customer: Customer) -> str:
    """What tells whether a customer's identity has changed."""
    told = json.dumps([str(getattr(customer, name)) for name in IDENTITY], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def names_of(customer: Customer) -> list[str]:
    """The name, and the Latin one where it says more than the sound of the characters."""
    sound = latin_name(customer.name, is_person=customer.is_person)
    also = customer.latin_name not in {"", sound, customer.name}
    return [customer.name, *([customer.latin_name] if also else [])]


def keys_for(customer: Customer) -> list[str]:
    """The keys of all names of a customer."""
    keys = (keys_of(name, is_person=customer.is_person) for name in names_of(customer))
    return sorted({key for each in keys for key in each})


# --- customers -----------------------------------------------------------------------


def screen(keys: Iterable[int], *, by: User) -> int:
    """Screen customers against every list; returns how many hits were opened or renewed."""
    with acting(by=by):
        # in one order, so that two who screen the same customers wait and do not deadlock
        rows = Customer.objects.filter(pk__in=list(keys)).exclude(status__in=ENDED).order_by("pk")
        screened = keep_keys(rows.select_for_update(no_key=True))
        return sum(enter_hits(one.customer, candidates_for(one)) for one in screened)


def keep_keys(customers: Iterable[Customer]) -> list[ScreenedCustomer]:
    """Keep the keys by which these customers are found when a list changes."""
    return ScreenedCustomer.objects.bulk_create(
        [ScreenedCustomer(customer=c, digest=digest_of(c), keys=keys_for(c)) for c in customers],
        update_conflicts=True,
        unique_fields=["customer"],
        update_fields=["digest", "keys"],
    )


def candidates_for(screened: ScreenedCustomer) -> list[ListedName]:
    """The listed names that share a key with a customer's."""
    rows = ListedName.objects.filter(
        keys__overlap=screened.keys,
        is_person=screened.customer.is_person,
        entry__removed_in=None,
    )
    return list(rows.select_related("entry")[:MOST_CANDIDATES])


# --- hits ----------------------------------------------------------------------------


def enter_hits(customer: Customer, candidates: Sequence[ListedName]) -> int:
    """Open a hit for each entry whose name is enough like the customer's, or renew an open one."""
    names = [read(name, is_person=customer.is_person) for name in names_of(customer)]
    best: dict[int, Match] = {}
    for listed in candidates:
        match = best_match(names, listed)
        known = best.get(listed.entry_id)
        if known is None or match.score.value > known.score.value:
            best[listed.entry_id] = match
    least = threshold(is_person=customer.is_person)
    found = [match for match in best.values() if match.score.value >= least]
    return sum(enter_hit(customer, match) for match in found)


def best_match(names: Sequence[Name], listed: ListedName) -> Match:
    """A listed name beside that of the customer's names which is most like it."""
    other = read(listed.text, is_person=listed.is_person)
    matches = (Match(name.text, listed, compare(name, other)) for name in names)
    return max(matches, key=lambda match: match.score.value)


def enter_hit(customer: Customer, match: Match) -> bool:
    """Open or renew the hit of a customer and an entry, unless both are decided as they are."""
    entry = match.listed.entry
    hits = ScreeningHit.objects.filter(customer=customer, entry=entry)
    sides = {"customer_digest": digest_of(customer), "entry_digest": entry.digest}
    if hits.confirmed().exists() or hits.decided().filter(**sides).exists():
        return False
    told = {
        "score": round(match.score.value * 100),
        "customer_name": match.customer_name,
        "listed_name": match.listed.text,
        "explanation": explained(match.score),
        **sides,
    }
    hit = hits.undecided().first()
    if hit is None:
        insert(ScreeningHit(customer=customer, entry=entry, **told))
        return True
    differing = [name for name, value in told.items() if getattr(hit, name) != value]
    for name in differing:
        setattr(hit, name, told[name])
    if differing:
        write(hit, differing, version=hit.version)
    return bool(differing)


def explained(score: Score) -> dict[str, object]:
    """The parts of a score as they are kept with the hit."""
    parts = {name: round(value, 3) for name, value in score.parts.items()}
    return {"parts": parts, "words": [list(words) for words in score.words]}


# --- lists ---------------------------------------------------------------------------


def screen_chunk(run: jobs.Run) -> jobs.Step:
    """First customers that have never been screened, then the entries that a version changed."""
    if run.position.get("at") != "entries":
        return never_screened(run)
    version = WatchlistVersion.objects.get(pk=run.arguments["version"])
    rows = WatchlistEntry.objects.filter(
        changed_in=version, removed_in=None, pk__gt=run.position["after"]
    )
    entries = list(rows.order_by("pk")[:ENTRIES_AT_ONCE])
    opened = sum(enter_hits(customer, names) for customer, names in customers_like(entries).items())
    is_last = len(entries) < ENTRIES_AT_ONCE
    after = entries[-1].pk if entries else run.position["after"]
    position = {"at": "entries", "after": after}
    return jobs.Step(position, done=len(entries), changed=opened, is_last=is_last)


def never_screened(run: jobs.Run) -> jobs.Step:
    """Screen customers whose keys are not kept yet, as those are whom nobody changed since."""
    keys = next_missed(run.position.get("after", 0))
    opened = screen(keys, by=run.by)
    if len(keys) < CUSTOMERS_AT_ONCE:
        position: dict[str, object] = {"at": "entries", "after": 0}
    else:
        position = {"at": "customers", "after": keys[-1]}
    return jobs.Step(position, done=len(keys), changed=opened)


def next_missed(after: int) -> list[int]:
    """The next customers after a place who have never been screened."""
    rows = Customer.objects.filter(pk__gt=after, screened=None).exclude(status__in=ENDED)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:CUSTOMERS_AT_ONCE])


def screen_missed(*, by: User) -> None:
    """Screen whoever has never been, some at a time: nobody stays out because a worker died."""
    keys = next_missed(0)
    while keys:
        screen(keys, by=by)
        keys = next_missed(keys[-1])


LIKE = """
select s.customer_id, n.id
from risk_listedname n
join risk_screened_customer s on s.keys && n.keys
join customers_customer c on c.id = s.customer_id and (c.kind = 'person') = n.is_person
where n.entry_id = any(%s) and c.status <> all(%s)
"""


def customers_like(entries: Sequence[WatchlistEntry]) -> dict[Customer, list[ListedName]]:
    """The customers who share a key with names of these entries, each with those names."""
    with connection.cursor() as cursor:
        cursor.execute(LIKE, [[entry.pk for entry in entries], list(ENDED)])
        found = cursor.fetchall()
    names = ListedName.objects.select_related("entry").in_bulk({name for _c, name in found})
    shared: dict[int, list[ListedName]] = defaultdict(list)
    for customer, name in found:
        shared[customer].append(names[name])
    rows = Customer.objects.filter(pk__in=shared).order_by("pk").select_for_update(no_key=True)
    return {customer: shared[customer.pk] for customer in rows}


def list_of(job: Job) -> str:
    """The list and version that a job is about."""
    version = WatchlistVersion.objects.select_related("watchlist").filter(
        pk=job.arguments["version"]
    )
    return str(version.first() or "")


def hits_page() -> str:
    """The page of the hits that are to be decided."""
    return f"{reverse('risk:screeninghit_list')}?status=open"


SCREEN_LIST = jobs.Kind(
    "risk.screen_list",
    _("Screening of customers against a new list"),
    screen_chunk,
    about=list_of,
    result=lambda _job: hits_page(),
)
