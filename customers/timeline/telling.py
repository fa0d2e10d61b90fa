"""What the timeline of a customer tells of operations; each module declares its own in ready()."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from crm.core.querysets import action_name
from crm.core.scope import Through

if TYPE_CHECKING:
    from django.db.models import Model

    from crm.core.models import Text
    from crm.core.scope import Asker

SEE_CUSTOMERS = "customers.view_customer"
CUSTOMER = "customers.customer"


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
    the verb and that field's value. Entries keep this key, so what was told once stays here.
    `moments` are the fields that hold when something took place, where that is not the moment of
    the operation. `renews` are operations after which an earlier one is told anew. `silent` are
    those of which nothing is told. `gist` is the line that says what it was about; `part_of` is the
    foreign key to the record whose page shows it, if it has none. `action` is what a reader needs,
    if that is not looking at the records.
    """

    model: type[Any]
    tellings: Mapping[str, Telling]
    states: Mapping[str, str] = field(default_factory=dict)
    moments: Mapping[str, str] = field(default_factory=dict)
    renews: Mapping[str, str] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    gist: Callable[[Any], str] = str
    part_of: str = ""
    action: str = ""

    @property
    def source(self) -> str:
        """The name of the model as entries keep it."""
        return str(self.model._meta.label_lower)

    def key(self, verb: str, record: Any) -> str:
        """The key of a telling of this record; empty if nothing is told of the operation."""
        state = self.states.get(verb)
        found = f"{verb}.{getattr(record, state)}" if state else verb
        return found if found in self.tellings else ""

    def moment(self, verb: str, record: Any) -> Any:
        """When it took place by the record's own word; None if that is now."""
        name = self.moments.get(verb)
        return getattr(record, name) if name else None

    def seen_by(self, user: Asker) -> Q | None:
        """Which entries tell of records that a user may see; None if no entry does.

        What is reached through the customer needs no second look where the user reaches records as
        far as customers: whoever is told of a customer has been found to see them.
        """
        action = self.action or action_name(self.model, "view")
        rows: Any = getattr(self.model, "scoped", self.model._default_manager).all()
        reach = user.reach(action)
        if reach is None:
            return None
        if not (self.goes_along and reach == user.reach(SEE_CUSTOMERS)):
            rows = rows.named_within(user, action)
        elif rows.closed_to(user) is None:
            return Q(source=self.source)
        else:
            rows = rows.visible_to(user)
        # the kind first: the record is asked for only where the entry is of it
        return Q(Q(source=self.source), Exists(rows.filter(pk=OuterRef("row_id"))))

    @property
    def goes_along(self) -> bool:
        """Whether records are reached exactly as their customer is."""
        return self.source == CUSTOMER or Through("customer") == self.model.SCOPE


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


def tellers() -> Iterable[Teller]:
    """All that is told, in the order of the installed modules."""
    return _tellers.values()


def untold() -> Mapping[str, str]:
    """The models of which nothing is told, each with its reason."""
    return _untold
