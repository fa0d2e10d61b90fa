"""Which facts a customer must have to be activated, and which are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Case, Exists, OuterRef, Q, When
from django.utils.translation import gettext as _

from config_admin.dictionaries.entries import ENTRIES
from crm.core.clock import bank_today
from crm.core.operations import DomainError
from customers.models import ContactPoint, Customer, IdentityDocument, Link
from customers.querysets import CustomerQuerySet

if TYPE_CHECKING:
    from config_admin.dictionaries.entries import Entry

# the dictionary for each kind of customer: its live entries are what is asked for
MINIMUM = {"person": "minimum_person", "organisation": "minimum_organisation"}


def facts() -> dict[str, Q]:
    """When each fact of a customer is known today."""
    today = bank_today()
    own = {"customer": OuterRef("pk")}
    documents = IdentityDocument.objects.filter(**own)
    links = Link.objects.filter(**own, valid__contains=today)
    return {
        "born_on": Q(born_on__isnull=False),
        "founded_on": Q(founded_on__isnull=False),
        "gender": ~Q(gender=""),
        "country": ~Q(country=""),
        "occupation": ~Q(occupation=""),
        "business_scope": ~Q(business_scope=""),
        "address": ~Q(address=""),
        "document": Q(Exists(documents.filter(Q(is_long_term=True) | Q(valid_until__gte=today)))),
        "contact": Q(Exists(ContactPoint.objects.filter(**own))),
        "legal_representative": Q(Exists(links.filter(kind=Link.Kind.LEGAL_REPRESENTATIVE))),
        "agent": Q(Exists(links.filter(kind=Link.Kind.AGENT))),
        "owner": Q(Exists(links.filter(kind__in=Link.POWERS))),
    }


def informed(rows: CustomerQuerySet) -> CustomerQuerySet:
    """Customers, each with what is known of them, so that `missing` need not ask."""
    return rows.annotate(
        **{
            knows(code): Case(When(known, then=True), default=False)
            for code, known in facts().items()
        }
    )


def knows(code: str) -> str:
    """Under which name a customer who was read so tells whether a fact is known."""
    return f"knows_{code}"


def asked_of(kind: str) -> dict[str, Entry]:
    """The facts that the bank asks for of a kind of customer.

    An entry of the dictionary that is no fact is a reminder for people and holds nobody back.
    """
    entries, known = ENTRIES.get().get(MINIMUM[kind], {}), facts()
    return {code: entry for code, entry in entries.items() if entry.is_live and code in known}


def missing(customer: Customer) -> list[str]:
    """What the bank asks for and does not know of a customer, in words."""
    asked = asked_of(customer.kind)
    if not asked:
        return []
    told: Any = customer
    if not hasattr(customer, knows(next(iter(asked)))):
        told = informed(Customer.objects.filter(pk=customer.pk)).get()
    return [str(entry) for code, entry in asked.items() if not getattr(told, knows(code))]


def incomplete() -> Q:
    """Which customers lack something that the bank asks for."""
    known, found = facts(), Q(pk__in=[])
    for kind in MINIMUM:
        for code in asked_of(kind):
            found |= Q(kind=kind) & ~known[code]
    return found


def refuse_incomplete(customer: Customer) -> None:
    """Refuse to begin business with a customer of whom something is missing."""
    if lacking := missing(customer):
        raise DomainError(
            _("The minimum of due diligence is not known yet. Enter first: %(missing)s.")
            % {"missing": " · ".join(lacking)}
        )
