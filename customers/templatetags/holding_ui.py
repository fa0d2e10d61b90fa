"""Template helpers of the pages about holdings."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.core.clock import bank_today
from crm.core.formats import (
    EMPTY,
    day,
    markup,
    money,
    number,
    percent,
    relative_day,
    short_money,
    signed,
    signed_money,
)
from crm.core.icons import icon
from customers.holdings.reports import Assets
from customers.holdings.tables import STATUS_TONES, overdue_tag
from customers.models import Holding

register = template.Library()
register.filter("money", money)
register.filter("short_money", short_money)
register.filter("signed_money", signed_money)
register.filter("overdue", overdue_tag)
ICONS = {
    "deposit": "landmark",
    "investment": "trending-up",
    "loan": "hand-coins",
    "card": "credit-card",
}
SOON_DAYS = 30


@register.filter
def kind_icon(kind: str) -> str:
    """The icon of a kind of holding."""
    return ICONS[kind]


@register.filter
def status_class(status: str) -> str:
    """The colour of a holding's status."""
    tone = STATUS_TONES.get(status)
    return f"tag-{tone}" if tone else ""


@register.filter
def rate(value: Decimal | None) -> str:
    """A rate in per cent, with the decimals it needs, two at least."""
    if value is None:
        return EMPTY
    places = max(2, -int(value.normalize().as_tuple().exponent))
    return f"{number(value, places)}%"


@register.filter
def growth(assets: Assets) -> str:
    """How assets changed over twelve months, and until when; empty with nothing to compare."""
    if assets.change is None:
        return ""
    told = {"change": share_of(assets.change), "day": day(assets.month_end)}
    return _("%(change)s in the 12 months to %(day)s") % told


@register.filter
def share_of(share: Decimal | None) -> str:
    """By which share something is above or below another figure, without judgement."""
    if share is None:
        return EMPTY
    sign = "+" if signed(share * 100, 1).startswith("+") else ""
    return f"{sign}{percent(share)}"


@register.filter
def maturity(holding: Holding) -> SafeString | str:
    """The day a holding matures, marked where that is soon."""
    if holding.matures_on is None or holding.is_closed or not matures_soon(holding.matures_on):
        return day(holding.matures_on)
    return markup(
        '<span class="tag tag-warn" title="{}">{}{}</span>',
        relative_day(holding.matures_on),
        icon("clock", 12),
        day(holding.matures_on),
    )


@register.filter
def until_maturity(holding: Holding) -> str:
    """How far away the day is on which a holding matures."""
    if holding.matures_on is None:
        return _("without a term")
    years = (holding.matures_on - bank_today()).days // 365
    if years < 2:
        return relative_day(holding.matures_on)
    return ngettext("in %(n)s year", "in %(n)s years", years) % {"n": years}


def matures_soon(matures_on: dt.date) -> bool:
    """Whether a day is among the next thirty."""
    return 0 <= (matures_on - bank_today()).days <= SOON_DAYS


@register.filter
def span_of_days(valid: Any) -> str:
    """From which day a role is held, and until which."""
    if valid.upper is None:
        return _("from %(first)s") % {"first": day(valid.lower)}
    last = valid.upper - dt.timedelta(days=1)
    return _("%(first)s to %(last)s") % {"first": day(valid.lower), "last": day(last)}
