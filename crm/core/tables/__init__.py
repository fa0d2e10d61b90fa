"""Tables are declared with django-tables2 and rendered from a compiled plan.

Columns, attrs, linkify, render_name(), row_attrs, exclude, sequence, hide() and export work as
ever. Rows arrive in order: the keyset page sorts, and the header only links to its orders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import count
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django_tables2 import Table
from django_tables2.data import TableData, TableListData

from crm.core.formats import EMPTY
from crm.core.icons import icon
from crm.core.keyset import page_query

from .plan import body_cell, header_cell, row_start, show

ARROWS = {"ascending": "arrow-up", "descending": "arrow-down"}


class PageRows(TableListData):
    """The rows of one page; the table's model gives their columns their names."""

    @property
    def model(self) -> type[Model] | None:
        """The model that the table was declared for."""
        return getattr(self.table._meta, "model", None)


class FastTable(Table):
    """A table of one page of rows that come already sorted.

    `sorts` are the orders that the listing declares, by column name; `order_by` is the one in use,
    with "-" for the declared order turned round. `chosen` are the columns that the user wants, in
    order; columns named in `optional` are shown to nobody else.
    """

    optional: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        data: Iterable[Any] = (),
        *,
        sorts: Mapping[str, Sequence[str]] | None = None,
        order_by: str = "",
        chosen: Sequence[str] = (),
        request: Any = None,
        **options: Any,
    ) -> None:
        self.sorts = sorts or {}
        self.sort = order_by
        rows = data if isinstance(data, QuerySet | TableData) else PageRows(list(data))
        options.setdefault("default", EMPTY)
        options |= self._arranged(chosen)
        super().__init__(rows, orderable=False, **options)
        self.request = request

    @classmethod
    def fixed(cls) -> list[str]:
        """The columns that every choice shows first: the box, and what leads to the record."""
        names = list(cls.base_columns)
        begin = next(place for place, name in enumerate(names) if name != "select")
        return names[: begin + 1]

    @classmethod
    def _arranged(cls, chosen: Sequence[str]) -> dict[str, Any]:
        known = [name for name in dict.fromkeys(chosen) if name in cls.base_columns]
        if not known:
            return {"exclude": cls.optional} if cls.optional else {}
        shown = list(dict.fromkeys([*cls.fixed(), *known]))
        rest = [name for name in cls.base_columns if name not in shown]
        return {"sequence": [*shown, *rest], "exclude": rest}

    @property
    def label(self) -> str:
        """What the table shows, for screen readers."""
        model = self.data.model
        return self.attrs.get("aria-label") or (
            str(capfirst(model._meta.verbose_name_plural)) if model else ""
        )

    @property
    def thead_html(self) -> SafeString:
        """The header cells; those that the listing sorts by are links."""
        cells = [self._header(bound) for bound in self.columns]
        return SafeString("".join(cells))

    @property
    def tbody_html(self) -> SafeString:
        """All rows of the page."""
        columns, start = list(self.columns), row_start(self)
        # what leads to the record names the row, and needs no label
        first = next((one.name for one in columns if one.name != "select"), "")
        labels = ["" if one.name in {"select", first} else str(one.header) for one in columns]
        plans: dict[type, list[Any]] = {}
        self._counter = count()
        lines = []
        for row in self.paginated_rows:
            record = row.record
            kind = type(record)
            if kind not in plans:
                plans[kind] = [
                    body_cell(bound, self, kind, label)
                    for bound, label in zip(columns, labels, strict=True)
                ]
            cells = "".join([cell(record, row) for cell in plans[kind]])
            lines.append(f"{start(row)}{cells}</tr>")
        # every part was escaped as it was made
        return SafeString("\n".join(lines))

    def _header(self, bound: Any) -> str:
        label = show(bound.header)
        if bound.column.orderable is False or bound.name not in self.sorts:
            return header_cell(bound, label)
        if self.sort.removeprefix("-") != bound.name:
            return header_cell(bound, self._sort_link(bound.name, label))
        turned = self.sort.startswith("-")
        # a listing may declare an order that begins at the top, such as the largest amount first
        downwards = turned != self.sorts[bound.name][0].startswith("-")
        direction = "descending" if downwards else "ascending"
        other = bound.name if turned else f"-{bound.name}"
        link = self._sort_link(other, f"{label}{icon(ARROWS[direction])}")
        return header_cell(bound, link, f' aria-sort="{direction}"')

    def _sort_link(self, sort: str, label: str) -> str:
        name = self.prefixed_order_by_field
        query = page_query(self.request.GET, **{name: sort}) if self.request else f"{name}={sort}"
        return f'<a href="?{escape(query)}">{label}</a>'
