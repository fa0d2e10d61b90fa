"""The level of a customer: points of all factors, floors, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from crm.core.operations import DomainError
from risk.models import DiligenceBand, DiligenceLevel

from .factors import FACTORS, Known

if TYPE_CHECKING:
    from customers.models import Customer


@dataclass(frozen=True)
class Counted:
    """What one factor counted: the value that weighs most, its points, and its floor."""

    factor: str
    value: str
    points: int
    floor: DiligenceLevel | None

    @property
    def weight(self) -> tuple[int, int]:
        """What makes one value weigh more than another: the floor first."""
        return (self.floor.from_points if self.floor else -1, self.points)

    def told(self) -> dict[str, object]:
        """As it is kept with the rating."""
        floor = self.floor.code if self.floor else ""
        return {
            "factor": self.factor,
            "value": self.value,
            "points": self.points,
            "floor": floor,
        }


@dataclass(frozen=True)
class Rating:
    """A level with the points and floors that gave it."""

    level: DiligenceLevel
    points: int
    lines: list[Counted]


@dataclass(frozen=True)
class Rules:
    """The levels, lowest first, and what each value counts on a day."""

    levels: list[DiligenceLevel]
    bands: Mapping[tuple[str, str], DiligenceBand]

    @classmethod
    def of(cls, day: dt.date) -> Rules:
        """What holds on a day."""
        levels = list(DiligenceLevel.objects.order_by("from_points"))
        if not levels:
            raise DomainError(_("There is no level of due diligence. Enter the levels first."))
        rows = DiligenceBand.objects.filter(valid__contains=day).select_related("floor")
        return cls(levels, {(band.factor, band.value): band for band in rows})


def rate(customer: Customer, entered: Mapping[str, str], day: dt.date) -> Rating:
    """The level of a customer by what is known and was found out on a day."""
    return rate_known(Known(customer, day), entered, Rules.of(day))


def rate_known(known: Known, entered: Mapping[str, str], rules: Rules) -> Rating:
    """The worse of the level that the points reach and the highest floor."""
    levels = rules.levels
    lines = [line for factor in FACTORS if (line := count(factor, known, entered, rules.bands))]
    points = sum(line.points for line in lines)
    reached = [level for level in levels if level.from_points <= points] or levels[:1]
    floors = [line.floor for line in lines if line.floor]
    level = max([reached[-1], *floors], key=lambda one: one.from_points)
    return Rating(level, points, lines)


def count(
    factor: str,
    known: Known,
    entered: Mapping[str, str],
    bands: Mapping[tuple[str, str], DiligenceBand],
) -> Counted | None:
    """What a factor counts for a customer: of several values the one that weighs most."""
    read = FACTORS[factor].read
    values = sorted(set(read(known))) if read else filter(None, [entered.get(factor, "")])
    return max(
        (counted(factor, value, bands) for value in values),
        key=lambda line: line.weight,
        default=None,
    )


def counted(factor: str, value: str, bands: Mapping[tuple[str, str], DiligenceBand]) -> Counted:
    """What a value counts: as configured for it, else as for every other value, else nothing."""
    band = bands.get((factor, value)) or bands.get((factor, ""))
    return Counted(factor, value, band.points if band else 0, band.floor if band else None)
