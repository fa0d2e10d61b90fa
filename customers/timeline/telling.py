"""What the timeline of a customer tells of operations; each module declares its own in ready()."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crm.core.querysets import action_name

if TYPE_CHECKING:
    from django.db.models import Model

    from crm.core.models import Text


@dataclass(frozen=True)
class Telling:
    """How an operation is told: in which words, under which kind, with which icon and colour."""

    said: Text
    kind: str
    icon: str
    tone: str = ""


@dataclass(frozen=True)
class Teller:
    """What is told of the records of a model.

    `tellings` are the operations by their verb; where a field of `states` is named for a verb, by
    the verb and that field's value. `moments` are the fields that hold when something took place,
    where that is not the moment of the operation. `renews` are operations after which an earlier
    one is told anew. `silent` are those of which nothing is told. `gist` is the line that says what
    it was about. `action` is what a reader needs, if that is not looking at the records.
    """

    model: type[Model]
    tellings: Mapping[str, Telling]
    states: Mapping[str, str] = field(default_factory=dict)
    moments: Mapping[str, str] = field(default_factory=dict)
    renews: Mapping[str, str] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    gist: Callable[[Any], str] = str
    action: str = ""

    @property
    def source(self) -> str:
        """The name of the model as entries keep it."""
        return self.model._meta.label_lower

    @property
    def kinds(self) -> set[str]:
        """The kinds under which anything is told."""
        return {telling.kind for telling in self.tellings.values()}

    def key(self, verb: str, record: Any) -> str:
        """The key of a telling of this record; empty if nothing is told of the operation."""
        state = self.states.get(verb)
        found = f"{verb}.{getattr(record, state)}" if state else verb
        return found if found in self.tellings else ""

    def moment(self, verb: str, record: Any) -> Any:
        """When it took place by the record's own word; None if that is now."""
        name = self.moments.get(verb)
        return getattr(record, name) if name else None

    def seen_by(self, user: Any) -> Any:
        """The records of which a user may be told."""
        rows: Any = getattr(self.model, "scoped", self.model._default_manager).all()
        return rows.within(user, self.action or action_name(self.model, "view"))


_tellers: dict[str, Teller] = {}
_untold: dict[str, str] = {}


def add_teller(teller: Teller) -> None:
    """Let timelines tell of the records of a model; call from ready()."""
    _tellers[teller.source] = teller


def leave_untold(models: Iterable[type[Model]], reason: str) -> None:
    """Say why timelines tell nothing of models about customers; call from ready()."""
    _untold.update({model._meta.label_lower: reason for model in models})


def teller_of(record: Any) -> Teller | None:
    """What is told of a record, if anything is."""
    meta = getattr(record, "_meta", None)
    return _tellers.get(meta.label_lower) if meta else None


def tellers(kinds: Collection[str] = ()) -> Iterator[Teller]:
    """All tellers, or those who tell anything under one of these kinds."""
    for teller in _tellers.values():
        if not kinds or teller.kinds & set(kinds):
            yield teller


def untold() -> Mapping[str, str]:
    """The models of which nothing is told, each with its reason."""
    return _untold
