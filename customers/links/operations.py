"""Who stands behind and beside a customer: entered with evidence, and ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from crm.core.clock import bank_today
from crm.core.formats import exact
from crm.core.operations import (
    DomainError,
    Stale,
    insert,
    operation,
    refuse_invalid,
    save_changes,
    save_new,
    write,
)
from crm.core.sealed import blind, reserve_keys, seal_into
from customers import numbers
from customers.models import Customer, IdentityKey, Link, RelatedPerson
from customers.operations import identity_label
from customers.signals import links_changed, person_corrected
from sysadmin.models import period

from .behind import WHOLE, organisations_behind

if TYPE_CHECKING:
    from sysadmin.models import User

# one at a time, or two links entered at once could close a ring that neither sees
LOCK = 7104


@dataclass(frozen=True)
class PersonFacts:
    """A person who is no customer, as told."""

    name: str
    born_on: dt.date | None = None
    country: str = "CN"
    document_kind: str = ""
    document_number: str = ""


@operation
def connect(link: Link, *, by: User, first_day: dt.date, person: PersonFacts | None = None) -> Link:
    """Enter who stands behind or beside a customer, from a day on."""
    if first_day > bank_today():
        raise DomainError(_("This day is still to come. Enter a day until today."), "first_day")
    link.valid = period(first_day)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
    if (link.party is None) == (person is None):
        raise DomainError(_("Choose a customer, or name a person: one of the two."), "party")
    refuse_unfit(link)
    if person is not None:
        name_person(link, person)
    refuse_ring(link)
    refuse_too_much(link)
    save_new(link)
    links_changed.send(Link, link=link, by=by)
    return link


@operation
def end(link: Link, *, by: User, last_day: dt.date, version: int, reason: str) -> Link:
    """Enter the last day on which somebody stands behind or beside a customer."""
    link.refresh_from_db(from_queryset=Link.objects.select_for_update())
    if link.version != version:
        raise Stale
    if link.valid.upper is not None:
        raise DomainError(_("This has ended already."))
    if not link.valid.lower <= last_day <= bank_today():
        raise DomainError(_("Enter a day from its first day until today."), "last_day")
    link.valid = period(link.valid.lower, last_day + dt.timedelta(days=1))
    write(link, ["valid"], version=version)
    links_changed.send(Link, link=link, by=by)
    return link


@operation
def correct_person(
    person: RelatedPerson,
    *,
    by: User,
    version: int,
    name: str,
    born_on: dt.date | None,
    country: str,
) -> RelatedPerson:
    """Put right what was told of somebody behind a customer who is none."""
    person.refresh_from_db(from_queryset=RelatedPerson.objects.select_for_update())
    if person.became_id is not None:
        raise DomainError(_("This person has become a customer. Change the customer."))
    person.name, person.born_on, person.country = name.strip(), born_on, country
    save_changes(person, ["name", "born_on", "country"], version=version)
    person_corrected.send(RelatedPerson, person=person, by=by)
    return person


# --- who -----------------------------------------------------------------------------


def name_person(link: Link, facts: PersonFacts) -> None:
    """Let the link be about a person who is no customer, known here already or new.

    Whose identity number a customer has is that customer.
    """
    person = RelatedPerson(
        pk=reserve_keys(RelatedPerson, 1)[0],
        customer=link.customer,
        name=facts.name.strip(),
        born_on=facts.born_on,
        country=facts.country,
        document_kind=facts.document_kind,
    )
    if facts.document_number:
        seal_number(person, facts)
    known = known_as(person)
    if known is None:
        person.became_id = customer_with(person.index)
        refuse_invalid(person)
        insert(person)
    link.person = known or person


def seal_number(person: RelatedPerson, facts: PersonFacts) -> None:
    """Keep the number of the person's document sealed, with what finds it again."""
    if not facts.document_kind:
        raise DomainError(_("Choose the document that was shown."), "document_kind")
    try:
        number = numbers.normalise_document(
            facts.document_kind, facts.document_number, facts.country
        )
    except ValidationError as error:
        raise DomainError(error.messages[0], "document_number") from error
    person.mask = numbers.mask(number.value)
    person.index = blind(number.value, identity_label(number))
    seal_into(person, "number", number.value, bytes(person.customer.salt))


def known_as(person: RelatedPerson) -> RelatedPerson | None:
    """The same person as this customer's link has named before."""
    rows = RelatedPerson.objects.filter(customer=person.customer)
    if person.index:
        return rows.filter(index=person.index).first()
    return rows.filter(name=person.name, born_on=person.born_on, index=None).first()


def customer_with(index: bytes | memoryview | None) -> int | None:
    """The customer who has an identity number, by its blind index."""
    if index is None:
        return None
    rows = IdentityKey.objects.filter(index=index)
    return rows.values_list("customer_id", flat=True).first()


# --- rules ---------------------------------------------------------------------------


def refuse_unfit(link: Link) -> None:
    """Refuse what an organisation or a person cannot have or be."""
    if link.kind in Link.OF_ORGANISATIONS and link.customer.is_person:
        raise DomainError(_("A person has none such. Choose another relationship."), "kind")
    if link.kind in Link.OF_PERSONS and link.customer.is_organisation:
        raise DomainError(_("An organisation has none such. Choose another relationship."), "kind")
    party = link.party
    if party is not None and party.pk == link.customer_id:
        raise DomainError(_("Nobody stands behind themselves. Choose another."), "party")
    if party is not None and party.is_organisation and link.kind not in Link.BY_ORGANISATIONS:
        raise DomainError(_("Only a person can be this. Choose a person."), "party")
    if (link.kind == Link.Kind.OWNER) != (link.share is not None):
        raise DomainError(
            _("Enter the share of an owner, and of nobody else."),
            "share",
        )


def refuse_ring(link: Link) -> None:
    """Refuse an owner who is owned or ruled by the customer."""
    if link.party_id is None or link.kind not in Link.POWERS:
        return
    if link.customer_id in organisations_behind(link.party_id, link.valid):
        raise DomainError(
            _("%(customer)s stands behind %(party)s already: ownership would go in a ring.")
            % {"customer": link.customer, "party": link.party},
            "party",
        )


def refuse_too_much(link: Link) -> None:
    """Refuse shares that together are more than the whole, on any day."""
    if link.share is None:
        return
    rows = Link.objects.filter(
        customer=link.customer_id, kind=Link.Kind.OWNER, valid__overlap=link.valid
    )
    held = [(row.valid, row.share or Decimal(0)) for row in rows]
    # shares only grow on days on which one begins
    days = [link.valid.lower, *(valid.lower for valid, _share in held)]
    most = max(
        sum((share for valid, share in held if day in valid), start=Decimal(0))
        for day in days
        if day >= link.valid.lower
    )
    if most + link.share > WHOLE:
        raise DomainError(
            _("Others own %(share)s %% already. Together it would be more than 100 %%.")
            % {"share": exact(most, 0)},
            "share",
        )


def parties_of(customer: Customer) -> list[Link]:
    """Who stands behind and beside a customer today."""
    rows = Link.objects.filter(customer=customer, valid__contains=bank_today())
    return list(rows.select_related("customer", "party", "person__became").order_by("kind", "pk"))
