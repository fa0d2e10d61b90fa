"""Small graphs drawn on the server as SVG, each with the same as a table beneath."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from .charts import shortened

BOX_WIDTH, BOX_HEIGHT = 168, 40
ACROSS, DOWN = 110, 14
EDGE = 6
WIDEST_TEXT = BOX_WIDTH - 32


@dataclass(frozen=True)
class Node:
    """A box: its name, a note below it, and whether it is one that the graph looks for."""

    key: Hashable
    name: str
    note: str = ""
    is_marked: bool = False


@dataclass(frozen=True)
class Arrow:
    """From one box to another, with what it says."""

    start: Hashable
    end: Hashable
    label: str


def layered(
    title: str, nodes: Sequence[Node], arrows: Sequence[Arrow], *, towards: Hashable
) -> SafeString:
    """Everything that leads to one box, in columns by how many steps lead there at most."""
    depth = depths(arrows, towards)
    deepest = max(depth.values())
    columns: dict[int, list[Node]] = defaultdict(list)
    for node in nodes:
        columns[depth.get(node.key, deepest)].append(node)
    tallest = max(len(column) for column in columns.values())
    height = EDGE * 2 + tallest * (BOX_HEIGHT + DOWN) - DOWN
    places: dict[Hashable, tuple[float, float]] = {}
    for steps, column in columns.items():
        x = EDGE + (deepest - steps) * (BOX_WIDTH + ACROSS)
        free = height - len(column) * (BOX_HEIGHT + DOWN) + DOWN
        for row, node in enumerate(column):
            places[node.key] = (x, free / 2 + row * (BOX_HEIGHT + DOWN))
    names = {node.key: node.name for node in nodes}
    return render_to_string(
        "charts/graph.html",
        {
            "title": title,
            "width": EDGE * 2 + deepest * (BOX_WIDTH + ACROSS) + BOX_WIDTH,
            "height": f"{height:.0f}",
            "box": {"width": BOX_WIDTH, "height": BOX_HEIGHT},
            "boxes": [_box(node, *places[node.key]) for node in nodes],
            "arrows": [_arrow(arrow, places) for arrow in arrows],
            "rows": [(names[a.start], a.label, names[a.end]) for a in arrows],
        },
    )


def depths(arrows: Sequence[Arrow], towards: Hashable) -> dict[Hashable, int]:
    """How many steps lead from each box to one at most; a ring is not walked twice."""
    depth: dict[Hashable, int] = {towards: 0}
    for _round in range(len(arrows)):
        longer = {
            a.start: depth[a.end] + 1
            for a in arrows
            if a.end in depth and depth.get(a.start, -1) < depth[a.end] + 1
        }
        if not longer:
            break
        depth |= longer
    return depth


def _box(node: Node, x: float, y: float) -> dict[str, object]:
    middle = y + BOX_HEIGHT / 2
    return {
        "x": f"{x:.1f}",
        "y": f"{y:.1f}",
        "text_x": f"{x + 10:.1f}",
        "name_y": f"{middle - 2 if node.note else middle + 4:.1f}",
        "note_y": f"{middle + 12:.1f}",
        "name": shortened(node.name, WIDEST_TEXT),
        "note": node.note,
        "is_marked": node.is_marked,
    }


def _arrow(arrow: Arrow, places: dict[Hashable, tuple[float, float]]) -> dict[str, str]:
    (left, top), (right, bottom) = places[arrow.start], places[arrow.end]
    x1, y1 = left + BOX_WIDTH, top + BOX_HEIGHT / 2
    x2, y2 = right, bottom + BOX_HEIGHT / 2
    bend = ACROSS / 2
    return {
        "path": f"M{x1:.1f} {y1:.1f}C{x1 + bend:.1f} {y1:.1f} {x2 - bend:.1f} {y2:.1f} "
        f"{x2 - 5:.1f} {y2:.1f}",
        "head": f"M{x2:.1f} {y2:.1f}l-7 -4v8z",
        "x": f"{x1 + 6:.1f}",
        "y": f"{y1 - 5:.1f}",
        "label": arrow.label,
    }
