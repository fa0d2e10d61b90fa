"""Names that are enough alike become hits, unless both sides are decided as they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from crm.core.operations import insert, write
from risk.models import ScreeningHit, WatchlistEntry

from .candidates import Candidate
from .identity import Identity
from .score import Score, compare
from .screened import Screened
from .thresholds import threshold
from .words import Name, read

SILENCED = frozenset({ScreeningHit.Status.DISMISSED, ScreeningHit.Status.LIFTED})


@dataclass(frozen=True)
class Match:
    """Somebody and an entry, by those of their names that are most alike."""

    who: Identity
    entry_id: int
    our_name: str
    listed_name: str
    score: Score


# --- finding -------------------------------------------------------------------------


def find(screened: Mapping[int, Identity], candidates: Iterable[Candidate]) -> list[Match]:
    """Who of these is enough like an entry; the candidates come one by one of them."""
    least = {is_person: threshold(is_person=is_person) for is_person in (True, False)}
    found = []
    for key, names in groupby(candidates, key=attrgetter("screened_id")):
        who = screened.get(key)
        if who is not None:
            found += matches_of(who, names, least[who.is_person])
    return found


def matches_of(who: Identity, names: Iterable[Candidate], least: float) -> list[Match]:
    """The entries whose name is at least so much like theirs, each by its nearest name."""
    ours = [read(name, is_person=who.is_person) for name in who.names]
    best: dict[int, Match] = {}
    for candidate in names:
        listed = read(candidate.text, is_person=who.is_person)
        name, score = nearest(ours, listed)
        known = best.get(candidate.entry_id)
        if score.value >= least and (known is None or score.value > known.score.value):
            best[candidate.entry_id] = Match(who, candidate.entry_id, name.text, listed.text, score)
    return list(best.values())


def nearest(ours: Sequence[Name], listed: Name) -> tuple[Name, Score]:
    """That of our names which is most like a listed one."""
    scores = ((name, compare(name, listed)) for name in ours)
    return max(scores, key=lambda pair: pair[1].value)


# --- hits ----------------------------------------------------------------------------


def enter(screened: Screened, matches: Sequence[Match]) -> int:
    """Open a hit for each match or renew an open one; returns how many it were.

    Who has changed since the names were read is screened again and left out here.
    """
    if not matches:
        return 0
    keys = {match.who.pk for match in matches}
    # in one order, so that two who screen the same people wait and do not deadlock
    rows = screened.model.objects.filter(pk__in=keys).order_by("pk")
    unchanged = screened.owned(rows.select_for_update(no_key=True))
    entries = WatchlistEntry.objects.in_force().in_bulk({match.entry_id for match in matches})
    known = hits_of(screened, keys, entries)
    opened = 0
    for match in matches:
        entry = entries.get(match.entry_id)
        if match.who in unchanged and entry is not None:
            about = {"customer_id": unchanged[match.who], f"{screened.field}_id": match.who.pk}
            opened += enter_one(about, match, entry, known[match.who.pk, entry.pk])
    return opened


def hits_of(
    screened: Screened, keys: Iterable[int], entries: Iterable[int]
) -> dict[tuple[int, int], list[ScreeningHit]]:
    """What is known of these beside these entries."""
    known: dict[tuple[int, int], list[ScreeningHit]] = defaultdict(list)
    rows = ScreeningHit.objects.filter(**{f"{screened.field}__in": keys}, entry__in=entries)
    for hit in rows:
        if hit.screened == screened.field:
            known[getattr(hit, f"{screened.field}_id"), hit.entry_id].append(hit)
    return known


def enter_one(
    about: Mapping[str, int],
    match: Match,
    entry: WatchlistEntry,
    known: Sequence[ScreeningHit],
) -> bool:
    """Open or renew the hit of somebody and an entry, unless both are decided as they are."""
    told = {
        "score": round(match.score.value * 100),
        "customer_name": match.our_name,
        "listed_name": match.listed_name,
        "explanation": explained(match.score),
        "customer_digest": match.who.digest,
        "entry_digest": entry.digest,
    }
    if any(is_silent(hit, told) for hit in known):
        return False
    hit = next((hit for hit in known if hit.status == hit.Status.OPEN), None)
    if hit is None:
        insert(ScreeningHit(**about, entry=entry, **told))
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
