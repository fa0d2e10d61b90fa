"""What is confidential to a reader stays so in the trails that tell of its changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.apps import apps
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .scope import Asker

E = TypeVar("E", bound=QuerySet[Any])


def without_closed(events: E, user: Asker) -> E:
    """The changes of rows that are not closed to a user."""
    for model, closed in closed_rows(user):
        keys = model._base_manager.filter(closed).annotate(key=Cast("pk", TextField()))
        events = events.exclude(table_name=model._meta.db_table, row_key__in=keys.values("key"))
    return events


def closed_rows(
    user: Asker, *, apart: type[Model] | None = None
) -> Iterator[tuple[type[Model], Q]]:
    """Each model of which some rows are closed to a user, and which they are; one is left out."""
    for model in apps.get_models():
        if model is apart:
            continue
        rows: Any = getattr(model, "scoped", model._default_manager).all()
        closed = rows.closed_to(user) if hasattr(rows, "closed_to") else None
        if closed is not None:
            yield model, closed
