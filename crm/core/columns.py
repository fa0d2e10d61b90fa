"""The kinds of column that the bank's tables are made of; django-tables2 can render them too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.db import models
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_tables2 import Column
from django_tables2.columns.base import library
from django_tables2.utils import Accessor

from . import formats
from .charts import sparkline
from .formats import markup
from .icons import avatar, icon
from .tables.addresses import pk_url

RIGHT = {"td": {"class": "r num"}, "th": {"class": "r"}}
FIGURES = {"td": {"class": "num nowrap"}}
BOX = {"td": {"class": "ck"}, "th": {"class": "ck"}}
DOTS = "\u2022" * 4


class SelectColumn(Column):
    """A box for choosing rows, on the page only."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options = {"accessor": "pk", "orderable": False, "attrs": BOX} | options
        super().__init__(*args, exclude_from_export=True, **options)

    @property
    def header(self) -> SafeString:
        """A box for all rows of the page."""
        return markup(
            '<input class="form-check-input" type="checkbox" name="all" aria-label="{}">',
            _("Select all rows on this page"),
        )

    def render(self, value: Any, record: Any) -> SafeString:
        """The box of one row."""
        return markup(
            '<input class="form-check-input" type="checkbox" name="sel" form="bulk" value="{}"'
            ' aria-label="{}">',
            value,
            _select(get_language()) % {"row": record},
        )


class NameColumn(Column):
    """The name that leads to a record, with its avatar and a second line such as the number.

    `view` names a page that takes the key; `second` and `organisation` are paths from the row.
    """

    def __init__(
        self, *args: Any, view: str = "", second: str = "", organisation: str = "", **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.view = view
        self.address: Callable[[Any], str] | None = None
        self.second = Accessor(second) if second else None
        self.organisation = Accessor(organisation) if organisation else None

    def render(self, value: Any, record: Any) -> SafeString:
        """Avatar, linked name and second line."""
        name = str(value)
        below = _at(self.second, record)
        is_organisation = bool(_at(self.organisation, record))
        return markup(
            '<span class="t-name">{}<span>{}{}</span></span>',
            avatar(name, record.pk, organisation=is_organisation),
            self._linked(name, record),
            markup('<small class="num">{}</small>', below) if below else "",
        )

    def value(self, value: Any) -> Any:
        """The name alone, for exports."""
        return value

    def _linked(self, name: str, record: Any) -> str:
        if not self.view:
            return name
        # columns are made anew with each table, so this holds for one request
        self.address = self.address or pk_url(self.view)
        return markup('<a href="{}">{}</a>', self.address(record.pk), name)


class BadgeColumn(Column):
    """A choice as a word on a soft colour: ok, warn, bad, info, or neutral if nothing is said.

    `tones` and `icons` map the stored value to the end of a tag class and to an icon's name.
    """

    def __init__(
        self,
        *args: Any,
        tones: Mapping[Any, str] | None = None,
        icons: Mapping[Any, str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.tones = dict(tones or {})
        self.icons = dict(icons or {})

    def render(self, value: Any, record: Any, bound_column: Any) -> SafeString:
        """The label of the choice in its colour."""
        stored = _at(bound_column.accessor, record)
        tone, name = self.tones.get(stored), self.icons.get(stored)
        return markup(
            '<span class="{}">{}{}</span>',
            f"tag tag-{tone}" if tone else "tag",
            icon(name, 12) if name else "",
            value,
        )

    def value(self, value: Any) -> Any:
        """The label alone, for exports."""
        return value


class NumberColumn(Column):
    """A number with commas, aligned so that figures compare down the column."""

    def __init__(self, *args: Any, places: int = 0, **options: Any) -> None:
        super().__init__(*args, **{"attrs": RIGHT} | options)
        self.places = places

    def render(self, value: Any) -> str:
        """The number as the bank writes it."""
        return formats.number(value, self.places)

    def value(self, value: Any) -> Any:
        """The number itself, for exports."""
        return value


class MoneyColumn(NumberColumn):
    """An amount: with its own currency, or without where the header names the one of all rows.

    `currency` is the path from the row to its currency, `unit` the one currency of the column.
    """

    def __init__(
        self, *args: Any, currency: str = "currency", unit: str = "", **options: Any
    ) -> None:
        super().__init__(*args, places=2, **options)
        if unit and not self.verbose_name:
            raise TypeError("A column of one currency needs a name to stand beside it.")
        self.currency = Accessor(currency)
        self.unit = unit

    @property
    def header(self) -> Any:
        """The column's name, with the currency of all its rows."""
        return f"{self.verbose_name} ({self.unit})" if self.unit else self.verbose_name

    def render(self, value: Any, record: Any) -> str:
        """The amount with commas and two decimals in every language."""
        if self.unit:
            return formats.number(value, self.places)
        return formats.money(value, str(_at(self.currency, record)))


@library.register
class DateColumn(Column):
    """A day."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"attrs": FIGURES} | options)

    def render(self, value: Any) -> str:
        """The day as the language writes it."""
        return formats.day(value)

    def value(self, value: Any) -> Any:
        """The day in the international form, for exports."""
        return value.isoformat()

    @classmethod
    def from_field(cls, field: Any, **options: Any) -> DateColumn | None:
        """A column for a date field of a model."""
        return cls(**options) if isinstance(field, models.DateField) else None


@library.register
class MomentColumn(DateColumn):
    """A day and its time, by the bank's clock."""

    def render(self, value: Any) -> str:
        """Day and time as the language writes them."""
        return formats.moment(value)

    @classmethod
    def from_field(cls, field: Any, **options: Any) -> MomentColumn | None:
        """A column for a field of moments of a model."""
        return cls(**options) if isinstance(field, models.DateTimeField) else None


class MaskedColumn(Column):
    """A value of which only the ends are shown, on the page and in exports."""

    def __init__(self, *args: Any, head: int = 0, tail: int = 4, **options: Any) -> None:
        super().__init__(*args, **options)
        self.head = head
        self.tail = tail

    def render(self, value: Any) -> SafeString:
        """The ends of the value around dots."""
        return markup('<span class="mask">{}</span>', self.value(value))

    def value(self, value: Any) -> str:
        """The same without markup; a value too short to have a hidden part shows nothing."""
        return masked(str(value), self.head, self.tail)


class SparklineColumn(Column):
    """A row of figures as a small line."""

    empty_values: tuple[Any, ...] = (None, "", [], ())

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"orderable": False} | options)

    def render(self, value: Any, bound_column: Any) -> SafeString:
        """The line, named by the column."""
        return sparkline(str(bound_column.header), value)

    def value(self, value: Any) -> Any:
        """The last figure, for exports."""
        return value[-1]


def masked(text: str, head: int = 0, tail: int = 4) -> str:
    """The first and last characters around four dots."""
    if len(text) <= head + tail:
        return DOTS
    return " ".join(part for part in (text[:head], DOTS, text[len(text) - tail :]) if part)


@cache
def _select(_language: str | None) -> str:
    return _("Select %(row)s")


def _at(path: Accessor | None, record: Any) -> Any:
    return path.resolve(record, quiet=True) if path else None
