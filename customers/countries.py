"""Countries by ISO 3166-1 code, named in the active language."""

from __future__ import annotations

from functools import cache

from django_countries import countries


def country_choices() -> list[tuple[str, str]]:
    """Code and name of every country, China first."""
    listed = [(code, name) for code, name in countries]
    return sorted(listed, key=lambda pair: pair[0] != "CN")


def country_name(code: str) -> str:
    """The country's name in the active language."""
    return str(countries.name(code))


def is_country(code: str) -> bool:
    """Whether this is a country's two-letter code."""
    return code in _codes()


@cache
def _codes() -> frozenset[str]:
    return frozenset(code for code, _name in countries)
