"""Charts drawn on the server as SVG, each with the same figures as a table beneath.

The title states the finding. Series differ by colour and by a second cue: the dash of a line and
the shape of its end, the hatching of a bar. Coordinates are binary fractions; figures never are.

A drawing grows and shrinks with its card, and its words with it. So each chart is drawn twice, for
wide and for narrow cards, and the style shows the one whose words can be read.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .formats import EMPTY, Number, markup, number, short_number

Format = Callable[[Number], str]
Point = tuple[float, float]

MOST_SERIES = 4
WIDTHS = {"wide": 540, "narrow": 270}
LINE_HEIGHT = 190
TOP, BOTTOM = 18, 28
UNIT = 12  # how much lower the highest mark stands where the unit is written above it
BAR, BAR_GAP = 13, 10
WIDEST_NAME = 200
NAME_SHARE = 0.37  # of the width of a drawing, for the names beside bars and of lines
MOST_CATEGORY_LABELS = 7
CATEGORY_GAP = 10
LABEL_STEP = 14.0
LABEL = 12 / 11  # the size of labels, to that at which texts are measured
BOLD = 1.12
STEPS = tuple(Decimal(step) for step in ("1", "2", "2.5", "5", "10"))
DASHES = ("", "5 3", "1 3", "8 3 2 3")
ENDS = (
    "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z",
    "m-3-3h6v6h-6z",
    "m0-4l4 7h-8z",
    "m0-4.5l4.5 4.5l-4.5 4.5l-4.5-4.5z",
)


@dataclass(frozen=True)
class Series:
    """A name and its figures, one for each category; None where nothing is known.

    `addresses` are the lists of the rows behind the figures, to which the table leads.
    """

    name: str
    values: Sequence[Number | None]
    addresses: Sequence[str] = ()

    @property
    def known(self) -> list[Number]:
        """The figures that are there."""
        return [value for value in self.values if value is not None]


@dataclass(frozen=True)
class Scale:
    """The ticks of an axis and where a figure lies between two coordinates."""

    ticks: tuple[Decimal, ...]
    start: float
    end: float

    def at(self, value: Number) -> float:
        """The coordinate of a figure."""
        low, high = self.ticks[0], self.ticks[-1]
        return self.start + float((Decimal(value) - low) / (high - low)) * (self.end - self.start)


@dataclass(frozen=True)
class Axis:
    """The ticks of an axis, how they are written, and how the figures are."""

    ticks: tuple[Decimal, ...]
    mark: Format
    show: Format


@dataclass(frozen=True)
class Label:
    """A piece of text in the drawing."""

    x: str
    y: str
    text: str
    anchor: str = "start"


def line_chart(
    title: str,
    series: Sequence[Series],
    categories: Sequence[str],
    *,
    unit: str = "",
    y_format: Format | None = None,
    from_zero: bool = True,
) -> SafeString:
    """Lines over time, each named where it ends; a missing figure leaves a gap."""
    figures = _figures(series, categories)
    if not figures:
        return _without_figures(title)
    ticks = nice_ticks(figures, from_zero=from_zero)
    axis = Axis(ticks, y_format or _plain(ticks), y_format or _plain(figures))
    return _figure(
        "charts/line.html",
        {"title": title, "unit": unit},
        [
            _lines_drawn(
                size, series, categories, axis, top=TOP + (UNIT if unit else 0), filled=from_zero
            )
            for size in WIDTHS
        ],
        table=_table(series, categories, axis.show),
    )


def _lines_drawn(
    size: str,
    series: Sequence[Series],
    categories: Sequence[str],
    axis: Axis,
    *,
    top: int,
    filled: bool,
) -> dict[str, Any]:
    """The lines in a drawing of one size."""
    width = WIDTHS[size]
    ends = [_end_text(one, axis.show, width, alone=len(series) == 1) for one in series]
    left = 10 + max(_label_width(axis.mark(tick)) for tick in axis.ticks)
    right = width - 12 - min(BOLD * max(_label_width(text) for text in ends), width * 0.45)
    scale = Scale(axis.ticks, LINE_HEIGHT - BOTTOM, top)
    xs = _spread(len(categories), left, right)
    return {
        "size": size,
        "width": width,
        "height": LINE_HEIGHT,
        "grid": [
            {
                "path": f"M{left:.1f} {scale.at(tick):.1f}H{right:.1f}",
                "label": Label(
                    f"{left - 8:.1f}", f"{scale.at(tick) + 4:.1f}", axis.mark(tick), "end"
                ),
            }
            for tick in axis.ticks
        ],
        "names": _category_labels(categories, xs),
        "lines": list(_lines(series, scale, xs, filled=filled)),
        "ends": _end_labels(series, ends, scale, right),
    }


def bar_chart(
    title: str,
    series: Sequence[Series],
    categories: Sequence[str],
    *,
    unit: str = "",
    y_format: Format | None = None,
) -> SafeString:
    """Bars from zero, a row for each category, each with its figure at its end."""
    figures = _figures(series, categories)
    if not figures:
        return _without_figures(title)
    ticks = nice_ticks(figures)
    axis = Axis(ticks, y_format or _plain(ticks), y_format or _plain(figures))
    return _figure(
        "charts/bar.html",
        {"title": title, "unit": unit},
        [_bars_drawn(size, series, categories, axis) for size in WIDTHS],
        key=_key(series) if len(series) > 1 else [],
        table=_table(series, categories, axis.show),
    )


def _bars_drawn(
    size: str, series: Sequence[Series], categories: Sequence[str], axis: Axis
) -> dict[str, Any]:
    """The bars in a drawing of one size."""
    width = WIDTHS[size]
    figures = [figure for one in series for figure in one.known]
    names = [shortened(name, width * NAME_SHARE / LABEL) for name in categories]
    room = 10 + BOLD * max(_label_width(axis.show(figure)) for figure in figures)
    left = 12 + max(_label_width(name) for name in names) + (room if min(figures) < 0 else 0)
    scale = Scale(axis.ticks, left, width - room)
    step = BAR * len(series) + BAR_GAP
    bottom = TOP + step * len(categories)
    tops = [TOP + step * row for row in range(len(categories))]
    return {
        "size": size,
        "width": width,
        "height": str(bottom + BOTTOM),
        "grid": [
            {
                "path": f"M{scale.at(tick):.1f} {TOP}V{bottom}",
                "label": Label(f"{scale.at(tick):.1f}", f"{bottom + 16}", text, "middle"),
            }
            for tick, text in _marks_apart(axis, scale)
        ],
        "names": [
            Label("4", f"{top + BAR * len(series) / 2 + 4:.1f}", name)
            for name, top in zip(names, tops, strict=True)
        ],
        "bars": [
            _bar(value, place, scale, top + BAR * place, axis.show)
            for place, one in enumerate(series)
            for value, top in zip(one.values, tops, strict=True)
        ],
    }


def sparkline(title: str, values: Sequence[Number | None]) -> SafeString:
    """A small line without axes, for a cell; what it says is also its name."""
    known = [value for value in values if value is not None]
    if not known:
        return markup("{}", EMPTY)
    low, high = min(known), max(known)
    scale = Scale((Decimal(low), Decimal(high)), 17.0, 3.0) if low < high else None
    xs = _spread(len(values), 2.0, 72.0)
    points = [
        None if value is None else (x, scale.at(value) if scale else 10.0)
        for x, value in zip(xs, values, strict=True)
    ]
    # a single figure is drawn as a short dash: a path without length shows nothing
    path = " ".join(_path(run) if len(run) > 1 else _dash(run[0]) for run in _runs(points))
    name = _("%(title)s: from %(first)s to %(last)s") % {
        "title": title,
        "first": short_number(known[0]),
        "last": short_number(known[-1]),
    }
    return markup(
        '<svg class="spark" viewBox="0 0 74 20" role="img" aria-label="{}"><path d="{}"/></svg>',
        name,
        path,
    )


def ring(title: str, share: Number, tone: str = "") -> SafeString:
    """A ring that shows the share that is left, from 1 down to 0; `tone` is warn or bad."""
    left = min(max(Decimal(share), Decimal(0)), Decimal(1)) * 100
    return render_to_string("charts/ring.html", {"title": title, "left": f"{left:f}", "tone": tone})


def nice_ticks(
    figures: Iterable[Number], *, from_zero: bool = True, intervals: int = 4
) -> tuple[Decimal, ...]:
    """Round marks in equal steps that enclose the figures."""
    held = list(figures)
    whole = all(isinstance(figure, int) for figure in held)
    ends = [Decimal(figure) for figure in (*held, *([0] if from_zero else []))]
    low, high = min(ends), max(ends)
    if low == high:
        high = low + 1
    rough = (high - low) / intervals
    magnitude = Decimal(1).scaleb(rough.adjusted())
    step = next(part * magnitude for part in STEPS if part * magnitude >= rough)
    if whole:
        # nothing is counted in parts
        step = max(step.to_integral_value(ROUND_CEILING), Decimal(1))
    first = int((low / step).to_integral_value(ROUND_FLOOR))
    last = int((high / step).to_integral_value(ROUND_CEILING))
    return tuple(step * place for place in range(first, last + 1))


def _figures(series: Sequence[Series], categories: Sequence[str]) -> list[Number]:
    if len(series) > MOST_SERIES:
        raise ValueError(f"A chart of more than {MOST_SERIES} series cannot be read.")
    if any(len(one.values) != len(categories) for one in series):
        raise ValueError("Each series of a chart needs one figure for each category.")
    return [figure for one in series for figure in one.known]


def _plain(values: Iterable[Number]) -> Format:
    """Numbers with the decimals that all of them need, two at most."""
    places = min(max(_places(value) for value in values), 2)
    return lambda value: number(value, places)


def _places(value: Number) -> int:
    exponent = Decimal(value).normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _width(text: str) -> float:
    """About how wide a text is at the size of the words in graphs."""
    return sum(11.5 if unicodedata.east_asian_width(char) in "WF" else 6.3 for char in text)


def _label_width(text: str) -> float:
    return LABEL * _width(text)


def shortened(name: str, widest: float = WIDEST_NAME) -> str:
    """A name with its end cut off where it is wider than there is room."""
    kept = name
    while _width(kept) > widest:
        kept = kept[:-1]
    return kept if kept == name else f"{kept}\u2026"


def _spread(count: int, left: float, right: float) -> list[float]:
    """Places at equal distances; a single one stands in the middle."""
    if count == 1:
        return [(left + right) / 2]
    return [left + (right - left) * place / (count - 1) for place in range(count)]


def _category_labels(categories: Sequence[str], xs: Sequence[float]) -> list[Label]:
    widest = max(_label_width(name) for name in categories) + CATEGORY_GAP
    most = max(min(int((xs[-1] - xs[0]) / widest) + 1, MOST_CATEGORY_LABELS), 1)
    every = -(-len(categories) // most)
    places = list(zip(xs, categories, strict=True))[::every]
    return [Label(f"{x:.1f}", f"{LINE_HEIGHT - 8}", name, "middle") for x, name in places]


def _marks_apart(axis: Axis, scale: Scale) -> list[tuple[Decimal, str]]:
    """The ticks below bars with their words, left out between where these would touch."""
    marks = [(tick, axis.mark(tick)) for tick in axis.ticks]
    widest = max(_label_width(text) for _tick, text in marks) + CATEGORY_GAP
    apart = abs(scale.end - scale.start) / (len(marks) - 1)
    # counted from the last tick, which says how far the bars reach
    every = next(n for n in range(1, len(marks)) if n * apart >= widest or n == len(marks) - 1)
    return [
        (tick, text if (len(marks) - 1 - place) % every == 0 else "")
        for place, (tick, text) in enumerate(marks)
    ]


def _lines(
    series: Sequence[Series], scale: Scale, xs: Sequence[float], *, filled: bool
) -> Iterator[dict[str, Any]]:
    for place, one in enumerate(series):
        points = [
            None if value is None else (x, scale.at(value))
            for x, value in zip(xs, one.values, strict=True)
        ]
        runs = list(_runs(points))
        ends = [run[-1] for run in runs if len(run) == 1 or run is runs[-1]]
        yield {
            "number": place + 1,
            "dash": DASHES[place],
            "path": " ".join(_path(run) for run in runs),
            "area": _area(runs, scale.at(0)) if filled and place == 0 else "",
            "marks": "".join(f"M{x:.1f} {y:.1f}{ENDS[place]}" for x, y in ends),
        }


def _runs(points: Sequence[Point | None]) -> Iterator[list[Point]]:
    """Points that follow each other without a gap."""
    run: list[Point] = []
    for point in (*points, None):
        if point is not None:
            run.append(point)
        elif run:
            yield run
            run = []


def _path(run: Sequence[Point]) -> str:
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in run)


def _dash(point: Point) -> str:
    x, y = point
    return f"M{x - 2:.1f} {y:.1f}h4"


def _area(runs: Sequence[Sequence[Point]], base: float) -> str:
    return " ".join(
        f"{_path(run)} L{run[-1][0]:.1f} {base:.1f} L{run[0][0]:.1f} {base:.1f}Z"
        for run in runs
        if len(run) > 1
    )


def _end_text(one: Series, show: Format, width: int, *, alone: bool) -> str:
    if not one.known:
        return ""
    last = show(one.known[-1])
    return last if alone else f"{shortened(one.name, width * NAME_SHARE / LABEL)} {last}"


def _end_labels(
    series: Sequence[Series], texts: Sequence[str], scale: Scale, right: float
) -> list[Label]:
    """The names at the ends of the lines, pushed apart where they would cover each other."""
    wanted = sorted(
        (scale.at(one.known[-1]) + 4, text)
        for one, text in zip(series, texts, strict=True)
        if one.known
    )
    heights = [height for height, text in wanted]
    for above, below in pairwise(range(len(heights))):
        heights[below] = max(heights[below], heights[above] + LABEL_STEP)
    excess = max(heights[-1] - LINE_HEIGHT, 0.0) if heights else 0.0
    return [
        Label(f"{right + 8:.1f}", f"{height - excess:.1f}", text)
        for height, (wish, text) in zip(heights, wanted, strict=True)
    ]


def _bar(value: Number | None, place: int, scale: Scale, top: int, show: Format) -> dict[str, Any]:
    """One bar with its figure; an unknown figure is a dash at zero."""
    zero = scale.at(0)
    end = zero if value is None else scale.at(value)
    leftwards = value is not None and value < 0
    left, right = sorted((zero, end))
    return {
        "number": place + 1,
        "x": f"{left:.1f}",
        "y": str(top),
        "width": f"{right - left:.1f}",
        "height": BAR - 2,
        "hatch": _hatch(place, left, right, top),
        "label": Label(
            f"{end + (-5 if leftwards else 5):.1f}",
            f"{top + BAR - 3}",
            EMPTY if value is None else show(value),
            "end" if leftwards else "start",
        ),
    }


def _hatch(place: int, left: float, right: float, top: int) -> str:
    """Lines across a bar that tell its series without colour: none, upright, level, both."""
    upright = [f"M{left + x:.1f} {top}v{BAR - 2}" for x in range(4, int(right - left), 6)]
    level = [f"M{left:.1f} {top + y}H{right:.1f}" for y in (3, 7)] if right > left else []
    return "".join(((), upright, level, (*upright, *level))[place])


def _key(series: Sequence[Series]) -> list[dict[str, Any]]:
    return [
        {"number": place + 1, "name": one.name, "hatch": _hatch(place, 0.0, 18.0, 0)}
        for place, one in enumerate(series)
    ]


def _table(series: Sequence[Series], categories: Sequence[str], show: Format) -> dict[str, Any]:
    return {
        "names": [one.name for one in series],
        "rows": [
            {"name": name, "figures": [_cell(one, place, show) for one in series]}
            for place, name in enumerate(categories)
        ],
    }


def _cell(one: Series, place: int, show: Format) -> str:
    """A figure of the table; it leads to its rows."""
    value = one.values[place]
    shown = EMPTY if value is None else show(value)
    if not one.addresses:
        return shown
    return markup('<a href="{}">{}</a>', one.addresses[place], shown)


def _figure(
    template: str, frame: dict[str, Any], drawings: Sequence[dict[str, Any]], **parts: Any
) -> SafeString:
    return render_to_string(template, frame | {"drawings": drawings} | parts)


def _without_figures(title: str) -> SafeString:
    return render_to_string("charts/empty.html", {"title": title})
