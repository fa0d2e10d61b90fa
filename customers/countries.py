"""Countries by ISO 3166-1 code, named in the active language."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.utils.translation import get_language, override
from django_countries import countries

from .names import sort_key


def country_choices() -> list[tuple[str, str]]:
    """Code and name of every country in the active language, the bank's own first."""
    return _choices(get_language() or "en")


@cache
def _choices(language: str) -> list[tuple[str, str]]:
    with override(language):
        listed = [(code, str(name)) for code, name in countries]
    # Chinese names by pinyin, as names of customers are
    return sorted(
        listed,
        key=lambda pair: (pair[0] != settings.HOME_COUNTRY, sort_key(pair[1], is_person=False)),
    )


def country_name(code: str) -> str:
    """The country's name in the active language."""
    return str(countries.name(code))


def is_country(code: str) -> bool:
    """Whether this is a country's two-letter code."""
    return code in _codes()


@cache
def _codes() -> frozenset[str]:
    return frozenset(code for code, _name in countries)
