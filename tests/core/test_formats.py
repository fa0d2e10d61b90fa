"""Amounts, numbers, days and moments as the bank writes them."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.utils import timezone, translation
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from crm.core import formats
from crm.core.clock import clock_at

parts = st.text(max_size=9) | st.integers() | st.none() | st.text(max_size=9).map(mark_safe)
amounts = st.decimals(-(10**16), 10**16, places=5)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Decimal("1286450.22"), "CNY 1,286,450.22"),
        (Decimal("-1286450.22"), "\u2212CNY 1,286,450.22"),
        (Decimal("0.005"), "CNY 0.01"),
        (Decimal("0.015"), "CNY 0.02"),
        (Decimal("-0.004"), "CNY 0.00"),
        (7, "CNY 7.00"),
        (Decimal("1E+15"), "CNY 1,000,000,000,000,000.00"),
        (None, "\u2013"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_amount_reads_the_same_in_every_language(amount, shown, language):
    with translation.override(language):
        assert formats.money(amount, "CNY") == shown


@given(amounts)
def test_an_amount_is_the_value_rounded_half_up(amount):
    shown = formats.money(amount, "USD").replace("USD ", "")
    read = Decimal(shown.replace(",", "").replace("\u2212", "-"))
    assert read == amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    assert "-" not in shown


@pytest.mark.parametrize(
    ("amount", "currency", "english", "chinese"),
    [
        ("22704350", "CNY", "CNY 22.70M", "¥2,270.4 万"),
        ("-22704350", "CNY", "\u2212CNY 22.70M", "\u2212¥2,270.4 万"),
        ("134567890.12", "CNY", "CNY 134.57M", "¥1.35 亿"),
        ("2500000000", "USD", "USD 2.50B", "USD 25.00 亿"),
        ("568200.50", "JPY", "JPY 568,200.50", "JPY 56.8 万"),
        ("9999.99", "CNY", "CNY 9,999.99", "¥9,999.99"),
        ("0", "CNY", "CNY 0.00", "¥0.00"),
    ],
)
def test_a_key_figure_is_shortened_by_the_units_of_the_language(amount, currency, english, chinese):
    assert formats.short_money(Decimal(amount), currency) == english
    with translation.override("zh-hans"):
        assert formats.short_money(Decimal(amount), currency) == chinese


def test_a_key_figure_that_rounds_up_to_the_next_unit_is_written_in_it():
    assert formats.short_money(Decimal(999_999_999), "CNY") == "CNY 1.00B"
    assert formats.short_money(Decimal("999999.999"), "CNY") == "CNY 1.00M"
    with translation.override("zh-hans"):
        assert formats.short_money(Decimal(99_999_999), "CNY") == "¥1.00 亿"
        assert formats.short_money(Decimal("9999.999"), "CNY") == "¥1.0 万"


def test_changes_carry_their_sign_and_shares_their_percent():
    assert [formats.signed(n) for n in (12, -12, 0, None)] == ["+12", "\u221212", "0", "\u2013"]
    assert formats.signed(Decimal("0.04"), 1) == "0.0"
    assert formats.percent(Decimal("0.4215")) == "42.2%"
    assert formats.percent(Decimal("-0.2"), 0) == "\u221220%"
    assert formats.percent(None) == "\u2013"


@pytest.mark.parametrize(("language", "shown"), [("en", "10 Dec 2026"), ("zh-hans", "2026-12-10")])
def test_a_date_is_written_as_the_language_writes_it(language, shown):
    with translation.override(language):
        assert formats.day(dt.date(2026, 12, 10)) == shown
        assert formats.day(None) == "\u2013"


def test_a_moment_is_shown_by_the_banks_clock_whatever_the_users_zone():
    at = dt.datetime(2026, 12, 9, 20, 5, tzinfo=dt.UTC)
    local = timezone.localtime(at, timezone.get_default_timezone())
    expected = f"{local.day} Dec 2026 {local:%H:%M}"
    with timezone.override("America/New_York"):
        assert formats.moment(at) == expected
        assert formats.day(at) == f"{local.day} Dec 2026"
    with translation.override("zh-hans"):
        assert formats.moment(at) == f"{local:%Y-%m-%d %H:%M}"
    assert formats.moment(None) == "\u2013"


def test_a_time_that_ends_at_midnight_ends_with_the_day_before():
    midnight = dt.datetime(2026, 12, 12, 16, tzinfo=dt.UTC)
    assert formats.last_moment(midnight) == "12 Dec 2026"
    assert formats.last_moment(midnight - dt.timedelta(minutes=1)) == "12 Dec 2026 23:59"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (18, "in 18 days"),
        (2, "in 2 days"),
        (1, "tomorrow"),
        (0, "today"),
        (-1, "yesterday"),
        (-3, "3 days ago"),
    ],
)
def test_a_relative_date_counts_the_banks_days(days, said):
    with clock_at(dt.datetime(2026, 3, 1, 4, tzinfo=dt.UTC)):
        assert formats.relative_day(dt.date(2026, 3, 1) + dt.timedelta(days)) == said


def test_a_relative_date_that_is_missing_is_a_dash():
    assert formats.relative_day(None) == "\u2013"


@given(parts, parts)
def test_markup_is_what_format_html_makes(one, other):
    form = '<b title="{}">{}</b>'
    made = formats.markup(form, one, other)
    assert made == format_html(form, one, other)
    assert conditional_escape(made) == made
