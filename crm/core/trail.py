"""The access trail: who looked at what, for which purpose, and who was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from .acting import facts
from .clock import now
from .models import AccessEvent, Text

Kind = AccessEvent.Kind
MAX_KEY = 2**63 - 1
LOOKING = (Kind.VIEW, Kind.SEARCH, Kind.REVEAL, Kind.EXPORT)
SIGNING_IN = (Kind.SIGN_IN, Kind.SIGN_IN_FAILED, Kind.SIGN_OUT, Kind.FACTOR)
# by what was searched for, and how many were found: what was typed stands in no trail
BY_NAME, BY_NUMBER, IN_LIST = "by_name", "by_number", "in_list"
_FOUND = "found:"

_purposes: dict[str, Text] = {}


def register_purposes(purposes: Mapping[str, Text]) -> None:
    """Name what a module's pages may be used for; call from ready()."""
    _purposes.update(purposes)


def purpose_words(purpose: str) -> str:
    """A purpose that stands in the trail, as the form that asked for it put it."""
    if purpose.startswith(_FOUND):
        return _("%(number)s found") % {"number": purpose.removeprefix(_FOUND)}
    return str(_purposes.get(purpose, purpose))


def how_many(found: int, *, is_cut: bool = False) -> str:
    """What a search found, as the trail holds it; of one that was cut, how many were shown."""
    return f"{_FOUND}{found}{'+' if is_cut else ''}"


def subject_of(obj: models.Model) -> int | None:
    """The customer that a record belongs to."""
    column = getattr(obj, "AUDIT_SUBJECT", "")
    return getattr(obj, column, None) if column else None


def record_access(kind: str, *, by: Any, obj: models.Model | None = None, **details: Any) -> None:
    """Append to the access trail (details: model, row_key, subject_id, field, purpose)."""
    where = facts()
    if obj is not None:
        details |= {
            "model": obj._meta.label_lower,
            "row_key": obj.pk,
            "subject_id": subject_of(obj),
        }
    AccessEvent.objects.create(
        at=now(),
        kind=kind,
        actor=by,
        request_id=where.request_id,
        address=where.address,
        session=where.session,
        **details,
    )


def record_denial(user: Any, model: str, row_key: int) -> None:
    """Append that a row was asked for and not shown, whether it is missing or out of reach."""
    record_access(Kind.DENIAL, by=user, model=model, row_key=min(row_key, MAX_KEY))


def accesses(kind: str, *, by: Any, since: Any) -> int:
    """How often a user did this since a moment, for rate limits."""
    return AccessEvent.objects.filter(kind=kind, actor=by, at__gte=since).count()
