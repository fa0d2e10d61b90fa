"""Names that are enough alike become hits, unless both sides are decided as they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from crm.core.operations import insert, write
from customers.models import Customer
from risk.models import ScreeningHit, WatchlistEntry

from .candidates import Candidate
from .identity import Identity, identities
from .score import Score, compare
from .thresholds import threshold
from .words import Name, read

SILENCED = frozenset({ScreeningHit.Status.DISMISSED, ScreeningHit.Status.LIFTED})


@dataclass(frozen=True)
class Match:
    """A customer and an entry, by those of their names that are most alike."""

    customer: Identity
    entry_id: int
    customer_name: str
    listed_name: str
    score: Score


# --- finding -------------------------------------------------------------------------


def find(customers: Mapping[int, Identity], candidates: Iterable[Candidate]) -> list[Match]:
    """Who of these customers is enough like an entry; the candidates come customer by customer."""
    least = {is_person: threshold(is_person=is_person) for is_person in (True, False)}
    found = []
    for key, names in groupby(candidates, key=attrgetter("customer_id")):
        customer = customers.get(key)
        if customer is not None:
            found += matches_of(customer, names, least[customer.is_person])
    return found


def matches_of(customer: Identity, names: Iterable[Candidate], least: float) -> list[Match]:
    """The entries whose name is at least so much like the customer's, each by its nearest name."""
    ours = [read(name, is_person=customer.is_person) for name in customer.names]
    best: dict[int, Match] = {}
    for candidate in names:
        listed = read(candidate.text, is_person=customer.is_person)
        name, score = nearest(ours, listed)
        known = best.get(candidate.entry_id)
        if score.value >= least and (known is None or score.value > known.score.value):
            best[candidate.entry_id] = Match(
                customer, candidate.entry_id, name.text, listed.text, score
            )
    return list(best.values())


def nearest(ours: Sequence[Name], listed: Name) -> tuple[Name, Score]:
    """That of the names of a customer which is most like a listed one."""
    scores = ((name, compare(name, listed)) for name in ours)
    return max(scores, key=lambda pair: pair[1].value)


# --- hits ----------------------------------------------------------------------------


def enter(matches: Sequence[Match]) -> int:
    """Open a hit for each match or renew an open one; returns how many it were.

    Who has changed since the names were read is screened again and left out here.
    """
    if not matches:
        return 0
    keys = {match.customer.pk for match in matches}
    # in one order, so that two who screen the same customers wait and do not deadlock
    rows = Customer.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True)
    unchanged = set(identities(rows))
    entries = WatchlistEntry.objects.in_force().in_bulk({match.entry_id for match in matches})
    known = hits_of(keys, entries)
    return sum(
        enter_one(match, entries[match.entry_id], known[match.customer.pk, match.entry_id])
        for match in matches
        if match.customer in unchanged and match.entry_id in entries
    )


def hits_of(
    customers: Iterable[int], entries: Iterable[int]
) -> dict[tuple[int, int], list[ScreeningHit]]:
    """What is known of these customers beside these entries."""
    known: dict[tuple[int, int], list[ScreeningHit]] = defaultdict(list)
    for hit in ScreeningHit.objects.filter(customer__in=customers, entry__in=entries):
        known[hit.customer_id, hit.entry_id].append(hit)
    return known


def enter_one(match: Match, entry: WatchlistEntry, known: Sequence[ScreeningHit]) -> bool:
    """Open or renew the hit of a customer and an entry, unless both are decided as they are."""
    told = {
        "score": round(match.score.value * 100),
        "customer_name": match.customer_name,
        "listed_name": match.listed_name,
        "explanation": explained(match.score),
        "customer_digest": match.customer.digest,
        "entry_digest": entry.digest,
    }
    if any(is_silent(hit, told) for hit in known):
        return False
    hit = next((hit for hit in known if hit.status == hit.Status.OPEN), None)
    if hit is None:
        insert(ScreeningHit(customer_id=match.customer.pk, entry=entry, **told))
        return True
    differing = [name for name, value in told.items() if getattr(hit, name) != value]
    for name in differing:
        setattr(hit, name, told[name])
    if differing:
        write(hit, differing, version=hit.version)
    return bool(differing)


def is_silent(hit: ScreeningHit, told: Mapping[str, object]) -> bool:
    """Whether a decision stands for both sides as they are."""
    sides = (told["customer_digest"], told["entry_digest"])
    same = (hit.customer_digest, hit.entry_digest) == sides
    return hit.status == hit.Status.CONFIRMED or (same and hit.status in SILENCED)


def explained(score: Score) -> dict[str, object]:
    """The parts of a score as they are kept with the hit."""
    parts = {name: round(value, 3) for name, value in score.parts.items()}
    return {"parts": parts, "words": [list(words) for words in score.words]}
