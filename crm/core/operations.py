"""Building blocks of what happens in the bank: refuse, save, move."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from .acting import acting
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
    """Somebody else changed the record since it was shown."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody else changed this record while you were editing. Compare and save again.")
        )


def operation(function: Callable[Concatenate[T, P], R]) -> Callable[Concatenate[T, P], R]:
    """Make a function of the bank atomic and recorded: it needs `by`, and may have `reason`."""

    @functools.wraps(function)
    def run(subject: T, *args: P.args, **kwargs: P.kwargs) -> R:
        by: Any = kwargs["by"]
        with acting(by=by, reason=str(kwargs.get("reason", ""))):
            return function(subject, *args, **kwargs)

    return cast("Callable[Concatenate[T, P], R]", run)


def refuse_invalid(obj: models.Model) -> None:
    """Check the record's fields and constraints; refuse with the first fault, beside its field."""
    keys = {field.name for field in obj._meta.concrete_fields if field.is_relation}
    try:
        # a foreign key comes from a form that fetched it within reach, and the database checks it
        obj.clean_fields(exclude=keys)
        obj.clean()
        obj.validate_constraints(exclude=set())
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise DomainError(messages[0], None if name == NON_FIELD_ERRORS else name) from error


def save_new(obj: models.Model) -> None:
    """Insert a checked record."""
    refuse_invalid(obj)
    obj.save(force_insert=True)


def write(obj: Record, fields: Iterable[str], *, version: int) -> None:
    """Update the named fields if the record still has this version; else raise Stale."""
    values: dict[str, Any] = {name: getattr(obj, name) for name in fields}
    now = timezone.now()
    rows = type(obj)._base_manager.filter(pk=obj.pk, version=version)
    if not rows.update(**values, version=F("version") + 1, updated_at=now):
        raise Stale
    obj.version, obj.updated_at = version + 1, now


def save_changes(obj: Record, fields: Iterable[str], *, version: int | None = None) -> None:
    """Check the record and update the named fields if nobody else did since `version`."""
    refuse_invalid(obj)
    write(obj, fields, version=obj.version if version is None else version)


@operation
def move(obj: Workflow, verb: str, *, by: Any, reason: str = "") -> None:
    """Take the record along one of its moves under a row lock, or refuse."""
    obj.refresh_from_db(from_queryset=type(obj)._base_manager.select_for_update())
    step = obj.MOVES[verb]
    if not obj.can(verb):
        raise DomainError(obj.sentence(step.refused))
    obj.status = step.enters
    write(obj, ["status"], version=obj.version)
