"""The timeline of a customer, as a reader may see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.text import capfirst

from crm.core.clock import midnight
from crm.core.cursors import CursorContext
from crm.core.formats import in_bank_zone
from crm.core.keyset import KeysetPage, keyset
from crm.core.resources import joins_of, resource_of
from customers.models import Customer, TimelineEntry

from .telling import Teller, Telling, tellers

if TYPE_CHECKING:
    from sysadmin.models import User

ROWS = 25
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """One thing that happened, as it is shown."""

    entry: TimelineEntry
    telling: Telling
    gist: str
    address: str = ""

    @property
    def day(self) -> dt.date:
        """The bank's day."""
        return in_bank_zone(self.entry.at).date()


@dataclass(frozen=True)
class Asked:
    """What a reader wants to see: one kind, or all; from a day on, until another."""

    kind: str = ""
    first: dt.date | None = None
    last: dt.date | None = None


@dataclass(frozen=True)
class Timeline:
    """A page of what happened, newest first, and the cursors to its neighbours."""

    lines: list[Line]
    page: KeysetPage[TimelineEntry]


def timeline_of(
    customer: Customer,
    user: User,
    asked: Asked,
    *,
    after: str = "",
    before: str = "",
    size: int = ROWS,
) -> Timeline:
    """What happened to a customer, as far as the user sees the records that it is about.

    The caller has checked that the user sees the customer.
    """
    rows = TimelineEntry.objects.filter(customer=customer).visible_to(user)
    page = keyset(
        narrowed(rows, asked).select_related("by"),
        ("-at", "-id"),
        after=after,
        before=before,
        size=size,
        context=CursorContext(f"timeline:{customer.pk}", user.pk),
    )
    return Timeline(lines_of(page.rows), page)


def narrowed(rows: Any, asked: Asked) -> Any:
    """The entries of one kind, from the first moment of a day until the last one of another."""
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.first:
        rows = rows.filter(at__gte=midnight(asked.first))
    if asked.last:
        rows = rows.filter(at__lt=midnight(asked.last + DAY))
    return rows


def lines_of(entries: list[TimelineEntry]) -> list[Line]:
    """Entries as they are shown; the records of each kind are read in one statement."""
    known = {teller.source: teller for teller in tellers()}
    records = {
        source: records_of(known[source], [one.row_id for one in entries if one.source == source])
        for source in {entry.source for entry in entries}
    }
    return [
        line_of(entry, known[entry.source], records[entry.source][entry.row_id])
        for entry in entries
    ]


def records_of(teller: Teller, keys: Iterable[int]) -> dict[int, Any]:
    """The records behind entries, with what their gist is made of."""
    rows = teller.model._base_manager.select_related(*joins_of(teller.model))
    found: dict[int, Any] = rows.in_bulk(list(keys))
    return found


def line_of(entry: TimelineEntry, teller: Teller, record: Any) -> Line:
    """An entry with what its record says, and which facts were changed."""
    said = [teller.gist(record), capfirst(", ".join(labels_of(teller, entry.fields)))]
    return Line(
        entry,
        teller.tellings[entry.what],
        " · ".join(filter(None, said)),
        address_of(getattr(record, teller.part_of) if teller.part_of else record),
    )


def labels_of(teller: Teller, names: Iterable[str]) -> list[str]:
    """The names of changed fields in words; of those that the record no longer has, none."""
    known = {field.name: field for field in teller.model._meta.concrete_fields}
    return [str(known[name].verbose_name) for name in names if name in known]


def address_of(record: Any) -> str:
    """The page of a record; empty if it has none, and of the customer, on whose pages one is."""
    resource = resource_of(type(record))
    if resource is None or "view" not in resource.pages or isinstance(record, Customer):
        return ""
    return resource.url("view", record)
