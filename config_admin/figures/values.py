"""What other modules ask: the value of a parameter, and the worth of an amount on a day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.apps import apps
from django.conf import settings
from django.utils.translation import gettext as _

from config_admin.editions import Kept
from crm.core.clock import bank_today
from crm.core.formats import day as shown_day
from crm.core.operations import DomainError

from .declared import Parameter

Span = tuple[dt.date, dt.date | None, str]


def _read() -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    rows = apps.get_model("config_admin.ParameterValue")._base_manager.order_by("valid")
    for code, valid, value in rows.values_list("code", "valid", "value"):
        found.setdefault(code, []).append((valid.lower, valid.upper, value))
    return found


VALUES = Kept(_read, "config_admin.ParameterValue")


def value_of(parameter: Parameter, day: dt.date | None = None) -> Decimal:
    """What a parameter is on a day, today unless one is named; the usual value if none was set."""
    on = day or bank_today()
    for first, beyond, value in reversed(VALUES.get().get(parameter.code, [])):
        if first <= on and (beyond is None or on < beyond):
            return Decimal(value)
    return parameter.usual


def refuse_later(until: dt.date, most: Parameter, field: str) -> None:
    """Refuse a last day that is further ahead than the bank allows."""
    last = bank_today() + dt.timedelta(days=int(value_of(most)))
    if until > last:
        raise DomainError(_("Enter a day up to %(day)s.") % {"day": shown_day(last)}, field)


def rate_on(currency: str, day: dt.date) -> Decimal:
    """What one unit of a currency is worth in the base currency on a day; refused if unknown."""
    if currency == settings.BASE_CURRENCY:
        return Decimal(1)
    rates = apps.get_model("config_admin.CurrencyRate")._base_manager
    known = rates.filter(currency=currency, on__lte=day).order_by("-on")
    found: Decimal | None = known.values_list("rate", flat=True).first()
    if found is None:
        raise DomainError(
            _("There is no rate of %(currency)s for %(day)s. Enter it under currency rates.")
            % {"currency": currency, "day": shown_day(day)}
        )
    return found


def in_base_currency(amount: Decimal, currency: str, day: dt.date) -> Decimal:
    """What an amount is worth in the base currency on a day, not rounded."""
    return amount * rate_on(currency, day)
