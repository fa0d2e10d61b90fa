"""What is configured, kept in each process for as long as nobody changes it.

The edition of a set of tables is asked for once in a request; only when it has changed is the
content read again. So a change bites everywhere with the next request, in every process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

from django.apps import apps
from django.db import connection
from psycopg import sql

T = TypeVar("T")
Edition = tuple[Any, ...]
# what the present request has read; None outside requests, where nothing says how long to trust it
_seen: ContextVar[dict[Any, Any] | None] = ContextVar("seen_configuration", default=None)


def request_began(**_signal: Any) -> None:
    """A request trusts nothing that an earlier one saw."""
    _seen.set({})


def request_ended(**_signal: Any) -> None:
    """What a request saw ends with it."""
    _seen.set(None)


@contextmanager
def one_edition() -> Iterator[None]:
    """Let work of many steps outside requests read what is configured once, at its beginning."""
    token = _seen.set(_seen.get() or {})
    try:
        yield
    finally:
        _seen.reset(token)


class Kept(Generic[T]):
    """Something made of configured records, and the models ("app.model") of which it is made."""

    def __init__(self, read: Callable[[], T], *models: str) -> None:
        self.read, self.models = read, models
        self._held: tuple[Edition, T] | None = None

    def get(self) -> T:
        """The content as the database has it now."""
        seen = _seen.get()
        if seen is not None and self in seen:
            found: T = seen[self]
            return found
        edition = self.edition()
        held = self._held
        if held is None or held[0] != edition:
            held = (edition, self.read())
            if not connection.in_atomic_block:
                # a transaction may yet be undone, so what it sees is nobody else's
                self._held = held
        if seen is not None:
            seen[self] = held[1]
        return held[1]

    def forget(self) -> None:
        """Let the present request read again what it has just changed."""
        (_seen.get() or {}).pop(self, None)

    def edition(self) -> Edition:
        """A mark that no two states of the tables share: rows only come, and versions only grow."""
        marks = [
            sql.SQL("select {}, count(*), sum(version), max(updated_at) from {}").format(
                sql.Literal(place), sql.Identifier(apps.get_model(label)._meta.db_table)
            )
            for place, label in enumerate(self.models)
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(" union all ").join(marks))
            return tuple(sorted(cursor.fetchall()))
