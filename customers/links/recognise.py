"""Related people become customers: from then on they are one."""

from __future__ import annotations

from collections.abc import Iterable

from crm.core.operations import write
from customers.models import IdentityKey, RelatedPerson


def recognise(customers: Iterable[int]) -> None:
    """Let people named before be the customers who have their identity number; the caller acts."""
    keys = IdentityKey.objects.filter(customer__in=list(customers))
    owners = {bytes(index): owner for index, owner in keys.values_list("index", "customer_id")}
    for person in RelatedPerson.objects.filter(became=None, index__in=list(owners)):
        person.became_id = owners[bytes(person.index or b"")]
        write(person, ["became"], version=person.version)
