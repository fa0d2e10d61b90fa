"""The audit trail read as a person would tell it: who changed what, from which value to which."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from .audit import audited_models
from .classes import SENSITIVE, class_of
from .clock import now
from .closed import without_closed
from .cursors import CursorContext
from .formats import day, exact, moment
from .keyset import KeysetPage, keyset
from .labels import labelled
from .models import Approval, AuditEvent
from .named import Named, keys_in
from .querysets import action_name

ROWS = 20
# of no interest to a reader: they change with every change
SILENT = {"id", "version", "updated_at", "created_at"}
LONGEST = 200
# no request lives longer; it lets the database leave out older months
LONGEST_TRANSACTION = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Change:
    """One field's change, as it is shown."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One change of one record, as it is shown."""

    event: AuditEvent
    what: str
    day: dt.date
    changes: tuple[Change, ...]
    # who asked for it, where the one named in the trail decided as the second person
    asked_by: str = ""


@dataclass(frozen=True)
class History:
    """A page of entries, newest first, and the cursor to the older ones."""

    entries: list[Entry]
    older: str | None


def of_subject(subject_id: int, *, user: Any, after: str = "") -> History:
    """What was changed on everything that belongs to one customer.

    The caller has checked that the user may see the history of that customer.
    """
    rows = AuditEvent.objects.filter(subject_id=subject_id).select_related("actor")
    rows = without_closed(rows.exclude(table_name__in=unread_tables(user)), user)
    page: KeysetPage[AuditEvent] = keyset(
        rows,
        ("-at", "-id"),
        after=after,
        size=ROWS,
        context=CursorContext(f"history:{subject_id}", user.pk),
    )
    return History(entries_of(page.rows, user=user), page.next_cursor)


def entries_of(events: list[AuditEvent], *, user: Any) -> list[Entry]:
    """Changes as they are shown to a reader who may see them."""
    named = Named(keys_of(events), user)
    makers = makers_of(events)
    return [told(event, named, makers.get(event.pk, "")) for event in events]


def makers_of(events: list[AuditEvent]) -> dict[int, str]:
    """By event: who asked for a change that the acting person carried out as the second one.

    Carrying out a request begins with its decision, in the same transaction and by the same person.
    """
    decisions = list(decisions_among(events))
    keys = {int(decision.row_key) for decision in decisions}
    makers = {a.pk: a.maker for a in Approval.objects.filter(pk__in=keys).select_related("maker")}
    found = {}
    for event in events:
        before = [
            makers[int(one.row_key)]
            for one in decisions
            if (one.transaction_id, one.actor_id) == (event.transaction_id, event.actor_id)
            and one.pk <= event.pk
        ]
        if before:
            found[event.pk] = before[-1].shown_name
    return found


def decisions_among(events: list[AuditEvent]) -> QuerySet[AuditEvent]:
    """The approvals of requests in the transactions of these events, the earliest first."""
    rows = AuditEvent.objects.filter(
        subject_id__in={event.subject_id for event in events},
        at__gte=min((event.at for event in events), default=now()) - LONGEST_TRANSACTION,
        table_name=Approval._meta.db_table,
        transaction_id__in={event.transaction_id for event in events},
        after__status=Approval.Status.APPROVED,
    )
    return rows.order_by("id")


def unread_tables(user: Any) -> list[str]:
    """Tables that hold no fact for a reader, only keys for the system, or none for this one."""
    return [model._meta.db_table for model in audited_models() if not is_told(model, user)]


def is_told(model: Any, user: Any) -> bool:
    """Whether the history of a customer tells a reader of the rows of a model: of what they see."""
    return bool(model._meta.default_permissions) and user.has_action(action_name(model, "view"))


def keys_of(events: list[AuditEvent]) -> Iterator[tuple[Any, Any]]:
    """Each foreign key that the page shows, with a key that was stored in it."""
    known = models_by_table()
    for event in events:
        if model := known.get(event.table_name):
            yield from keys_in(shown_fields(model), event.before or {}, event.after or {})


def told(event: AuditEvent, named: Named, asked_by: str) -> Entry:
    """An event with names of fields and values for people."""
    model = models_by_table().get(event.table_name)
    name = str(model._meta.verbose_name) if model else event.table_name
    when = event.at.astimezone(timezone.get_default_timezone()).date()
    changes = tuple(changes_of(event, model, named)) if model else ()
    return Entry(event, name, when, changes, asked_by)


def models_by_table() -> Mapping[str, type[models.Model]]:
    """Each table's model."""
    return {model._meta.db_table: model for model in apps.get_models()}


def changes_of(event: AuditEvent, model: type[models.Model], named: Named) -> list[Change]:
    """The fields that changed; sealed values are named but never shown."""
    before, after = event.before or {}, event.after or {}
    changes = []
    for field in shown_fields(model):
        column = field.column
        sealed_at_entry = event.before is None and class_of(model, field.name) == SENSITIVE
        if sealed_at_entry or (column not in before and column not in after):
            continue
        old, new = (value_of(model, field, row, named) for row in (before, after))
        if old or new:
            changes.append(Change(str(field.verbose_name), old, new))
    return changes


def shown_fields(model: type[models.Model]) -> list[Any]:
    """The fields that tell a reader something."""
    return [field for field in model._meta.concrete_fields if not is_silent(model, field)]


def is_silent(model: type[models.Model], field: Any) -> bool:
    """Whether a field tells a reader nothing: keys, stamps, and whose record it is."""
    told = {"status", "mask", "number", "valid", *getattr(model, "TOLD", ())}
    derived = not field.editable and field.name not in told
    return field.name in SILENT or derived or field.column == getattr(model, "AUDIT_SUBJECT", "")


def value_of(model: type[models.Model], field: Any, row: Mapping[str, Any], named: Named) -> str:
    """One value of a stored row in words; a key of another record by that record's name."""
    raw = row.get(field.column)
    if raw in (None, "", {}):
        return ""
    if class_of(model, field.name) == SENSITIVE:
        return _("sealed")
    if isinstance(raw, bool):
        return _("yes") if raw else _("no")
    if isinstance(field, models.DateField | DateRangeField):
        is_moment = isinstance(field, models.DateTimeField)
        return moment(dt.datetime.fromisoformat(raw)) if is_moment else days_of(raw)
    if field.is_relation:
        return named.shown(field, raw)
    shown = labelled(field, raw)
    words = ", ".join(map(str, shown)) if isinstance(shown, list) else str(shown)
    return (figure_of(field, raw) or words)[:LONGEST]


def figure_of(field: Any, raw: Any) -> str:
    """A value that the trail holds in another form than the record shows it; else nothing.

    That is a number with decimals, and what a field keeps in parts and says in words of its own.
    """
    if isinstance(raw, dict) and hasattr(field, "in_words"):
        return str(field.in_words(raw))
    if not isinstance(field, models.DecimalField):
        return ""
    return exact(Decimal(str(raw)), field.decimal_places)


def days_of(raw: str) -> str:
    """A day as the trail holds it, or the first and the last day of a period."""
    if "," not in raw:
        return day(dt.date.fromisoformat(raw))
    first, beyond = (part and dt.date.fromisoformat(part) for part in raw.strip("[)").split(","))
    if not first or not beyond:
        return _("from %(first)s") % {"first": day(first or None)}
    last = day(beyond - dt.timedelta(days=1))
    return _("%(first)s to %(last)s") % {"first": day(first), "last": last}
