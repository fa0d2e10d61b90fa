"""Kinds of filter that lists are made of, with controls that people can work."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.constants import EMPTY_VALUES
from django_filters.widgets import DateRangeWidget

from .forms import LookupField
from .words import holding_words

ME = "me"


class LookupChoiceField(LookupField):
    """A look-up in a filter; the library's options for empty choices mean nothing to it.

    `mine` is how the reader's own row is found, where "me" stands for it in an address.
    """

    def __init__(self, *args: Any, mine: Any = None, **kwargs: Any) -> None:
        self.mine = mine
        for name in ("null_label", "null_value", "empty_label"):
            kwargs.pop(name, None)
        super().__init__(*args, **kwargs)
        self.widget.sends_typed = False

    def find(self, value: Any) -> Any:
        """The row of a key, or the reader's own."""
        if value == ME and self.mine:
            return self._own()
        return super().find(value)

    def _own(self) -> Any:
        """The reader's own row, read once for a user in hand, as a home asks many lists for it."""
        ((path, user),) = self.mine.items()
        known = user.__dict__.setdefault("_own_rows", {})
        where = (self.queryset.model, path)
        if where not in known:
            known[where] = self.queryset.filter(**self.mine).first()
        return known[where]

    def to_python(self, value: Any) -> Any:
        """The row chosen; those who have none of their own have nothing to see."""
        if value != ME or not self.mine:
            return super().to_python(value)
        found = self.find(value)
        if found is None:
            raise forms.ValidationError(_("Nothing is entered under your own name."))
        return found


class LookupFilter(django_filters.ModelChoiceFilter):
    """Rows that point to one record, chosen by typing.

    `mine` is the field of that record which names its user: "me" then stands for the reader's own.
    """

    field_class = LookupChoiceField

    def __init__(self, *args: Any, mine: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mine = mine


class ChoicesFilter(django_filters.MultipleChoiceFilter):
    """Rows with any of the ticked values."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # one column never gives a row twice, and DISTINCT would sort the whole list
        kwargs = {"distinct": False, "widget": forms.CheckboxSelectMultiple} | kwargs
        super().__init__(*args, **kwargs)


class WordsFilter(django_filters.CharFilter):
    """Rows of a small table that hold each word in a code or in a name of either language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label": gettext_lazy("Name or code contains")} | kwargs)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows that hold all words."""
        return holding_words(qs, ("code", "name", "name_zh"), value)


class YesNoFilter(django_filters.ChoiceFilter):
    """Rows for which something holds, or those for which it does not."""

    def __init__(self, *, holds: Q, **kwargs: Any) -> None:
        super().__init__(
            choices=[("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))], **kwargs
        )
        self.holds = holds

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Narrow a list, unless neither was chosen."""
        if value in EMPTY_VALUES:
            return qs
        return qs.filter(self.holds if value == "yes" else ~self.holds)


class DaysWidget(DateRangeWidget):
    """The first and the last day, each with a label of its own."""

    template_name = "widgets/days.html"

    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"})


class DaysFilter(django_filters.DateFromToRangeFilter):
    """Rows between two days, either of which may be left open."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"widget": DaysWidget} | kwargs)
