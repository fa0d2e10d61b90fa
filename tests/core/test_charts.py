"""Charts drawn on the server: honest scales, gaps, second cues, and the figures as a table."""

import re
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from django.test import override_settings
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from crm.core.charts import Series, bar_chart, line_chart, nice_ticks, ring, sparkline
from crm.core.formats import money

TITLE = "Deposits rose & <rose>"
MONTHS = ["Jan", "Feb", "Mar", "Apr"]
figures = st.integers(-(10**15), 10**15) | st.decimals(-(10**15), 10**15, places=2)
series_of_four = st.lists(
    st.builds(
        Series,
        st.text("ab王<&", max_size=30),
        st.lists(st.none() | figures, min_size=4, max_size=4),
    ),
    max_size=4,
)


def svg(html, size=""):
    """The drawing, read as XML: whatever is not well-formed fails here."""
    drawing = re.search(rf'<svg class="(chart|spark|ring)[^"]*{size}.*?</svg>', html, re.DOTALL)[0]
    return ET.fromstring(drawing)  # noqa: S314 - our own text


def texts(html):
    return ["".join(node.itertext()).strip() for node in svg(html).iter("text")]


def paths(html, cls):
    return [node.get("d") for node in svg(html).iter("path") if node.get("class") == cls]


@given(st.lists(figures, min_size=1, max_size=8), st.booleans())
def test_ticks_are_equal_round_steps_that_enclose_the_figures(values, from_zero):
    ticks = nice_ticks(values, from_zero=from_zero)
    steps = {after - before for before, after in pairwise(ticks)}
    assert ticks[0] <= min(values)
    assert max(values) <= ticks[-1]
    assert len(steps) == 1
    assert 1 <= len(ticks) - 1 <= 6
    assert 0 in ticks or not from_zero
    (step,) = steps
    assert step in {3, *(Decimal(n).scaleb(step.adjusted()) for n in ("1", "2", "2.5", "5"))}


def test_what_is_counted_has_no_ticks_between_whole_numbers():
    assert nice_ticks([0, 1]) == (0, 1)
    assert nice_ticks([0, 3]) == (0, 1, 2, 3)
    assert nice_ticks([0, 0]) == (0, 1)
    assert nice_ticks([Decimal("0.9")]) == tuple(Decimal(n) / 4 for n in range(5))
    assert nice_ticks([Decimal("13.4"), Decimal("5.1")]) == (0, 5, 10, 15)


@given(series_of_four)
def test_every_drawing_is_well_formed_escaped_and_repeats_its_figures(series):
    for draw in (line_chart, bar_chart):
        html = draw(TITLE, series, MONTHS, unit="CNY <m>")
        assert "<rose>" not in html
        assert "Deposits rose &amp; &lt;rose&gt;" in html
        assert not re.search(r"\sstyle=|\son\w+=|<script|nan|inf", html, re.IGNORECASE)
        if any(value is not None for one in series for value in one.values):
            drawing = svg(html)
            assert drawing.get("role") == "img"
            assert drawing.get("aria-label") == drawing.find("title").text == TITLE
            assert html.count("<details") == html.count("</details>") == 1
            assert len(re.findall(r'<td class="r num">', html)) == 4 * len(series)


def test_the_table_shows_the_same_figures_as_the_drawing():
    series = [Series("Deposits", [Decimal("9.8"), None, Decimal("-1.25"), 13])]
    html = line_chart("T", series, MONTHS, unit="CNY m")
    rows = re.findall(r'<th scope="row">(.*?)</th>\s*<td class="r num">(.*?)</td>', html)
    assert rows == [("Jan", "9.80"), ("Feb", "\u2013"), ("Mar", "\u22121.25"), ("Apr", "13.00")]
    assert texts(html)[-1] == "13.00"
    assert "CNY m" in texts(html)


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_words_along_an_axis_do_not_touch_in_a_drawing_of_either_size(size):
    series = [Series("A", [n * 9_999 for n in range(12)])]
    names = [f"{n:02} 2026" for n in range(12)]
    drawing = svg(line_chart("T", series, names, unit="CNY"), size)
    places = {node.text: node for node in drawing.iter("text")}
    heights = sorted(
        float(n.get("y")) for n in drawing.iter("text") if n.get("text-anchor") != "middle"
    )
    assert float(places["CNY"].get("y")) + 14 <= min(heights[1:])
    for html, words in (
        (line_chart("T", series, names), 8),
        (bar_chart("T", [Series("A", [10**12])], ["a"]), 17),
    ):
        below = [n for n in svg(html, size).iter("text") if n.get("text-anchor") == "middle"]
        xs = [float(node.get("x")) for node in below]
        assert len(xs) >= 2
        assert all(after - before > 6 * words for before, after in pairwise(xs))


def test_the_narrow_drawing_cuts_names_before_figures():
    series = [Series("Handled within the time that was promised", [1, 2]), Series("B", [1, 1])]
    html = line_chart("T", series, ["a", "b"])
    words = {n.text for n in svg(html, "narrow").iter("text") if n.get("class") == "lbl"}
    assert len(words) == 2
    assert any(text.startswith("Handled") and text.endswith("\u2026 2") for text in words)


def test_a_missing_figure_leaves_a_gap_and_a_lone_one_is_marked():
    html = line_chart("T", [Series("A", [1, None, 2, 3])], MONTHS)
    (line,) = paths(html, "l1")
    assert line.count("M") == 2
    (marks,) = paths(html, "pt")
    assert marks.count("M") == 2


def test_lines_differ_by_dash_and_shape_and_are_named_where_they_end():
    series = [Series(name, [n, n, n, n + 1]) for n, name in enumerate(["A", "B", "C", "D"])]
    html = line_chart("T", series, MONTHS)
    dashes = [
        node.get("stroke-dasharray")
        for node in svg(html).iter("path")
        if re.fullmatch(r"l\d", node.get("class"))
    ]
    assert dashes == [None, "5 3", "1 3", "8 3 2 3"]
    shapes = {re.sub(r"^M[\d. ]+", "", paths(html, f"pt{n}")[0]) for n in ("", 2, 3, 4)}
    assert len(shapes) == 4
    assert {"A 1", "B 2", "C 3", "D 4"} <= set(texts(html))


def test_names_of_lines_that_end_together_do_not_cover_each_other():
    series = [Series(name, [0, 0, 0, 50]) for name in "ABCD"]
    drawing = svg(line_chart("T", series, MONTHS))
    heights = sorted(float(n.get("y")) for n in drawing.iter("text") if n.get("class") == "lbl")
    assert all(below - above >= 12.9 for above, below in pairwise(heights))
    assert heights[0] > 0
    assert heights[-1] <= 190


def test_lines_below_zero_are_drawn_below_the_zero_line():
    html = line_chart("T", [Series("A", [-10, 10])], ["a", "b"])
    low, high = (float(y) for y in re.findall(r"[ML]\S+ (\S+)", paths(html, "l1")[0]))
    zero = next(float(n.get("y")) - 4 for n in svg(html).iter("text") if n.text == "0")
    assert high < zero < low


def test_a_single_point_is_drawn_as_a_mark():
    html = line_chart("T", [Series("A", [7])], ["Jan"])
    assert paths(html, "pt")
    assert "7" in texts(html)


def test_a_line_may_leave_zero_out_but_bars_never_do():
    series = [Series("A", [Decimal("97.5"), Decimal("98.1")])]
    assert "0" not in texts(line_chart("T", series, ["a", "b"], from_zero=False))
    assert not paths(line_chart("T", series, ["a", "b"], from_zero=False), "a1")
    assert "0" in texts(bar_chart("T", series, ["a", "b"]))


def test_bars_are_as_long_as_their_figures_from_zero():
    html = bar_chart("T", [Series("A", [10, 5, -5, None])], MONTHS)
    bars = [n for n in svg(html).iter("rect") if n.get("class") == "f1"]
    widths = [float(bar.get("width")) for bar in bars]
    assert widths[0] == pytest.approx(2 * widths[1], abs=0.2)
    assert widths[1] == pytest.approx(widths[2], abs=0.2)
    assert widths[3] == 0
    left = [float(bar.get("x")) for bar in bars]
    assert left[2] + widths[2] == pytest.approx(left[0], abs=0.2)
    assert {"10", "5", "\u22125", "\u2013"} <= set(texts(html))


def test_bars_of_several_series_differ_by_hatching_and_have_a_key():
    html = bar_chart("T", [Series("Now", [100]), Series("Before", [90])], ["Branch"])
    assert len(paths(html, "hatch")) == 1
    assert re.findall(r"</svg>(\w+)</span>", html) == ["Now", "Before"]
    assert "chart-key" not in bar_chart("T", [Series("Now", [100])], ["Branch"])


def test_figures_are_written_as_the_caller_asks():
    html = bar_chart(
        "T", [Series("A", [Decimal("1234.5")])], ["x"], y_format=lambda value: money(value, "CNY")
    )
    assert "CNY 1,234.50" in texts(html)


def test_long_names_are_cut_in_the_drawing_and_whole_in_the_table():
    name = "Shanghai Pudong Lujiazui Financial Centre Sub-branch"
    html = bar_chart("T", [Series("A", [1])], [name])
    assert name not in texts(html)
    assert any(text.endswith("\u2026") for text in texts(html))
    assert f'<th scope="row">{name}</th>' in html


def test_a_chart_without_figures_says_so():
    for draw in (line_chart, bar_chart):
        for series in ([], [Series("A", [None])]):
            html = draw("Nothing yet", series, ["Jan"])
            assert "There are no figures for this chart yet." in html
            assert "Nothing yet" in html
    assert "figures" in line_chart("T", [], [])


def test_a_chart_that_cannot_be_read_is_refused():
    with pytest.raises(ValueError, match="more than 4 series"):
        line_chart("T", [Series("A", [1])] * 5, ["Jan"])
    with pytest.raises(ValueError, match="one figure for each category"):
        bar_chart("T", [Series("A", [1, 2])], ["Jan"])


def test_numbers_in_a_drawing_do_not_follow_the_language():
    names = [str(number) for number in range(80)]
    series = [Series("A", [Decimal(number) / 8 for number in range(80)])]

    def drawn():
        return [ET.tostring(svg(draw("T", series, names))) for draw in (line_chart, bar_chart)]

    english = drawn()
    with translation.override("de"), override_settings(USE_THOUSAND_SEPARATOR=True):
        assert drawn() == english


@given(st.lists(st.none() | figures, max_size=12))
def test_a_sparkline_stays_in_its_box(values):
    html = sparkline("Trend <12>", values)
    if not any(value is not None for value in values):
        assert html == "\u2013"
        return
    drawing = svg(html)
    points = re.findall(r"[ML]([\d.-]+) ([\d.-]+)", drawing.find("path").get("d"))
    assert len(points) == len([value for value in values if value is not None])
    assert all(0 <= float(x) <= 74 and 0 <= float(y) <= 20 for x, y in points)


def test_a_sparkline_says_where_it_begins_and_ends():
    html = sparkline("Assets", [1, None, 2_500_000])
    assert svg(html).get("aria-label") == "Assets: from 1.00 to 2.50M"
    assert svg(html).find("path").get("d") == "M0.0 17.0h4 M70.0 3.0h4"
    assert svg(sparkline("Flat", [3, 3])).find("path").get("d") == "M2.0 10.0 L72.0 10.0"


@pytest.mark.parametrize(
    ("share", "left"), [(Decimal("0.25"), "25"), (0, "0"), (-3, "0"), (7, "100")]
)
def test_a_ring_shows_the_share_that_is_left(share, left):
    drawing = svg(ring("6 h 40 min left", share, "warn"))
    assert drawing.get("class") == "ring ring-warn"
    assert drawing.get("aria-label") == "6 h 40 min left"
    dash = drawing.findall("circle")[1].get("stroke-dasharray")
    assert Decimal(dash.split()[0]) == Decimal(left)
