"""What is handed over: each module contributes the part that it knows how to move.

Every foreign key of a record to a member of staff is declared: it moves with a part, or it stays,
with the reason. What nobody has declared is shown beside each handover, and fails a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.core.audit import audited_models
from crm.core.keyset import Count, capped_counts
from crm.core.models.records import Text
from crm.core.querysets import action_name
from staff.models import Handover, StaffMember

Outcome = dict[str, int]
MOVED = "moved"


@dataclass(frozen=True)
class Row:
    """A line of a list of what is handed over, and where its name leads, if it opens."""

    cells: Sequence[Any]
    address: str = ""


@dataclass(frozen=True)
class Listing:
    """A list of what is handed over, as far as the reader may see it.

    `figures` are the places of columns that hold figures; `hidden` is how many rows the reader does
    not see, because they are too many or out of reach; `more` is where all of them are listed.
    """

    title: Text
    columns: Sequence[Text]
    rows: Sequence[Row]
    figures: frozenset[int] = frozenset()
    hidden: int = 0
    more: str = ""


@dataclass(frozen=True)
class HandoverPart:
    """What a module moves when somebody hands over.

    `moves` are the foreign keys it writes, "app.model.field". `open` is what somebody has in hand
    of it. `refuse` raises DomainError where the facts stand against it; `warn` says what does not,
    and should be known. `move` moves what it holds
    in few statements, and counts what moved and, by cause, what stayed. `drop` lets go of what was
    proposed. `facts` says what would move, in pairs of label and value; `lists` names it for the
    pack, the first rows or all. `begin` is where handing over all of somebody's begins, for those
    who may.
    """

    key: str
    label: Text
    moves: frozenset[str]
    open: Callable[[StaffMember], QuerySet[Any]]
    in_words: Callable[[Count], str]
    move: Callable[[Handover, Any], Outcome]
    causes: Mapping[str, Text] = field(default_factory=dict)
    refuse: Callable[[Handover], None] = lambda _handover: None
    warn: Callable[[Handover], list[str]] = lambda _handover: []
    drop: Callable[[Handover], None] = lambda _handover: None
    facts: Callable[[Handover, Any], list[tuple[str, str]]] = lambda _handover, _user: []
    lists: Callable[[Handover, Any, int], Iterable[Listing]] = lambda _handover, _user, _most: ()
    begin: Callable[[StaffMember, Any], str] = lambda _member, _user: ""


_parts: dict[str, HandoverPart] = {}
_staying: dict[str, Text] = {}
_records: set[str] = set()


def add_part(part: HandoverPart) -> None:
    """Let a part be handed over; call from ready()."""
    _parts[part.key] = part


def parts() -> list[HandoverPart]:
    """The parts, in the order of the installed modules."""
    return list(_parts.values())


def warnings(handover: Handover) -> list[str]:
    """What both sides should know of a handover before anything moves."""
    return [said for part in parts() for said in part.warn(handover)]


def stays(key: str, why: Text) -> None:
    """Declare in a sentence that a foreign key to a member of staff stays; call from ready()."""
    _staying[key] = why


def records(*keys: str) -> None:
    """Declare foreign keys that only say who did what; they stay, and are not shown."""
    _records.update(keys)


@dataclass(frozen=True)
class Staying:
    """What a handover leaves with the first one, in a sentence; without one nobody declared it."""

    label: str
    count: Count
    why: Text


def keys_to_staff() -> dict[str, tuple[type[Model], str]]:
    """Every foreign key of a record to a member of staff."""
    return {
        f"{model._meta.label_lower}.{key.name}": (model, key.name)
        for model in audited_models()
        for key in model._meta.concrete_fields
        if key.related_model is StaffMember
    }


def undeclared() -> set[str]:
    """Foreign keys to members of staff of which nobody has said whether they move."""
    moved = {key for part in parts() for key in part.moves}
    return set(keys_to_staff()) - moved - set(_staying) - _records


def staying_with(member: StaffMember, user: Any) -> list[Staying]:
    """What stays with somebody who hands over, counted in one statement; what is none left out.

    What is declared shows to those who may see such records, what is not to everybody.
    """
    silent = _records.union(*(part.moves for part in parts()))
    keys = {key: place for key, place in keys_to_staff().items() if key not in silent}
    counts = capped_counts(
        [model._base_manager.filter(**{name: member}) for model, name in keys.values()]
    )
    return [
        Staying(_label(model, name), count, _staying.get(key, ""))
        for (key, (model, name)), count in zip(keys.items(), counts, strict=True)
        if count.n and (key not in _staying or user.has_action(action_name(model, "view")))
    ]


def _label(model: type[Model], name: str) -> str:
    said = {
        "model": capfirst(str(model._meta.verbose_name_plural)),
        "field": model._meta.get_field(name).verbose_name,  # type: ignore[union-attr]
    }
    return _("%(model)s: %(field)s") % said


def left_with(member: StaffMember) -> list[str]:
    """What somebody still has in hand that can be handed over, in words."""
    held = parts()
    counts = capped_counts([part.open(member) for part in held])
    return [part.in_words(count) for part, count in zip(held, counts, strict=True) if count.n]


def cause_in_words(part: HandoverPart, code: str) -> str:
    """Why something stayed; its code if the part no longer knows it."""
    return str(part.causes.get(code, code))
