"""Values of an operation as JSON that can be read back exactly: records by key, figures as text."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db.models import Model

PLAIN = (type(None), bool, int, str)
SEALED = "sealed"
TEXTS: dict[type, tuple[str, Callable[[Any], str]]] = {
    Decimal: ("decimal", str),
    dt.datetime: ("moment", dt.datetime.isoformat),
    dt.date: ("day", dt.date.isoformat),
}


class Writer:
    """Writes values as JSON; those of the named fields go into `sealed`, their place is kept."""

    def __init__(self, sealed_names: Collection[str] = ()) -> None:
        self.names = sealed_names
        self.sealed: list[Any] = []

    def write(self, value: Any, name: str = "") -> Any:
        """The value as JSON; TypeError for what cannot be read back."""
        if name in self.names and value:
            self.sealed.append(self.write(value))
            return {SEALED: len(self.sealed) - 1}
        return value if isinstance(value, PLAIN) else self._tagged(value)

    def _tagged(self, value: Any) -> dict[str, Any]:
        kind = type(value)
        if kind in TEXTS:
            tag, text = TEXTS[kind]
            return {tag: text(value)}
        if isinstance(value, Model):
            return {"record": [value._meta.label_lower, value.pk]}
        if dataclasses.is_dataclass(kind):
            held = {f.name: getattr(value, f.name) for f in dataclasses.fields(kind)}
            return {"facts": [kind.__name__, self._map(held)]}
        if isinstance(value, dict):
            return {"map": self._map(value)}
        if isinstance(value, list | tuple | set | frozenset):
            return {"list": [self.write(held) for held in value]}
        raise TypeError(f"A request cannot hold a value of the type {kind.__name__}.")

    def _map(self, held: dict[str, Any]) -> dict[str, Any]:
        return {name: self.write(value, name) for name, value in held.items()}


class Reader:
    """Reads values back; `facts` are the kinds of facts that may stand in them."""

    def __init__(self, sealed: list[Any], facts: Collection[type] = ()) -> None:
        self.sealed = sealed
        self.kinds = {kind.__name__: kind for kind in facts}
        self.readers: dict[str, Callable[[Any], Any]] = {
            SEALED: lambda place: self.read(self.sealed[place]),
            "record": lambda held: apps.get_model(held[0])._base_manager.get(pk=held[1]),
            "facts": lambda held: self.kinds[held[0]](**self._map(held[1])),
            "map": self._map,
            "list": lambda held: [self.read(value) for value in held],
            "decimal": Decimal,
            "moment": dt.datetime.fromisoformat,
            "day": dt.date.fromisoformat,
        }

    def read(self, held: Any) -> Any:
        """The value behind its JSON."""
        if not isinstance(held, dict):
            return held
        ((tag, inner),) = held.items()
        return self.readers[tag](inner)

    def _map(self, held: dict[str, Any]) -> dict[str, Any]:
        return {name: self.read(value) for name, value in held.items()}
