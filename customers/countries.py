"""Countries by ISO 3166-1 code, named in the active language."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from django.conf import settings
from django.utils.choices import BaseChoiceIterator
from django.utils.translation import get_language, override
from django_countries import countries

from .names import sort_key


class Countries(BaseChoiceIterator):
    """Pairs in the form that the framework's choices have, so that it does not make it anew."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.pairs = pairs

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)


def country_choices() -> Countries:
    """Code and name of every country in the active language, the bank's own first."""
    return _choices(get_language() or "en")


@cache
def _choices(language: str) -> Countries:
    with override(language):
        listed = [(code, str(name)) for code, name in countries]
    # Chinese names by pinyin, as names of customers are
    return Countries(
        sorted(
            listed,
            key=lambda pair: (pair[0] != settings.HOME_COUNTRY, sort_key(pair[1], is_person=False)),
        )
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
