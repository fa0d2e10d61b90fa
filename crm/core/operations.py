"""Building blocks of what happens in the bank: refuse, save, move."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from .acting import acting
from .clock import bank_today
from .models import Record, Text, Workflow

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
MAX_VERSION = 2**31 - 1


class DomainError(Exception):
    """A business rule says no; the user sees the sentence, beside the field if one is named."""

    def __init__(self, message: Text, field: str | None = None) -> None:
        super().__init__(message)
        self.message, self.field = message, field

    def __str__(self) -> str:
        return str(self.message)


class Stale(DomainError):
    """The record has changed since it was shown."""

    def __init__(self) -> None:
        super().__init__(
            _("This record has changed while you were editing. Compare and save again.")
        )


def refuse_past(day: dt.date, field: str) -> None:
    """Refuse a day that is over, by the bank's calendar, beside the field in which it stands."""
    if day < bank_today():
        raise DomainError(_("This day is over. Enter today or later."), field)


@dataclass(frozen=True)
class Deed:
    """An operation that was done: its verb, on what and with what, by whom, and what came of it."""

    verb: str
    subject: Any
    arguments: Mapping[str, Any]
    by: Any
    done: Any


_witnesses: list[Callable[[Deed], None]] = []


def add_witness(witness: Callable[[Deed], None]) -> None:
    """Let a module note each operation once it is done, within its transaction; from ready()."""
    _witnesses.append(witness)


def operation(function: Callable[Concatenate[T, P], R]) -> Callable[Concatenate[T, P], R]:
    """Make a function of the bank atomic and recorded: it needs `by`, and may have `reason`."""

    @functools.wraps(function)
    def run(subject: T, *args: P.args, **kwargs: P.kwargs) -> R:
        by: Any = kwargs["by"]
        with acting(by=by, reason=str(kwargs.get("reason", ""))):
            done = function(subject, *args, **kwargs)
            deed = Deed(function.__name__, subject, kwargs, by, done)
            for witness in _witnesses:
                witness(deed)
            return done

    return cast("Callable[Concatenate[T, P], R]", run)


def refuse_invalid(obj: models.Model) -> None:
    """Check the record's fields; refuse with the first fault, beside its field."""
    keys = {field.name for field in obj._meta.concrete_fields if field.is_relation}
    try:
        # a foreign key comes from a form that fetched it within reach, and the database checks it
        obj.clean_fields(exclude=keys)
        obj.clean()
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise DomainError(messages[0], None if name == NON_FIELD_ERRORS else name) from error


@contextmanager
def rules_of(model: type[models.Model]) -> Iterator[None]:
    """Turn what a constraint of the database refuses into the sentence that the model has for it.

    The transaction is lost with it, so all that an operation did is undone.
    """
    try:
        yield
    except IntegrityError as error:
        raise broken_rule(model, error) from error


def broken_rule(model: type[models.Model], error: IntegrityError) -> DomainError:
    """The refusal of a constraint in words, beside its field where it is about one alone."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for constraint in model._meta.constraints:
        if constraint.name == name:
            fields: list[str] = list(getattr(constraint, "fields", ()))
            said = str(constraint.get_violation_error_message())
            return DomainError(said, fields[0] if len(fields) == 1 else None)
    if rule := getattr(model, "TRIGGERS", {}).get(name):
        return DomainError(rule)
    for field in model._meta.concrete_fields:
        if field.unique and name == f"{model._meta.db_table}_{field.column}_key":
            return DomainError(taken(field), field.name)
    return DomainError(
        _("This contradicts another record that was saved meanwhile. Check and try again.")
    )


def taken(field: models.Field[Any, Any]) -> Text:
    """What the field says when another record has its value."""
    own: dict[str, Text] = getattr(field, "_error_messages", None) or {}
    return own.get("unique") or _("Another record has this value. Enter another one.")


def insert(obj: models.Model) -> None:
    """Insert a record; what its constraints refuse is said in words."""
    with rules_of(type(obj)):
        obj.save(force_insert=True)


def save_new(obj: models.Model) -> None:
    """Insert a checked record."""
    refuse_invalid(obj)
    insert(obj)


def write(obj: Record, fields: Iterable[str], *, version: int) -> None:
    """Update the named fields if the record still has this version; else raise Stale."""
    values: dict[str, Any] = {name: getattr(obj, name) for name in fields}
    now = timezone.now()
    rows = type(obj)._base_manager.filter(pk=obj.pk, version=version)
    with rules_of(type(obj)):
        found = rows.update(**values, version=F("version") + 1, updated_at=now)
    if not found:
        raise Stale
    obj.version, obj.updated_at = version + 1, now


def save_changes(obj: Record, fields: Iterable[str], *, version: int | None = None) -> None:
    """Check the record and update the named fields if nobody else did since `version`."""
    refuse_invalid(obj)
    write(obj, fields, version=obj.version if version is None else version)


def lock_for(obj: Record, verb: str, *joins: str) -> None:
    """Take the record under a lock, as it is now, or refuse the step; `joins` are read with it."""
    rows = type(obj)._base_manager.select_for_update(of=("self",))
    obj.refresh_from_db(from_queryset=rows.select_related(*joins) if joins else rows)
    if not obj.can(verb):
        raise DomainError(obj.sentence(obj.MOVES[verb].refused))


@operation
def move(obj: Workflow, verb: str, *, by: Any, reason: str = "") -> None:
    """Take the record along one of its moves under a row lock, or refuse."""
    lock_for(obj, verb)
    obj.status = obj.MOVES[verb].enters
    write(obj, ["status"], version=obj.version)
