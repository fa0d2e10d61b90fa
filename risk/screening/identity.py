"""Who a customer is, as far as screening compares it, and the keys by which they are found."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import QuerySet

from customers.models import Customer
from customers.names import latin_name
from risk.models import ScreenedCustomer

from .keys import EDITION, keys_of

KEPT_AT_ONCE = 1000


class Identity(NamedTuple):
    """What of a customer is compared with lists; any of it changed asks for another look."""

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
        """Whether the customer is a natural person."""
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


def identities(customers: QuerySet[Customer]) -> list[Identity]:
    """The identities of customers."""
    return [Identity(*row) for row in customers.values_list(*Identity._fields)]


def keep_keys(customers: Iterable[Identity]) -> None:
    """Keep the keys by which these customers are found when a list changes."""
    ScreenedCustomer.objects.bulk_create(
        [ScreenedCustomer(customer_id=c.pk, digest=c.kept_as, keys=c.keys) for c in customers],
        batch_size=KEPT_AT_ONCE,
        update_conflicts=True,
        unique_fields=["customer"],
        update_fields=["digest", "keys"],
    )
