"""Who somebody is, as far as screening compares it, and the keys by which they are found."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import NamedTuple

from customers.models import Customer
from customers.names import latin_name

from .keys import EDITION, keys_of


class Identity(NamedTuple):
    """What of a customer, or of a person who is none, is compared with lists.

    Any of it changed asks for another look.
    """

    pk: int
    name: str
    latin_name: str
    kind: str
    born_on: dt.date | None
    founded_on: dt.date | None
    country: str

    @property
    def digest(self) -> str:
        """What tells whether the identity has changed."""
        told = json.dumps([str(value) for value in self[1:]], ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def is_person(self) -> bool:
        """Whether it is a natural person."""
        return self.kind == Customer.Kind.PERSON

    @property
    def names(self) -> list[str]:
        """The name, and the Latin one where it says more than the sound of the characters."""
        sound = latin_name(self.name, is_person=self.is_person)
        also = self.latin_name not in {"", sound, self.name}
        return [self.name, *([self.latin_name] if also else [])]

    @property
    def keys(self) -> list[str]:
        """The keys of all names."""
        keys = (keys_of(name, is_person=self.is_person) for name in self.names)
        return sorted({key for each in keys for key in each})

    @property
    def kept_as(self) -> str:
        """What tells whether the keys that are kept are still its own."""
        return hashlib.sha256(f"{EDITION} {self.digest}".encode()).hexdigest()


COMPARED = Identity._fields[1:]
