"""Which facts a customer must have to be activated, and which are missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from config_admin.dictionaries.entries import ENTRIES
from crm.core.clock import bank_today
from crm.core.operations import DomainError
from customers.models import Link

if TYPE_CHECKING:
    from customers.models import Customer

# the dictionary for each kind of customer: its live entries are what is asked for
MINIMUM = {"person": "minimum_person", "organisation": "minimum_organisation"}


def has_valid_document(customer: Customer) -> bool:
    """Whether a document is valid today, with its last day or without end."""
    valid = Q(is_long_term=True) | Q(valid_until__gte=bank_today())
    return customer.documents.filter(valid).exists()


def has_link(kind: str) -> Callable[[Customer], bool]:
    """Whether somebody stands behind or beside a customer as this."""
    return lambda customer: customer.links.filter(kind=kind, valid__contains=bank_today()).exists()


def has_owner(customer: Customer) -> bool:
    """Whether somebody is known who owns or rules an organisation."""
    return customer.links.filter(kind__in=Link.POWERS, valid__contains=bank_today()).exists()


FACTS: dict[str, Callable[[Customer], bool]] = {
    "born_on": lambda customer: customer.born_on is not None,
    "founded_on": lambda customer: customer.founded_on is not None,
    "gender": lambda customer: bool(customer.gender),
    "country": lambda customer: bool(customer.country),
    "occupation": lambda customer: bool(customer.occupation),
    "business_scope": lambda customer: bool(customer.business_scope),
    "address": lambda customer: bool(customer.address),
    "document": has_valid_document,
    "contact": lambda customer: customer.contact_points.exists(),
    "legal_representative": has_link(Link.Kind.LEGAL_REPRESENTATIVE),
    "agent": has_link(Link.Kind.AGENT),
    "owner": has_owner,
}


def missing(customer: Customer) -> list[str]:
    """What the bank asks for and does not know of a customer, in words.

    An entry of the dictionary that is no fact is a reminder for people and holds nobody back.
    """
    entries = ENTRIES.get().get(MINIMUM[customer.kind], {})
    return [
        str(entry)
        for code, entry in entries.items()
        if entry.is_live and code in FACTS and not FACTS[code](customer)
    ]


def refuse_incomplete(customer: Customer) -> None:
    """Refuse to begin business with a customer of whom something is missing."""
    if lacking := missing(customer):
        raise DomainError(
            _("The minimum of due diligence is not known yet. Enter first: %(missing)s.")
            % {"missing": " · ".join(lacking)}
        )
