"""Rows that have passed their checks, written: new ones by COPY, changed ones in one statement."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection, models
from django.utils import timezone
from psycopg import sql

from crm.core.clock import bank_today
from crm.core.sealed import Place, blind, blinds, reserve_keys, seal
from customers import names, numbers
from customers.links.recognise import recognise
from customers.models import ContactPoint, Customer, IdentityDocument, IdentityKey, SourceKey
from customers.operations import SALT_BYTES, identity_label, next_numbers
from customers.signals import customers_loaded

from .checks import Candidate

STAMPS = ("created_at", "updated_at", "version")
CUSTOMER = (
    "id", "number", "salt", "kind", "name", "latin_name", "name_sort", "status", "born_on",
    "founded_on", "gender", "country", "city", "address", "home_branch_id", "lead_manager_id",
    "managed_since", "opened_on",
)  # fmt: skip
SOURCE_KEY = ("customer_id", "system", "key")
DOCUMENT = (
    "id", "customer_id", "kind", "country", "number", "mask", "valid_until", "is_long_term",
    "is_primary",
)  # fmt: skip
IDENTITY = ("customer_id", "document_id", "family", "country", "index")
CONTACT = ("id", "customer_id", "kind", "value", "index", "mask", "is_primary")
# what a file may change about a customer whom the bank knows, with its type in the document
RENEWED = {
    "name": "text",
    "latin_name": "text",
    "name_sort": "text",
    "born_on": "date",
    "founded_on": "date",
    "gender": "text",
    "country": "text",
    "city": "text",
    "address": "text",
    "home_branch_id": "bigint",
    "lead_manager_id": "bigint",
    "opened_on": "date",
}
RENEW = f"""
update customers_customer c
set {", ".join(f"{name} = f.{name}" for name in RENEWED)},
    version = c.version + 1, updated_at = %(now)s
from json_to_recordset(%(rows)s::json)
    as f(id bigint, {", ".join(f"{name} {kind}" for name, kind in RENEWED.items())})
where c.id = f.id
"""
Told = tuple[Any, ...]
Rows = list[Told]


def documented(candidate: Candidate) -> tuple[str, str, numbers.Number]:
    """The document of a candidate that has passed its checks."""
    if candidate.document is None:
        raise ValueError("A candidate is checked before it is entered.")
    return candidate.document


class Held(NamedTuple):
    """What the bank knows of a customer, as far as a file may say otherwise."""

    pk: int
    kind: str
    salt: bytes
    name: str
    city: str
    address: str
    country: str
    gender: str
    born_on: dt.date | None
    founded_on: dt.date | None
    opened_on: dt.date
    home_branch_id: int
    lead_manager_id: int | None


@dataclass
class Renewal:
    """What a row says otherwise than the bank knows: facts, and contact points it has not had."""

    customer: Held
    candidate: Candidate
    differs: bool
    contacts: list[Told]

    @classmethod
    def of(cls, customer: Held, candidate: Candidate, held: dict[str, set[bytes]]) -> Renewal:
        """Compare a row with a customer and the blind indexes of their contact points."""
        contacts = [
            (kind, value, mask, not held.get(kind))
            for kind, (value, mask) in candidate.contacts.items()
            if not held.get(kind, set()) & set(blinds(value, f"contact:{kind}"))
        ]
        return cls(customer, candidate, differs(customer, candidate), contacts)

    @property
    def is_empty(self) -> bool:
        """Whether the row says nothing new."""
        return not self.differs and not self.contacts


def wanted_of(candidate: Candidate) -> dict[str, object]:
    """The facts that a file decides; the status has its own steps, and the kind never changes."""
    return {n: v for n, v in candidate.facts.items() if n not in {"kind", "status"}}


def differs(customer: Held | Customer, candidate: Candidate) -> bool:
    """Whether a row says something else about a customer than the bank knows."""
    return any(getattr(customer, n) != v for n, v in wanted_of(candidate).items())


# --- new customers ------------------------------------------------------------------------------


def enter(fresh: list[Candidate], system: str) -> None:
    """Enter new customers with their documents and contact points."""
    keys = reserve_keys(Customer, len(fresh))
    salts = [os.urandom(SALT_BYTES) for _ in fresh]
    documents, identities, contacts = sealed_rows(list(zip(keys, salts, fresh, strict=True)))
    # references are checked at the end: with their contact points already there, the search keys of
    # new customers are made once, not twice
    copy_in(ContactPoint, CONTACT, contacts)
    copy_in(
        Customer,
        CUSTOMER,
        [
            facts_of(candidate, {"id": key, "number": number, "salt": salt})
            for key, salt, candidate, number in zip(
                keys, salts, fresh, next_numbers(len(fresh)), strict=True
            )
        ],
    )
    copy_in(IdentityDocument, DOCUMENT, documents)
    copy_in(IdentityKey, IDENTITY, identities)
    copy_in(
        SourceKey,
        SOURCE_KEY,
        [(key, system, c.source_key) for key, c in zip(keys, fresh, strict=True)],
    )
    recognise(keys)
    customers_loaded.send(Customer, keys=keys)


def sealed_rows(people: list[tuple[int, bytes, Candidate]]) -> tuple[Rows, Rows, Rows]:
    """Documents, identities and contact points of new customers.

    All that belongs to one customer is sealed in one go, while the key derived for it is at hand.
    """
    documents: Rows = []
    identities: Rows = []
    contacts: Rows = []
    document_keys = iter(reserve_keys(IdentityDocument, len(people)))
    told = sum(len(candidate.contacts) for _key, _salt, candidate in people)
    contact_keys = iter(reserve_keys(ContactPoint, told))
    for key, salt, candidate in people:
        document, identity = document_rows(next(document_keys), key, salt, candidate)
        documents.append(document)
        identities.append(identity)
        contacts += [
            contact_row(next(contact_keys), key, salt, (kind, value, mask, True))
            for kind, (value, mask) in candidate.contacts.items()
        ]
    return documents, identities, contacts


def facts_of(candidate: Candidate, given: dict[str, object]) -> list[object]:
    """The columns of a new customer."""
    facts: dict[str, Any] = {"managed_since": bank_today()} | candidate.facts | given
    is_person = candidate.is_person
    if not facts.get("latin_name"):
        facts["latin_name"] = names.latin_name(facts["name"], is_person=is_person)
    facts["name_sort"] = names.sort_key(facts["name"], is_person=is_person)[:200]
    return [facts[name] for name in CUSTOMER]


def document_rows(key: int, customer: int, salt: bytes, candidate: Candidate) -> tuple[Told, Told]:
    """The first document of a new customer, sealed, and the identity that it claims."""
    kind, country, number = documented(candidate)
    sealed = seal(number.value, Place(IdentityDocument._meta.db_table, "number", key), salt)
    mask = numbers.mask(number.value)
    until, is_long_term = candidate.valid_until, candidate.is_long_term
    index = candidate.blind or blind(number.value, identity_label(number))
    return (
        (key, customer, kind, country, sealed, mask, until, is_long_term, True),
        (customer, key, number.family, number.country, index),
    )


def contact_row(key: int, customer: int, salt: bytes, told: Told) -> Told:
    """A contact point, sealed; the first of its kind is the preferred one."""
    kind, value, mask, is_primary = told
    sealed = seal(value, Place(ContactPoint._meta.db_table, "value", key), salt)
    return key, customer, kind, sealed, blind(value, f"contact:{kind}"), mask, is_primary


def attach_contacts(told: list[tuple[int, bytes, Told]]) -> None:
    """Seal and store contact points of known customers."""
    keys = reserve_keys(ContactPoint, len(told))
    rows = [
        contact_row(key, customer, salt, facts)
        for key, (customer, salt, facts) in zip(keys, told, strict=True)
    ]
    copy_in(ContactPoint, CONTACT, rows)


def copy_in(model: type[models.Model], names: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Insert rows of a record by COPY, dated and in their first version."""
    rows = list(rows)
    if not rows:
        return
    # as text, which is put into words once
    now = timezone.now().isoformat()
    statement = sql.SQL("copy {table} ({columns}) from stdin").format(
        table=sql.Identifier(model._meta.db_table),
        columns=sql.SQL(", ").join(map(sql.Identifier, (*names, *STAMPS))),
    )
    with connection.cursor() as cursor, cursor.copy(statement) as target:
        for row in rows:
            target.write_row((*row, now, now, 1))


# --- known customers ----------------------------------------------------------------------------


def renew(renewals: list[Renewal]) -> None:
    """Update known customers where the file says something else."""
    attach_contacts(
        [(r.customer.pk, bytes(r.customer.salt), told) for r in renewals for told in r.contacts]
    )
    by_key = {r.customer.pk: r.candidate for r in renewals if r.differs}
    if not by_key:
        return
    # in one order, so that two who change the same customers wait and do not deadlock
    locked = Customer.objects.filter(pk__in=by_key).order_by("pk").select_for_update(no_key=True)
    rows = [
        {"id": customer.pk} | renewed(customer, by_key[customer.pk])
        for customer in locked
        if differs(customer, by_key[customer.pk])
    ]
    document = json.dumps(rows, default=str, ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute(RENEW, {"rows": document, "now": timezone.now()})
    customers_loaded.send(Customer, keys=[row["id"] for row in rows])


def renewed(customer: Customer, candidate: Candidate) -> dict[str, object]:
    """Every column that a file may change, as it is to be."""
    facts: dict[str, Any] = {n: getattr(customer, n) for n in RENEWED} | wanted_of(candidate)
    if facts["name"] != customer.name:
        is_person = candidate.is_person
        facts["latin_name"] = names.latin_name(facts["name"], is_person=is_person)
        facts["name_sort"] = names.sort_key(facts["name"], is_person=is_person)[:200]
    return facts
