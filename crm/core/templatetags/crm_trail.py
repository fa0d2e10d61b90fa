"""Template helpers of pages that show the trails."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.core import formats
from crm.core.audit import audited_models
from crm.core.classes import SENSITIVE, class_of
from crm.core.history import figure_of
from crm.core.labels import labelled
from crm.core.named import Named, keys_in
from crm.core.trail_words import field_words, record_names

from .crm_ui import text_of

register = template.Library()

OPERATION_CLASSES = {"I": "ic-ok", "D": "ic-bad"}
OPERATION_ICONS = {"I": "plus", "U": "pencil", "D": "trash-2"}


@register.filter
def operation_icon(operation: str) -> str:
    """The icon of an entry of the trail."""
    return OPERATION_ICONS.get(operation, "history")


@register.filter
def operation_class(operation: str) -> str:
    """The colour of an entry of the trail."""
    return OPERATION_CLASSES.get(operation, "")


@register.filter
def record_kind(table: str) -> str:
    """What a table of the trail, or a model named in it, holds, in words."""
    model = model_of(table)
    return str(capfirst(model._meta.verbose_name)) if model else table


@register.filter
def record_name(event: Any, user: Any) -> str:
    """The record that an entry of the trail is about, by name if the reader may see it."""
    place = (event.table_name, str(event.row_key))
    return record_names([place], user).get(place) or place[1]


@register.filter
def sign_in_way(way: str) -> str:
    """By what somebody signed in, in words."""
    return field_words("", way)


def model_of(table: str) -> type[models.Model] | None:
    """The audited model that rests in a table, or is named so."""
    named = {name: m for m in audited_models() for name in (m._meta.db_table, m._meta.label_lower)}
    return named.get(table)


@register.filter
def value_rows(event: Any, user: Any) -> list[tuple[str, str, str, bool]]:
    """Each column of a change: its name, the value before and after, and whether they differ."""
    model, before, after = model_of(event.table_name), event.before or {}, event.after or {}
    fields = model._meta.concrete_fields if model else ()
    named = Named(keys_in(fields, before, after), user)
    return [
        (
            column_label(model, column),
            stored_text(model, column, before.get(column), named),
            stored_text(model, column, after.get(column), named),
            before.get(column) != after.get(column),
        )
        for column in {**after, **before}
    ]


def column_of(model: type[models.Model] | None, column: str) -> Any:
    """The field that rests in a column, if it is still there."""
    fields = model._meta.concrete_fields if model else ()
    return next((field for field in fields if field.column == column), None)


def column_label(model: type[models.Model] | None, column: str) -> str:
    """How a column is called."""
    field = column_of(model, column)
    return str(capfirst(field.verbose_name)) if field else column


def stored_text(model: type[models.Model] | None, column: str, value: Any, named: Named) -> str:
    """A stored value in words; what is sealed is named but not shown."""
    field = column_of(model, column)
    if value is None or value == "":
        return ""
    if field and model and class_of(model, field.name) == SENSITIVE:
        return _("sealed")
    if field and field.is_relation:
        return named.with_key(field, value)
    if isinstance(field, models.DateTimeField):
        return formats.moment(dt.datetime.fromisoformat(value))
    if isinstance(field, models.DateField):
        return formats.day(dt.date.fromisoformat(value))
    shown = labelled(field, value) if field and not isinstance(value, bool) else value
    return figure_of(field, value) or text_of(shown)
