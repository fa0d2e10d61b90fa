"""The figures of a home: what there is to do now, each with the list that it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from .keyset import Count, capped_counts

if TYPE_CHECKING:
    from .models import Text
    from .resources import Resource

# more than that nobody takes in at a glance
MOST = 4


@dataclass(frozen=True)
class Figure:
    """A number on the home of those who may do something: the rows of a list, asked in one way.

    `query` is what the list is asked, `action` what a user needs beside seeing its records, `order`
    where the figure stands, and `tone` its colour where it is not zero.
    """

    label: Text
    resource: Resource
    query: str
    order: int
    action: str = ""
    tone: str = ""

    @property
    def address(self) -> str:
        """The list with the rows behind the number."""
        return f"{self.resource.url('list')}?{self.query}"

    def is_for(self, user: Any) -> bool:
        """Whether a user may see the list, and does what the figure is about."""
        actions = (self.resource.permission("view"), self.action)
        return all(user.has_action(action) for action in actions if action)


class Shown(NamedTuple):
    """A figure as a user sees it."""

    label: Text
    figure: Count
    address: str
    tone: str


_figures: list[Figure] = []


def add_figure(figure: Figure) -> None:
    """Show a figure on homes; call from ready()."""
    _figures.append(figure)


def figures_of(user: Any) -> list[Shown]:
    """The first figures that are a user's, counted as their lists are, in one statement."""
    from .pages.asked import rows_at  # noqa: PLC0415  (pages know what is registered)

    mine = sorted((one for one in _figures if one.is_for(user)), key=lambda one: one.order)[:MOST]
    rows = [
        rows_at(one.resource, one.query, user=user, action="view")  # type: ignore[no-untyped-call]
        for one in mine
    ]
    counts = capped_counts(rows)
    return [
        Shown(one.label, count, one.address, one.tone if count.n else "")
        for one, count in zip(mine, counts, strict=True)
    ]
