"""Who is screened: customers, and people behind them who are none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import DateField, Exists, OuterRef, QuerySet, Value

from crm.core.clock import bank_today
from customers.models import Customer, Link, RelatedPerson
from risk.models import ScreenedCustomer, ScreenedPerson

from .identity import Identity

KEPT_AT_ONCE = 1000
ENDED = (Customer.Status.CLOSED, Customer.Status.MERGED)
# a contact person and relatives neither rule the customer nor dispose of anything
BEHIND = frozenset({
    *Link.POWERS, Link.Kind.LEGAL_REPRESENTATIVE, Link.Kind.DIRECTOR, Link.Kind.FINANCE_HEAD,
    Link.Kind.AGENT, Link.Kind.GUARDIAN,
})  # fmt: skip


@dataclass(frozen=True)
class Screened:
    """A kind of those who are screened.

    `field` names them in what is kept and in hits, `facts` is what of them is compared, and
    `owner` the customer to whom their hits belong. `today` are those who are screened today.
    """

    field: str
    model: type[Customer | RelatedPerson]
    kept: type[ScreenedCustomer | ScreenedPerson]
    facts: tuple[Any, ...]
    owner: str
    today: Callable[[], QuerySet[Any]]

    def identities(self, rows: QuerySet[Any]) -> list[Identity]:
        """Who they are."""
        return [Identity(*row) for row in rows.values_list(*self.facts)]

    def owned(self, rows: QuerySet[Any]) -> dict[Identity, int]:
        """Who they are, each with the customer to whom their hits belong."""
        found = rows.values_list(self.owner, *self.facts)
        return {Identity(*facts): owner for owner, *facts in found}

    def keep_keys(self, identities: Iterable[Identity]) -> None:
        """Keep the keys by which they are found when a list changes."""
        kept: Any = self.kept
        kept.objects.bulk_create(
            [
                kept(**{f"{self.field}_id": one.pk}, digest=one.kept_as, keys=one.keys)
                for one in identities
            ],
            batch_size=KEPT_AT_ONCE,
            update_conflicts=True,
            unique_fields=[self.field],
            update_fields=["digest", "keys"],
        )


def customers_today() -> QuerySet[Customer]:
    """Customers who have not ended."""
    return Customer.objects.exclude(status__in=ENDED)


def people_today() -> QuerySet[RelatedPerson]:
    """People who own, rule or represent a customer today, or act for one, and are none."""
    links = Link.objects.filter(
        person=OuterRef("pk"), kind__in=BEHIND, valid__contains=bank_today()
    )
    rows = RelatedPerson.objects.filter(Exists(links), became=None)
    return rows.exclude(customer__status__in=ENDED)


CUSTOMERS = Screened(
    "customer", Customer, ScreenedCustomer, Identity._fields, "pk", customers_today
)
PEOPLE = Screened(
    "person",
    RelatedPerson,
    ScreenedPerson,
    (
        "pk",
        "name",
        Value(""),
        Value(Customer.Kind.PERSON.value),
        "born_on",
        Value(None, DateField()),
        "country",
    ),
    "customer_id",
    people_today,
)
