"""The words for the values of a field with choices, worked out once for each language."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import models
from django.utils.translation import get_language


class Labelled(models.Model):
    """A model that says its choices in words without reading all of them anew each time."""

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field: Any) -> str:  # noqa: N802 - the framework's name
        value = getattr(self, field.attname)
        return str(labels_of(field).get(value, value))


def labels_of(field: Any) -> dict[Any, str]:
    """The words for each value of a field, in the active language.

    A field whose values the bank keeps in a table brings its own words.
    """
    words = getattr(field, "words", None)
    return words() if words else _labels(field, get_language())


def labelled(field: Any, value: Any) -> Any:
    """A stored value by the word for it, each of several by its own; as it is where it has none."""
    if isinstance(value, list):
        words = labels_of(getattr(field, "base_field", field))
        return [words.get(one, one) for one in value]
    return labels_of(field).get(value, value) if isinstance(value, str | int) else value


@cache
def _labels(field: Any, _language: str | None) -> dict[Any, str]:
    return {value: str(label) for value, label in field.flatchoices}
