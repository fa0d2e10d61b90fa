"""The languages in which the bank names what it configures."""

from __future__ import annotations

from django.utils.translation import get_language

# the column that holds the name in a language; the first of a language's parts decides
NAMES = {"en": "name", "zh": "name_zh"}


def column_of_language() -> str:
    """The column with the name in the active language."""
    return NAMES.get((get_language() or "en").partition("-")[0], "name")
