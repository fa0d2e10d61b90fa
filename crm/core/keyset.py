"""Pages of a list without OFFSET and without COUNT: each begins where the one before it ended.

Nulls stand last in either direction. The order always ends with the key, so no two rows are equal.
Sort columns of big lists are not null and agree in direction: one comparison of rows then walks
the index, where nulls and mixed directions need the longer form.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.utils.datastructures import MultiValueDict
from django.utils.http import urlencode

from crm.core.cursors import CursorContext, CursorValue, open_cursor, seal_cursor

M = TypeVar("M", bound=Model)

AFTER, BEFORE = CURSORS = ("after", "before")
COUNT_CAP = 10_000
NO_ROW = Q(pk__in=())


@dataclass(frozen=True)
class KeysetPage(Generic[M]):
    """The rows of one page and the cursors that lead to its neighbours."""

    rows: list[M]
    next_cursor: str | None
    previous_cursor: str | None
    is_first: bool


class Count(NamedTuple):
    """How many rows there are, or that there are more than anybody counts."""

    n: int
    capped: bool

    def __str__(self) -> str:
        """The number for a page, such as 1,284 or 10,000+."""
        return f"{self.n:,}{'+' if self.capped else ''}"


@dataclass(frozen=True)
class SortColumn:
    """One column of an order, as a page walks along it."""

    path: str
    attribute: str
    descending: bool
    nullable: bool
    nulls_first: bool = False

    def turned(self) -> SortColumn:
        """The same column walked backwards."""
        return replace(self, descending=not self.descending, nulls_first=not self.nulls_first)

    def order(self) -> OrderBy:
        """The column in ORDER BY; where no null can be, an index in its plain order fits."""
        if not self.nullable:
            return OrderBy(F(self.path), descending=self.descending)
        return OrderBy(
            F(self.path),
            descending=self.descending,
            nulls_first=self.nulls_first or None,
            nulls_last=not self.nulls_first or None,
        )

    def comparable(self, value: CursorValue) -> bool:
        """Whether "<" or ">" alone finds what stands beyond the value: no null can be there."""
        return value is not None and (self.nulls_first or not self.nullable)

    def equal(self, value: CursorValue) -> Q:
        """Rows that share the value."""
        return Q((f"{self.path}__isnull", True)) if value is None else Q((self.path, value))

    def beyond(self, value: CursorValue) -> Q:
        """Rows that stand after the value."""
        if value is None:
            return Q((f"{self.path}__isnull", False)) if self.nulls_first else NO_ROW
        return self._compared("lt" if self.descending else "gt", value)

    def reached(self, value: CursorValue) -> Q:
        """Rows that stand after the value or share it."""
        return self._compared("lte" if self.descending else "gte", value)

    def _compared(self, lookup: str, value: CursorValue) -> Q:
        rows = Q((f"{self.path}__{lookup}", value))
        if self.nullable and not self.nulls_first:
            rows |= Q((f"{self.path}__isnull", True))
        return rows


def keyset(
    queryset: QuerySet[M],
    order: Sequence[str],
    *,
    after: str | None = None,
    before: str | None = None,
    size: int,
    context: CursorContext,
) -> KeysetPage[M]:
    """The page after or before a cursor, else the first page; one query reads the rows.

    `order` names the sort columns, with "-" for descending, across foreign keys with "__".
    """
    columns = sort_columns(queryset, order)
    context = context._replace(sort=",".join(f"{c.path}:{c.descending:d}" for c in columns))
    place = open_cursor(after, context)
    backwards = place is None and (place := open_cursor(before, context)) is not None
    if backwards:
        columns = tuple(column.turned() for column in columns)
    found = list(_walk(queryset, columns, place)[: size + 1])
    if not found and place is not None:
        # the rows there are gone since the cursor was made: begin again
        return keyset(queryset, order, size=size, context=context)
    more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()

    def cursor(row: M) -> str:
        return seal_cursor([attrgetter(c.attribute)(row) for c in columns], context)

    has_previous = more if backwards else place is not None
    return KeysetPage(
        rows=rows,
        next_cursor=cursor(rows[-1]) if more or backwards else None,
        previous_cursor=cursor(rows[0]) if has_previous else None,
        is_first=not has_previous,
    )


def capped_count(queryset: QuerySet[Any], cap: int = COUNT_CAP) -> Count:
    """Count the rows, but no further than the cap."""
    n = queryset.order_by().values("pk")[: cap + 1].count()
    return Count(min(n, cap), capped=n > cap)


def capped_counts(querysets: Sequence[QuerySet[Any]], cap: int = COUNT_CAP) -> list[Count]:
    """Count the rows of several lists in one statement, each no further than the cap."""
    counted: list[str] = []
    values: list[Any] = []
    for place, rows in enumerate(querysets):
        with suppress(EmptyResultSet):  # a list that cannot hold a row needs no counting
            sql, params = rows.order_by().values("pk")[: cap + 1].query.sql_with_params()
            counted.append(f"select {place}, count(*) from ({sql}) as list_{place}")
            values += params
    found: dict[int, int] = {}
    if counted:
        with connection.cursor() as cursor:
            cursor.execute(" union all ".join(counted), values)
            found = dict(cursor.fetchall())
    numbers = [found.get(place, 0) for place in range(len(querysets))]
    return [Count(min(n, cap), capped=n > cap) for n in numbers]


def plain_order(queryset: QuerySet[Any], order: Sequence[str]) -> list[OrderBy]:
    """The order of the whole list as order_by() takes it, for exports that read all rows."""
    return [column.order() for column in sort_columns(queryset, order)]


def page_query(
    params: MultiValueDict[str, str], without: Collection[str] = (), **values: str
) -> str:
    """The query string of a page with the same filters but other values, and no old cursor."""
    dropped = {*CURSORS, *without, *values}
    kept = [(name, held) for name, held in params.lists() if name not in dropped]
    return urlencode([*kept, *values.items()], doseq=True)


def neighbours(page: KeysetPage[Any], params: MultiValueDict[str, str]) -> dict[str, str]:
    """Where the first page is, the one before and the next; empty where there is none."""
    previous, following = page.previous_cursor, page.next_cursor
    return {
        "first": "" if page.is_first else f"?{page_query(params)}",
        "previous": f"?{page_query(params, before=previous)}" if previous else "",
        "next": f"?{page_query(params, after=following)}" if following else "",
    }


def sort_columns(queryset: QuerySet[Any], order: Sequence[str]) -> tuple[SortColumn, ...]:
    """The columns named by an order, ending with the key in the direction of the last one."""
    key = queryset.model._meta.pk
    columns = [_sort_column(queryset, name, number) for number, name in enumerate(order)]
    if key.attname not in {column.path for column in columns}:
        descending = bool(columns) and columns[-1].descending
        columns.append(SortColumn(key.attname, key.attname, descending, nullable=False))
    return tuple(columns)


def _sort_column(queryset: QuerySet[Any], name: str, number: int) -> SortColumn:
    path, descending = name.removeprefix("-"), name.startswith("-")
    if path in queryset.query.annotations:
        return SortColumn(path, path, descending, nullable=True)
    *above, last = (queryset.model._meta.pk.name if path == "pk" else path).split("__")
    owner, nullable = queryset.model._meta, False
    for step in above:
        link = owner.get_field(step)
        nullable, owner = nullable or link.null, link.related_model._meta
    field = owner.get_field(last)
    path = "__".join([*above, field.attname])
    names, deferring = queryset.query.deferred_loading
    read_apart = bool(above) or bool(names) or not deferring
    attribute = f"sort_value_{number}" if read_apart else field.attname
    return SortColumn(path, attribute, descending, nullable=nullable or field.null)


def _walk(
    queryset: QuerySet[M], columns: Sequence[SortColumn], place: Sequence[CursorValue] | None
) -> QuerySet[M]:
    # read with the row: following a foreign key or reading a deferred field costs a query
    foreign = {c.attribute: F(c.path) for c in columns if c.attribute.startswith("sort_value_")}
    rows: QuerySet[M] = queryset.annotate(**foreign).order_by(
        *[column.order() for column in columns]
    )
    return rows if place is None else rows.filter(_beyond(columns, place))


def _beyond(columns: Sequence[SortColumn], place: Sequence[CursorValue]) -> Q:
    """Rows that stand after a place in the order."""
    pairs = list(zip(columns, place, strict=True))
    one_way = len({column.descending for column in columns}) == 1
    if one_way and len(pairs) > 1 and all(column.comparable(value) for column, value in pairs):
        lookup = TupleLessThan if columns[0].descending else TupleGreaterThan
        return Q(lookup(Tuple(*[F(column.path) for column in columns]), tuple(place)))
    (first, value), *rest = pairs
    if not rest:
        return first.beyond(value)
    either = first.beyond(value) | (first.equal(value) & _beyond(columns[1:], place[1:]))
    # repeated for the column alone, as the database finds its place in an index by it
    return either if value is None else first.reached(value) & either
