"""What other modules ask of the dictionaries: choices, names, and a field that keeps a code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from config_admin.editions import Kept
from config_admin.languages import column_of_language
from config_admin.models.names import LONGEST_CODE, in_tree
from crm.core.keyset import Count, capped_counts

INDENT = "\u2003"


@dataclass(frozen=True)
class Entry:
    """An entry as choices and labels need it."""

    code: str
    name: str
    name_zh: str
    is_live: bool
    depth: int

    def __str__(self) -> str:
        return str(getattr(self, column_of_language()))


def _read() -> dict[str, dict[str, Entry]]:
    rows = apps.get_model("config_admin.DictionaryEntry")._base_manager
    by_dictionary: dict[str, list[Any]] = {}
    for row in rows.select_related("dictionary").order_by("position", "id"):
        by_dictionary.setdefault(row.dictionary.code, []).append(row)
    return {
        dictionary: {
            row.code: Entry(row.code, row.name, row.name_zh, row.status == "live", depth)
            for row, depth in in_tree(held)
        }
        for dictionary, held in by_dictionary.items()
    }


# codes never change and dictionaries are looked up by code, so their own names do not matter here
ENTRIES = Kept(_read, "config_admin.DictionaryEntry")


def entries_of(dictionary: str, *, also: str = "") -> list[tuple[str, str]]:
    """The codes of a dictionary that may be chosen, with their names, as the tree is read.

    `also` is the code that a record has already: it may keep it when it has been retired.
    """
    return [
        (entry.code, f"{INDENT * entry.depth}{entry}")
        for entry in ENTRIES.get().get(dictionary, {}).values()
        if entry.is_live or entry.code == also
    ]


def all_entries_of(dictionary: str) -> list[tuple[str, str]]:
    """Every code with its name, for lists of records that may have retired ones."""
    entries = ENTRIES.get().get(dictionary, {}).values()
    return [(entry.code, f"{INDENT * entry.depth}{entry}") for entry in entries]


def name_of(dictionary: str, code: str) -> str:
    """The name of a code in the active language, retired or not; the code if nobody knows it."""
    entry = ENTRIES.get().get(dictionary, {}).get(code)
    return str(entry) if entry else code


class EntryChoiceField(forms.ChoiceField):
    """The live entries of a dictionary, and the one that the record has."""

    def __init__(self, *, dictionary: str, **options: Any) -> None:
        self.dictionary = dictionary
        super().__init__(**options)

    def get_bound_field(self, form: Any, field_name: str) -> forms.BoundField:
        """The field of one form, which knows what its record has."""
        bound = super().get_bound_field(form, field_name)
        blank = _("Choose one") if self.required else _("Not stated")
        has = str(bound.initial or "")
        self.choices = [("", blank), *entries_of(self.dictionary, also=has)]
        return bound


class EntryField(models.CharField):  # type: ignore[type-arg]
    """A column that keeps the code of an entry of one dictionary."""

    def __init__(self, *args: Any, dictionary: str, **options: Any) -> None:
        self.dictionary = dictionary
        super().__init__(*args, **{"max_length": LONGEST_CODE} | options)

    def deconstruct(self) -> Any:
        """How a migration writes the field."""
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"dictionary": self.dictionary}

    def contribute_to_class(self, cls: Any, name: str, private_only: Any = False) -> None:  # noqa: FBT002
        """Give the model the name behind its code, as for any field with choices."""
        super().contribute_to_class(cls, name, private_only)

        def display(record: Any) -> str:
            return name_of(self.dictionary, getattr(record, self.attname))

        setattr(cls, f"get_{name}_display", display)

    def in_words(self, code: str) -> str:
        """The name of a code, for a history."""
        return name_of(self.dictionary, code)

    def validate(self, value: Any, model_instance: Any) -> None:
        """Refuse a code that the dictionary does not have, and a retired one for a new record."""
        super().validate(value, model_instance)
        if value in self.empty_values:
            return
        entry = ENTRIES.get().get(self.dictionary, {}).get(value)
        if entry is None or (model_instance._state.adding and not entry.is_live):
            raise ValidationError(_("Choose one of the entries offered."), "not_in_dictionary")

    def formfield(self, **options: Any) -> Any:
        """The choice of an entry."""
        options.pop("form_class", None)
        options.pop("choices_form_class", None)
        return EntryChoiceField(
            dictionary=self.dictionary,
            **{
                "label": capfirst(self.verbose_name),
                "required": not self.blank,
                "help_text": self.help_text,
                "initial": self.get_default() or None,
            }
            | options,
        )


@dataclass(frozen=True)
class Use:
    """How many records of one kind have an entry."""

    records: str
    count: Count


def fields_of(dictionary: str) -> Iterator[tuple[type[models.Model], str]]:
    """Every column that keeps codes of this dictionary."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EntryField) and field.dictionary == dictionary:
                yield model, field.name


def uses_of(dictionary: str, code: str) -> list[Use]:
    """Where an entry is in use, and by how many records."""
    columns = list(fields_of(dictionary))
    counts = capped_counts([m._base_manager.filter(**{field: code}) for m, field in columns])
    return [
        Use(str(model._meta.verbose_name_plural), count)
        for (model, _field), count in zip(columns, counts, strict=True)
        if count.n
    ]
