"""The currencies in which the bank keeps accounts."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CURRENCIES: dict[str, str | Promise] = {
    "CNY": _("Chinese yuan"),
    "USD": _("US dollar"),
    "EUR": _("Euro"),
    "HKD": _("Hong Kong dollar"),
    "JPY": _("Japanese yen"),
    "GBP": _("Pound sterling"),
    "AUD": _("Australian dollar"),
    "CAD": _("Canadian dollar"),
    "SGD": _("Singapore dollar"),
    "CHF": _("Swiss franc"),
    "NZD": _("New Zealand dollar"),
    "KRW": _("South Korean won"),
    "THB": _("Thai baht"),
    "MOP": _("Macao pataca"),
    "TWD": _("New Taiwan dollar"),
    "SEK": _("Swedish krona"),
    "NOK": _("Norwegian krone"),
    "DKK": _("Danish krone"),
    "RUB": _("Russian rouble"),
    "MYR": _("Malaysian ringgit"),
    "ZAR": _("South African rand"),
    "AED": _("UAE dirham"),
    "SAR": _("Saudi riyal"),
    "VND": _("Vietnamese dong"),
}


def currency_choices() -> Iterator[tuple[str, str | Promise]]:
    """Every currency with its name."""
    yield from CURRENCIES.items()
