"""Levels and ratings as pages show them: in colour, and what counted in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from crm.core.registry import Chip

from .factors import FACTORS, value_in_words

if TYPE_CHECKING:
    from crm.core.models import Text
    from risk.models import Diligence, DiligenceLevel

    from .rating import Rating

# what screening found is for those who may see its hits
OF_SCREENING = "screening"
# icon and tone of a level: the lowest, those between, those above the middle
LOW, BETWEEN, HIGH = ("circle-check", "ok"), ("circle-alert", "warn"), ("octagon-alert", "bad")


def level_chip(name: str, from_points: int, all_points: Sequence[int]) -> Chip:
    """A level in its colour: green is the lowest alone, red are those above the middle."""
    below = sum(points < from_points for points in all_points)
    above = sum(points > from_points for points in all_points)
    symbol, tone = LOW if not below else HIGH if below > above else BETWEEN
    return Chip(_("Risk: %(level)s") % {"level": name}, symbol, tone)


def level_chip_of(level: DiligenceLevel, levels: Collection[DiligenceLevel]) -> Chip:
    """The same of a level among all levels."""
    return level_chip(str(level), level.from_points, [one.from_points for one in levels])


@dataclass(frozen=True)
class Line:
    """What one factor counted, in words."""

    factor: str
    label: Text
    value: str
    points: int
    floor: Text


def lines_of(
    lines: Sequence[Mapping[str, Any]], levels: Collection[DiligenceLevel], user: Any
) -> list[Line]:
    """What counted for a rating, as far as the user may see it."""
    names = {level.code: str(level) for level in levels}
    sees_hits = user.has_action("risk.view_screeninghit")
    return [
        Line(
            line["factor"],
            FACTORS[line["factor"]].label,
            value_in_words(line["factor"], line["value"]),
            line["points"],
            names.get(line["floor"], ""),
        )
        for line in lines
        if sees_hits or line["factor"] != OF_SCREENING
    ]


@dataclass(frozen=True)
class Preview:
    """What a rating would come to, each factor beside what it was at the last rating."""

    chip: Chip
    points: int
    due_on: dt.date
    lines: list[tuple[Line, Line | None]]
    held_until: dt.date | None


def previewed(
    diligence: Diligence,
    rating: Rating,
    day: dt.date,
    levels: Collection[DiligenceLevel],
    user: Any,
) -> Preview:
    """What a rating on a day would come to, as far as the user may see it."""
    level = diligence.held_against(rating.level, day)
    last = {line.factor: line for line in lines_of(diligence.lines, levels, user)}
    lines = lines_of([line.told() for line in rating.lines], levels, user)
    return Preview(
        level_chip_of(level, levels),
        rating.points,
        level.due_after(day),
        [(line, last.get(line.factor)) for line in lines],
        diligence.set_until if level != rating.level else None,
    )
