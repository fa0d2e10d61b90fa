"""What a home is made of: figures, the list of today, and parts that are fetched after it.

Modules register them, and the actions that a user has decide who sees which.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from .clock import bank_today
from .keyset import Count, capped_counts

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from .models import Text
    from .resources import Resource

# more than that nobody takes in at a glance
MOST, MOST_PARTS = 4, 3
# days for which a home looks ahead and back
AHEAD, BACK = dt.timedelta(days=14), dt.timedelta(days=7)


@dataclass(frozen=True)
class Question:
    """Rows of a list, asked in one way, for those who do what they are about.

    `query` is what the list is asked, in which {today}, {soon} and {lately} stand for days;
    `action` is what a user needs beside seeing the records.
    """

    resource: Resource
    query: str
    action: str = field(default="", kw_only=True)

    @property
    def asked(self) -> str:
        """What the list is asked today."""
        today = bank_today()
        return self.query.format(today=today, soon=today + AHEAD, lately=today - BACK)

    @property
    def address(self) -> str:
        """The list with the rows."""
        return f"{self.resource.url('list')}?{self.asked}"

    def is_for(self, user: Any) -> bool:
        """Whether a user may see the list, and does what it is about."""
        actions = (self.resource.permission("view"), self.action)
        return all(user.has_action(action) for action in actions if action)

    def rows(self, user: Any) -> QuerySet[Any]:
        """The rows, as far as the user sees them."""
        from .pages.asked import rows_at  # noqa: PLC0415  (pages know what is registered)

        found: QuerySet[Any] = rows_at(  # type: ignore[no-untyped-call]
            self.resource, self.asked, user=user, action="view"
        )
        return found


# --- figures ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure(Question):
    """A number on the home: how many rows there are.

    `order` is where the figure stands, and `tone` its colour where it is not zero.
    """

    label: Text
    order: int
    tone: str = ""


class Shown(NamedTuple):
    """A figure as a user sees it."""

    label: Text
    figure: Count
    address: str
    tone: str


_figures: list[Figure] = []


def add_figures(figures: Iterable[Figure]) -> None:
    """Show figures on homes; call from ready()."""
    _figures.extend(figures)


def figures_of(user: Any) -> list[Shown]:
    """The first figures that are a user's, counted as their lists are, in one statement."""
    mine = sorted((one for one in _figures if one.is_for(user)), key=lambda one: one.order)[:MOST]
    counts = capped_counts([one.rows(user) for one in mine])
    return [
        Shown(one.label, count, one.address, one.tone if count.n else "")
        for one, count in zip(mine, counts, strict=True)
    ]


# --- parts -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A card that a home fetches after it is shown, such as a chart, for whoever has the actions.

    `draw` gives the card's markup for a user; nothing where there is nothing to say.
    """

    key: str
    order: int
    actions: tuple[str, ...]
    draw: Callable[[Any], str]

    def is_for(self, user: Any) -> bool:
        """Whether a user does what the part is about."""
        return all(user.has_action(action) for action in self.actions)


_parts: dict[str, Part] = {}


def add_parts(parts: Iterable[Part]) -> None:
    """Show parts on homes; call from ready()."""
    _parts.update({part.key: part for part in parts})


def part_of(key: str) -> Part | None:
    """The part of a key."""
    return _parts.get(key)


def parts_of(user: Any) -> list[Part]:
    """The first parts that are a user's."""
    mine = (part for part in _parts.values() if part.is_for(user))
    return sorted(mine, key=lambda part: part.order)[:MOST_PARTS]
