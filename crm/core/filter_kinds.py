"""Kinds of filter that lists are made of, with controls that people can work."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django_filters.widgets import DateRangeWidget

from .forms import LookupField


class LookupChoiceField(LookupField):
    """A look-up in a filter; the library's options for empty choices mean nothing to it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        for name in ("null_label", "null_value", "empty_label"):
            kwargs.pop(name, None)
        super().__init__(*args, **kwargs)
        self.widget.sends_typed = False


class LookupFilter(django_filters.ModelChoiceFilter):
    """Rows that point to one record, chosen by typing."""

    field_class = LookupChoiceField


class ChoicesFilter(django_filters.MultipleChoiceFilter):
    """Rows with any of the ticked values."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # one column never gives a row twice, and DISTINCT would sort the whole list
        kwargs = {"distinct": False, "widget": forms.CheckboxSelectMultiple} | kwargs
        super().__init__(*args, **kwargs)


class DaysWidget(DateRangeWidget):
    """The first and the last day, each with a label of its own."""

    template_name = "widgets/days.html"

    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"})


class DaysFilter(django_filters.DateFromToRangeFilter):
    """Rows between two days, either of which may be left open."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"widget": DaysWidget} | kwargs)
