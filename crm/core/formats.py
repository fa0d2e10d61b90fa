"""Amounts, numbers, days and moments as the bank writes them, in the language of the page.

Values are rounded here and nowhere else, half up; a missing value is an en dash.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Context, Decimal
from html import escape
from typing import NamedTuple

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from crm.core.clock import bank_today

EMPTY = "\u2013"
MINUS = "\u2212"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WIDE = Context(prec=80, rounding=ROUND_HALF_UP)

Number = Decimal | int


class Unit(NamedTuple):
    """A unit that shortens key figures, with the decimals that it shows."""

    size: int
    name: str
    places: int


ENGLISH_UNITS = (Unit(10**9, "B", 2), Unit(10**6, "M", 2))
CHINESE_UNITS = (Unit(10**8, " 亿", 2), Unit(10**4, " 万", 1))


def markup(form: str, *parts: object) -> SafeString:
    """What format_html() makes, without its detour for lazy texts: cells are many."""
    # each part is escaped here unless it is markup already
    return SafeString(
        form.format(*[part if type(part) is SafeString else escape(str(part)) for part in parts])
    )


def in_chinese() -> bool:
    """Whether the page is read in Chinese."""
    return (get_language() or "").startswith("zh")


def rounded(value: Number, places: int = 2) -> Decimal:
    """A value rounded half up for display."""
    return Decimal(value).quantize(Decimal(1).scaleb(-places), context=WIDE)


def number(value: Number | None, places: int = 0) -> str:
    """A number with commas and a true minus sign, such as 1,286,450."""
    if value is None:
        return EMPTY
    shown = rounded(value, places)
    return f"{MINUS if shown < 0 else ''}{abs(shown):,f}"


def exact(value: Decimal | None, places: int) -> str:
    """A number in full without needless zeros, though up to four of its decimals stay: 7.1025."""
    if value is None:
        return EMPTY
    needed = -int(value.normalize(WIDE).as_tuple().exponent)
    return number(value, max(needed, min(places, 4)))


def signed(value: Number | None, places: int = 0) -> str:
    """A change, with its sign always written, such as +12."""
    shown = number(value, places)
    return f"+{shown}" if value is not None and rounded(value, places) > 0 else shown


def percent(share: Number | None, places: int = 1) -> str:
    """A share of one as a percentage: 42.2%."""
    return EMPTY if share is None else f"{number(Decimal(share) * 100, places)}%"


def money(amount: Number | None, currency: str) -> str:
    """An amount in full, the same in every language: CNY 1,286,450.22, below zero −CNY 5.00."""
    return EMPTY if amount is None else _in_currency(number(amount, 2), f"{currency} ")


def signed_money(amount: Number | None, currency: str) -> str:
    """A change in an amount, with its sign always written: +CNY 233,603.03."""
    return EMPTY if amount is None else _in_currency(signed(amount, 2), f"{currency} ")


def _in_currency(shown: str, symbol: str) -> str:
    """A figure with its currency; the sign stands before both."""
    sign = shown[0] if shown[0] in {"+", MINUS} else ""
    return f"{sign}{symbol}{shown[len(sign) :]}"


def short_money(amount: Number | None, currency: str) -> str:
    """A key figure: CNY 22.70M in English, ¥2,270.4 万 in Chinese; small ones in full."""
    if amount is None:
        return EMPTY
    chinese = in_chinese()
    # for the yuan alone: other currencies share the sign
    symbol = "¥" if chinese and currency == "CNY" else f"{currency} "
    shown = short_number(amount, CHINESE_UNITS if chinese else ENGLISH_UNITS)
    return _in_currency(shown, symbol)


def short_number(value: Number, units: tuple[Unit, ...] | None = None) -> str:
    """A number shortened by the units of the language, in full with two decimals below them."""
    units = units or (CHINESE_UNITS if in_chinese() else ENGLISH_UNITS)
    unit = _unit_of(Decimal(value), units)
    # what rounds up to the next unit is written in that one: 1.00B, not 1,000.00M
    unit = _unit_of(rounded(Decimal(value) / unit.size, unit.places) * unit.size, units)
    return f"{number(Decimal(value) / unit.size, unit.places)}{unit.name}"


def day(date: dt.date | None) -> str:
    """A date: 10 Dec 2026, in Chinese 2026-12-10; a moment counts as its day in the bank."""
    if date is None:
        return EMPTY
    if isinstance(date, dt.datetime):
        date = in_bank_zone(date).date()
    if in_chinese():
        return date.isoformat()
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def short_day(date: dt.date) -> str:
    """A date without its year, for the axis of a chart: 10 Dec, in Chinese 12-10."""
    return f"{date:%m-%d}" if in_chinese() else f"{date.day} {MONTHS[date.month - 1]}"


def moment(at: dt.datetime | None) -> str:
    """A date with its time of day by the bank's clock: 10 Dec 2026 14:05."""
    if at is None:
        return EMPTY
    local = in_bank_zone(at)
    return f"{day(local.date())} {local.hour:02}:{local.minute:02}"


def last_moment(at: dt.datetime) -> str:
    """Until when: a time that ends at midnight ends with the day before."""
    local = in_bank_zone(at)
    if local.time() == dt.time():
        return day(local.date() - dt.timedelta(days=1))
    return moment(at)


def lasted(span: dt.timedelta) -> str:
    """How long something took, in the larger two units: 3 s, 2 min 5 s, 1 h 10 min."""
    seconds = int(span.total_seconds())
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    if hours:
        return gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    if minutes:
        return gettext("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": rest}
    return gettext("%(seconds)d s") % {"seconds": rest} if rest else gettext("under 1 s")


def in_bank_zone(at: dt.datetime) -> dt.datetime:
    """A moment by the bank's clock, whatever the user's zone."""
    return at.astimezone(timezone.get_default_timezone())


def relative_day(date: dt.date | None, today: dt.date | None = None) -> str:
    """How far a date is from the bank's today: in 18 days, 3 days ago; beside an absolute date."""
    if date is None:
        return EMPTY
    days = (date - (today or bank_today())).days
    near = {-1: gettext("yesterday"), 0: gettext("today"), 1: gettext("tomorrow")}
    if days in near:
        return near[days]
    if days > 0:
        return ngettext("in %(days)d day", "in %(days)d days", days) % {"days": days}
    return ngettext("%(days)d day ago", "%(days)d days ago", -days) % {"days": -days}


def _unit_of(value: Decimal, units: tuple[Unit, ...]) -> Unit:
    return next((unit for unit in units if abs(value) >= unit.size), Unit(1, "", 2))
