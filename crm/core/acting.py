"""Who acts: a write happens inside `with acting(by=…)`, which tells the database whom to record.

The audit triggers refuse any change of a business table without it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection, transaction

from .clock import bank_today

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


@dataclass(frozen=True)
class Facts:
    """Where a request or a job comes from; kept with each change it makes."""

    request_id: str = ""
    address: str = ""
    session: str = ""


@dataclass(frozen=True)
class Actor:
    """The acting user and the reason given."""

    user_id: int
    reason: str = ""
    facts: Facts = field(default_factory=Facts)

    def as_json(self) -> str:
        """The context as the audit triggers read it."""
        return json.dumps(
            {
                "actor": self.user_id,
                "reason": self.reason,
                "request": self.facts.request_id,
                "address": self.facts.address,
                "session": self.facts.session,
                # triggers that date what they keep have no clock of their own
                "day": bank_today().isoformat(),
            }
        )


NOWHERE = Facts()
_facts: ContextVar[Facts] = ContextVar("facts", default=NOWHERE)
_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)


def facts() -> Facts:
    """Where the present request or job comes from."""
    return _facts.get()


@contextmanager
def coming_from(where: Facts) -> Iterator[None]:
    """Remember where a request or job comes from while it is served."""
    token = _facts.set(where)
    try:
        yield
    finally:
        _facts.reset(token)


def current_actor() -> Actor | None:
    """Who acts now; None outside `acting`."""
    return _actor.get()


@contextmanager
def acting(*, by: AbstractBaseUser, reason: str = "") -> Iterator[Actor]:
    """Open a transaction in which every change is recorded as made by this user.

    Nested use by the same user keeps one transaction; a reason given inside holds inside only.
    """
    outer = _actor.get()
    actor = Actor(by.pk, reason or (outer.reason if outer else ""), facts())
    if outer is not None and outer.user_id != actor.user_id:
        raise RuntimeError("One user cannot act inside another user's transaction.")
    # inside another `acting` all stands or falls together, so no savepoint is needed
    with transaction.atomic(savepoint=outer is None):
        if outer != actor:
            _tell_database(actor)
        token = _actor.set(actor)
        try:
            yield actor
        finally:
            _actor.reset(token)
        if outer is not None and outer != actor:
            _tell_database(outer)
    if outer is None and connection.in_atomic_block:
        _tell_database(
            None
        )  # the setting would outlive us in a transaction that somebody else opened


def _tell_database(actor: Actor | None) -> None:
    with connection.cursor() as cursor:
        # local to the transaction, so a pooled connection never shows it to another user
        cursor.execute(
            "select set_config('meridian.context', %s, true)", [actor.as_json() if actor else ""]
        )
