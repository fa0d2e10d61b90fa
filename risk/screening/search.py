"""A name looked up on all lists by hand, with what else is known of whoever bears it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import override

from crm.core.trail import BY_NAME, Kind, how_many, record_access
from customers.countries import country_name
from risk.models import WatchlistEntry

from .crowds import of_keys
from .keys import searched_keys_of
from .score import Score, compare
from .thresholds import threshold
from .words import read

if TYPE_CHECKING:
    from sysadmin.models import User

# below this two names have a word in common at the most
SHOWN_FROM = 0.3
MOST_SHOWN = 50
# of these some may be in force no longer
MOST_LIKELY = 200
# dates of birth on lists are often guessed
YEARS_APART = 1
_YEARS = re.compile(r"\b(?:1[89]|20)\d\d\b")


@dataclass(frozen=True)
class Asked:
    """Who is looked for: a name in any script, and what else is known."""

    name: str
    is_person: bool
    year: int | None = None
    country: str = ""


@dataclass(frozen=True)
class Found:
    """An entry with that of its names which is most like the one looked for."""

    entry: WatchlistEntry
    name: str
    score: Score
    is_hit: bool
    # None where the list says nothing or nothing was asked
    year_agrees: bool | None
    country_agrees: bool

    @property
    def per_cent(self) -> int:
        """The score as people read it."""
        return round(self.score.value * 100)


def look_up(asked: Asked, *, by: User) -> list[Found]:
    """The entries of all lists whose name is somewhat like this one, the most alike first."""
    ours = read(asked.name, is_person=asked.is_person)
    best: dict[int, tuple[str, Score]] = {}
    keys = searched_keys_of(asked.name, is_person=asked.is_person)
    scores: dict[str, Score] = {}
    for entry_id, text in of_keys(keys, is_person=asked.is_person):
        if text not in scores:
            scores[text] = compare(ours, read(text, is_person=asked.is_person))
        score = scores[text]
        if score.value >= SHOWN_FROM and (
            entry_id not in best or score.value > best[entry_id][1].value
        ):
            best[entry_id] = text, score
    likely = sorted(best, key=lambda key: (-best[key][1].value, key))[:MOST_LIKELY]
    entries = WatchlistEntry.objects.in_force().select_related("watchlist").in_bulk(likely)
    shown = [key for key in likely if key in entries][:MOST_SHOWN]
    record_access(
        Kind.SEARCH,
        by=by,
        model=WatchlistEntry._meta.label_lower,
        field=BY_NAME,
        purpose=how_many(len(shown), is_cut=len(likely) > len(shown)),
    )
    least = threshold(is_person=asked.is_person)
    return [beside(asked, entries[key], *best[key], least) for key in shown]


def beside(asked: Asked, entry: WatchlistEntry, name: str, score: Score, least: float) -> Found:
    """An entry beside what was asked for."""
    return Found(
        entry,
        name,
        score,
        is_hit=score.value >= least,
        year_agrees=year_agrees(asked.year, entry.born),
        country_agrees=is_named(asked.country, entry.countries),
    )


def year_agrees(year: int | None, born: str) -> bool | None:
    """Whether somebody may be born then, as far as the list says."""
    listed = [int(found) for found in _YEARS.findall(born)]
    if year is None or not listed:
        return None
    return any(abs(year - one) <= YEARS_APART for one in listed)


def is_named(country: str, told: str) -> bool:
    """Whether a list names a country, which it does in English or by its code."""
    if not country:
        return False
    with override("en"):
        name = country_name(country)
    return name.casefold() in told.casefold() or country in re.findall(r"\b[A-Z]{2}\b", told)
