"""How well the score tells names that mean the same from names that do not, on labelled pairs."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from crm.core.operations import DomainError

from .score import score
from .thresholds import preset

COLUMNS = frozenset({"a", "b", "is_match", "kind", "schema"})
RECALL_ASKED = 0.95


@dataclass(frozen=True)
class Pair:
    """Two names, whether they mean the same, and their score."""

    kind: str
    is_person: bool
    is_match: bool
    value: float


@dataclass(frozen=True)
class Quality:
    """What the score is worth for some pairs: at the threshold, at the best one, at most recall."""

    name: str
    pairs: int
    matches: int
    precision: float
    recall: float
    f1: float
    best_f1: float
    best_at: float
    precision_at_recall: float


def read_pairs(path: Path) -> list[Pair]:
    """The labelled pairs of a CSV file, each with its score."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        missing = COLUMNS - set(rows.fieldnames or ())
        if missing:
            raise DomainError(
                _("These columns are missing: %(names)s.") % {"names": ", ".join(sorted(missing))}
            )
        return [_pair(row) for row in rows]


def _pair(row: dict[str, str]) -> Pair:
    is_person = row["schema"] == "Person"
    value = score(row["a"], row["b"], is_person=is_person).value
    return Pair(row["kind"], is_person, row["is_match"] == "1", value)


def qualities(pairs: Iterable[Pair]) -> list[Quality]:
    """The quality for all pairs, for persons, for organisations, and for each kind of pairs."""
    groups: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        for name in ("all", "persons" if pair.is_person else "organisations", pair.kind):
            groups[name].append(pair)
    first = ["all", "persons", "organisations"]
    names = [n for n in first if n in groups] + sorted(set(groups) - set(first))
    return [_quality(name, groups[name]) for name in names]


def _quality(name: str, pairs: Sequence[Pair]) -> Quality:
    matches = sum(pair.is_match for pair in pairs)
    found = [pair.is_match for pair in pairs if pair.value >= preset(is_person=pair.is_person)]
    precision, recall = _share(sum(found), len(found)), _share(sum(found), matches)
    curve = _curve(pairs, matches)
    best = max(curve, key=lambda point: _f1(point[1], point[2]))
    enough = [point[1] for point in curve if point[2] >= RECALL_ASKED]
    return Quality(
        name,
        len(pairs),
        matches,
        precision,
        recall,
        _f1(precision, recall),
        _f1(best[1], best[2]),
        best[0],
        max(enough, default=0.0),
    )


def _curve(pairs: Sequence[Pair], matches: int) -> list[tuple[float, float, float]]:
    """Precision and recall at each score as threshold; pairs of the same score go together."""
    ordered = sorted(pairs, key=lambda pair: -pair.value)
    points, hits = [], 0
    for count, pair in enumerate(ordered, 1):
        hits += pair.is_match
        if count == len(ordered) or ordered[count].value != pair.value:
            points.append((pair.value, hits / count, _share(hits, matches)))
    return points


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
