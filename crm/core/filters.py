"""Filters of a list: only those that the address names are built, and each shows as a chip.

A filter that cannot be read is an error above an empty list: showing all rows instead would show
more than was asked for. A label that needs an operator says it ("Name begins with").
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Model
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django_filters import BooleanFilter, CharFilter, Filter, FilterSet
from django_filters.constants import EMPTY_VALUES

from . import formats
from .keyset import page_query

MOST = 2**63 - 1
LONGEST_TEXT = 200
LONGEST_SHOWN = 60
NULL_BOOLEANS = (BooleanFilter, forms.NullBooleanField)
# what the widgets of ranges append to a filter's name
PARTS = ("", "_min", "_max", "_after", "_before", "_lookup", "_0", "_1")


@dataclass(frozen=True)
class Chip:
    """A filter in force, as "field operator value", and the address of the list without it."""

    name: str
    label: str
    operator: str
    value: str
    remove_query: str
    is_valid: bool = True


class ReadableForm(forms.Form):
    """A filter form in which a value that says nothing is a fault, not silence."""

    def clean(self):
        for name, field in self.fields.items():
            value = self.cleaned_data.get(name, True)
            if _is_empty(value) and _said(self.data, name, field):
                self.add_error(name, _("Choose one of the entries offered."))
            elif isinstance(value, slice) and _is_backwards(value):
                self.add_error(name, _("The end lies before the beginning. Exchange the two."))
        return super().clean()


class YesOrNo(forms.NullBooleanSelect):
    """Yes, no, or no matter."""

    def __init__(self, attrs=None):
        super().__init__(attrs)
        self.choices = [("unknown", _("Any")), *list(self.choices)[1:]]


class LeanFilterSet(FilterSet):
    """Filters of one list for one user: `lean` on the list itself, whole in the filter drawer.

    Choices among records are those the user may see; `kept` are the other parameters of a list.
    """

    base_filters: dict[str, Filter]
    kept = ("sort", "size", "columns", "v", "view")

    def __init__(self, data=None, queryset=None, *, request=None, lean=False, user=None):
        data = _without_nul(data)
        if lean:
            self.base_filters = {
                name: declared
                for name, declared in type(self).base_filters.items()
                if _said(data, name, declared)
            }
        super().__init__(data, queryset, request=request)
        self.user = user if user is not None else getattr(request, "user", None)
        for declared in self.filters.values():
            self._narrow(declared)

    def _narrow(self, declared):
        rows = getattr(declared, "queryset", None)
        if rows is not None and hasattr(rows, "permitted"):
            declared.queryset = rows.permitted(self.user) if self.user else rows.none()
        if path := getattr(declared, "mine", ""):
            declared.extra["mine"] = {path: self.user}
        if isinstance(declared, CharFilter):
            declared.extra.setdefault("max_length", LONGEST_TEXT)
        if isinstance(declared, BooleanFilter):
            declared.extra.setdefault("widget", YesOrNo)

    def get_form_class(self):
        """The form of the filters that were built, with numbers that the database can hold."""
        form = super().get_form_class()
        for field in form.base_fields.values():
            _bound(field)
        return type(form.__name__, (ReadableForm, form), {})

    def filter_queryset(self, queryset):
        """The rows that match; none while a filter cannot be read."""
        return queryset.none() if self.errors else super().filter_queryset(queryset)

    def params(self):
        """The parameters that this list knows; an address keeps no others."""
        known = {name + part for name in type(self).base_filters for part in PARTS}
        return MultiValueDict(
            {key: held for key, held in self.data.lists() if key in known or key in self.kept}
        )

    def faults(self) -> list[str]:
        """What is wrong with the filters, each sentence with the name of its field."""
        return [
            _("%(field)s: %(fault)s") % {"field": self.form.fields[name].label, "fault": fault}
            for name, faults in self.errors.items()
            for fault in faults
        ]

    def chips(self) -> list[Chip]:
        """The filters in force, in the order they are declared."""
        return [
            self._chip(name)
            for name, declared in self.filters.items()
            if _said(self.data, name, declared)
        ]

    def _chip(self, name: str) -> Chip:
        field = self.form.fields[name]
        is_valid = name not in self.errors
        if is_valid:
            operator, shown = _in_words(self.filters[name], field, self.form.cleaned_data[name])
        else:
            operator, shown = "", ", ".join(_said(self.data, name, field))[:LONGEST_SHOWN]
        return Chip(
            name=name,
            label=str(field.label),
            operator=operator,
            value=shown,
            remove_query=page_query(self.params(), without=[name + part for part in PARTS]),
            is_valid=is_valid,
        )


def _without_nul(data: Any) -> MultiValueDict[str, str]:
    """The parameters without the one character that PostgreSQL refuses in a text."""
    lists = data.lists() if hasattr(data, "lists") else ((k, [v]) for k, v in (data or {}).items())
    return MultiValueDict(
        {key: [str(value).replace("\x00", "\ufffd") for value in held] for key, held in lists}
    )


def _said(data: MultiValueDict[str, str], name: str, asked: forms.Field | Filter) -> list[str]:
    """The values that the address gives to a filter or its field; a choice of nothing is none."""
    nothing = {"", "unknown"} if isinstance(asked, NULL_BOOLEANS) else {""}
    return [
        value
        for part in PARTS
        for value in data.getlist(name + part)
        if value.strip() not in nothing
    ]


def _is_empty(value: Any) -> bool:
    if isinstance(value, slice):
        return value.start is None and value.stop is None
    return value in EMPTY_VALUES


def _is_backwards(value: slice) -> bool:
    return value.start is not None and value.stop is not None and value.stop < value.start


def _bound(field: forms.Field) -> None:
    if isinstance(field, forms.MultiValueField):
        for part in field.fields:
            _bound(part)
    elif isinstance(field, forms.DecimalField | forms.IntegerField):
        # in place of the library's own limit, which no column holds
        kept = [check for check in field.validators if getattr(check, "limit_value", 0) <= MOST]
        field.validators = [*kept, MinValueValidator(-MOST), MaxValueValidator(MOST)]


def _in_words(declared: Any, field: forms.Field, value: Any) -> tuple[str, str]:
    """Operator and value of a filter as a chip shows them."""
    if isinstance(value, slice):
        return _range_in_words(value)
    several = not isinstance(value, str) and isinstance(value, Iterable)
    held = list(value) if several else [value]
    labels = dict(_labels(field))
    shown = ", ".join(labels.get(str(one)) or _shown(one) for one in held)
    if declared.lookup_expr not in {"exact", "in"}:
        return "", shown
    if declared.exclude:
        return (_("is none of") if len(held) > 1 else _("is not")), shown
    return (_("is any of") if len(held) > 1 else _("is")), shown


def _range_in_words(value: slice) -> tuple[str, str]:
    low, high = value.start, value.stop
    if high is None:
        return _("from"), _shown(low)
    if low is None:
        return _("up to"), _shown(high)
    return _("between"), _("%(low)s and %(high)s") % {"low": _shown(low), "high": _shown(high)}


def _labels(field: forms.Field) -> Iterator[tuple[str, str]]:
    """The labels of fixed choices; records name themselves and are never listed for a chip."""
    if isinstance(field, forms.ModelChoiceField):
        yield str(getattr(field, "null_value", "")), str(getattr(field, "null_label", None) or "")
        return
    for key, label in getattr(field, "choices", ()):
        inner = label if isinstance(label, list | tuple) else [(key, label)]
        yield from ((str(value), str(said)) for value, said in inner)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime | dt.date):
        return formats.day(value)
    if isinstance(value, Decimal):
        places = -int(value.normalize().as_tuple().exponent)
        return formats.number(value, max(places, 0))
    return str(value) if isinstance(value, Model) else str(value)[:LONGEST_SHOWN]
