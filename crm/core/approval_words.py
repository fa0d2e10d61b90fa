"""What a request changes, in the words of the reader."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import DateRangeField
from django.db import models

from .formats import day, number
from .labels import labels_of
from .models import Approval


def compared(request: Approval) -> list[tuple[str, str, str]]:
    """Label, value before and after of each fact that a request changes."""
    shown = []
    for name, before, after in request.changes:
        label, _colon, column = name.rpartition(":")
        model = apps.get_model(label or request.subject_model)
        known = next(f for f in model._meta.concrete_fields if f.attname == column)
        shown.append((str(known.verbose_name), in_words(known, before), in_words(known, after)))
    return shown


def in_words(known: Any, value: Any) -> str:
    """A kept value as people read it; empty for nothing."""
    if value in {None, ""}:
        return ""
    if known.is_relation:
        return str(known.related_model._base_manager.filter(pk=value).first() or value)
    if isinstance(known, DateRangeField):
        held = known.to_python(value)
        last = held.upper - dt.timedelta(days=1) if held.upper else None
        return " – ".join(day(d) if d else "…" for d in (held.lower, last))
    if isinstance(known, models.DecimalField):
        return number(Decimal(value), known.decimal_places)
    if isinstance(known, models.DateField):
        return str(day(known.to_python(value)))
    return str(labels_of(known).get(value, value))
