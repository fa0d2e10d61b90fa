"""What the site shows of a record: each field in words, what is sensitive by its mask alone."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.core import formats
from crm.core.classes import INTERNAL, PUBLIC, SENSITIVE, class_of
from crm.core.history import days_of
from crm.core.labels import labelled
from crm.core.named import Named
from crm.core.sealed import SealedField
from crm.core.templatetags.crm_ui import text_of as in_words
from crm.core.templatetags.crm_ui import value_of

MOST_COLUMNS = 8
# stamps of the system, last on a record and on no list
STAMPS = ("created_at", "updated_at", "version")


class Shown:
    """A field of a record, as a column of the list and as a line of the record's page."""

    def __init__(self, field: Any) -> None:
        self.field = field
        # not the bare name: the hints of forms belong to those who type
        self.__name__ = f"shown_{field.name}"
        self.short_description = "№" if field.primary_key else field.verbose_name

    def __call__(self, row: Any) -> str:
        """The value in words; `row.names_shown` says what the foreign keys of the page mean."""
        return text_of(row, self.field, row.names_shown) or formats.EMPTY


def text_of(row: Any, field: Any, names: Named) -> str:
    """A field's value in words; a sealed one by its mask, a key by the name behind it."""
    value = getattr(row, field.attname)
    if value is None or value == "":
        return ""
    if class_of(type(row), field.name) == SENSITIVE:
        return str(getattr(row, "mask", "")) if isinstance(field, SealedField) else _("sealed")
    if field.is_relation:
        return names.with_key(field, value)
    if isinstance(field, DateRangeField):
        return days_of(f"{value.lower or ''},{value.upper or ''}")
    if isinstance(field, ArrayField):
        shown = getattr(row, f"shown_{field.name}", None)
        return in_words(labelled(field, value) if shown is None else shown)
    return value_of(row, field.name)


def is_for_people(field: Any) -> bool:
    """Whether a field says something: the machine's own have no name in the bank's words.

    Facts as they are handed to the machine, such as the arguments of a request, may hold anything
    of a person: the record's own page knows how to mask them.
    """
    if field.primary_key:
        return True
    if isinstance(field, models.JSONField) or field.name in getattr(field.model, "ON_OWN_PAGE", ()):
        return False
    is_key = isinstance(field, models.BinaryField) and not isinstance(field, SealedField)
    return isinstance(field.verbose_name, Promise) and not is_key


def fields_of(model: type[models.Model]) -> list[Shown]:
    """The lines of a record's page, the stamps last."""
    shown = [f for f in model._meta.concrete_fields if is_for_people(f)]
    return [Shown(field) for field in sorted(shown, key=lambda f: f.name in STAMPS)]


def columns_of(model: type[models.Model]) -> list[Shown]:
    """The columns of a list: no long texts, and nothing personal beyond the name of the record."""
    return [
        one
        for one in fields_of(model)
        if one.field.name not in STAMPS
        and not isinstance(one.field, models.TextField)
        and is_of_the_bank(one.field)
    ][:MOST_COLUMNS]


def is_of_the_bank(field: Any) -> bool:
    """Whether a field tells nothing of a person; looking at the record is what is recorded."""
    return class_of(field.model, field.name) in {PUBLIC, INTERNAL}


def keys_of(model: type[models.Model], rows: list[Any]) -> list[tuple[Any, Any]]:
    """Each foreign key of some rows, with the key that is stored in it."""
    links = [field for field in model._meta.concrete_fields if field.is_relation]
    pairs = [(field, getattr(row, field.attname)) for row in rows for field in links]
    return [(field, key) for field, key in pairs if key is not None]


def name_keys(model: type[models.Model], rows: list[Any], user: Any) -> None:
    """Give rows the names behind their foreign keys, as far as the user may see them."""
    names = Named(keys_of(model, rows), user)
    for row in rows:
        row.names_shown = names
