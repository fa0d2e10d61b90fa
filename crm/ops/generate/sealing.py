"""Documents, mobiles and account numbers of the first customers, sealed as the product does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any, NamedTuple

from django.utils import timezone
from psycopg import Connection, sql

from crm.core.models import Record
from crm.core.sealed import Place, blind, seal
from crm.ops.demo import numbers as made
from customers import numbers
from customers.feeds import account_numbers
from customers.models import ContactPoint, IdentityDocument, IdentityKey
from customers.operations import identity_label

from .plan import Plan

BATCH = 2_000
LONG_TERM = 0.4
PEOPLE = """
select c.id, c.kind = 'organisation', c.country, coalesce(c.born_on, c.founded_on), c.gender,
    c.salt, p.area
from customers_customer c
join meridian_generate.reach r on r.branch_id = c.home_branch_id
join meridian_generate.place p on p.id = r.place
where c.id > {low} and c.id <= {high}
order by c.id
"""
ACCOUNTS = """
select h.id, meridian_generate.account(h.id), meridian_generate.salt(h.customer_id)
from customers_holding h
where h.customer_id > {low} and h.customer_id <= {high}
order by h.id
"""
SEAL_ACCOUNTS = """
update customers_holding h set number = u.number, number_index = u.number_index
from unnest(%s::bigint[], %s::bytea[], %s::bytea[]) u(id, number, number_index)
where h.id = u.id
"""


class Person(NamedTuple):
    """A customer, as far as the document says it."""

    key: int
    is_company: bool
    country: str
    born: dt.date
    gender: str
    salt: bytes
    area: str


def batches(plan: Plan) -> Iterator[tuple[int, int]]:
    """Ranges of the customers whose values are sealed."""
    most = min(plan.sealed, plan.customers)
    for low in range(0, most, BATCH):
        yield low, min(low + BATCH, most)


def seal_people(connection: Connection[Any], plan: Plan) -> None:
    """Give the first customers a document and a mobile."""
    rng = Random(f"documents {plan.seed}")  # noqa: S311 - invented numbers, no secret
    used: set[str] = set()
    for low, high in batches(plan):
        rows = fetch(connection, PEOPLE, low, high)
        people = [Person(*row) for row in rows]
        documents = [document_of(rng, person, used) for person in people]
        write(connection, IdentityDocument, (
            document_row(rng, plan, person, *document)
            for person, document in zip(people, documents, strict=True)
        ))  # fmt: skip
        write(connection, IdentityKey, (
            {"customer_id": person.key, "document_id": person.key, "family": number.family,
             "country": number.country, "index": blind(number.value, identity_label(number))}
            for person, (_kind, _country, number) in zip(people, documents, strict=True)
        ))  # fmt: skip
        write(connection, ContactPoint, (mobile_row(rng, person, used) for person in people))


def document_of(rng: Random, person: Person, used: set[str]) -> tuple[str, str, numbers.Number]:
    """Kind, country and number of the document that such a customer shows."""

    def draw() -> str:
        if person.is_company:
            return made.social_credit_code(rng, "91", person.area)
        if person.country != "CN":
            return made.passport(rng, person.country)
        return made.resident_id(rng, person.area, person.born, person.gender)

    kind = "uscc" if person.is_company else "resident_id" if person.country == "CN" else "passport"
    return (
        kind,
        person.country,
        numbers.normalise_document(kind, made.unused(draw, used), person.country),
    )


def document_row(
    rng: Random, plan: Plan, person: Person, kind: str, country: str, number: numbers.Number
) -> dict[str, Any]:
    """A document, some valid without end."""
    for_ever = rng.random() < LONG_TERM
    place = Place(IdentityDocument._meta.db_table, "number", person.key)
    return {
        "customer_id": person.key,
        "kind": kind,
        "country": country,
        "number": seal(number.value, place, person.salt),
        "mask": numbers.mask(number.value),
        "valid_until": None
        if for_ever
        else plan.today + dt.timedelta(days=rng.randrange(-200, 5000)),
        "is_long_term": for_ever,
        "is_primary": True,
    }


def mobile_row(rng: Random, person: Person, used: set[str]) -> dict[str, Any]:
    """A mobile number."""
    value = numbers.normalise_phone(made.unused(lambda: made.mobile(rng), used))
    place = Place(ContactPoint._meta.db_table, "value", person.key)
    return {
        "customer_id": person.key,
        "kind": "mobile",
        "value": seal(value, place, person.salt),
        "index": blind(value, "contact:mobile"),
        "mask": numbers.mask_phone(value),
        "is_primary": True,
    }


def fetch(connection: Connection[Any], text: str, low: int, high: int) -> list[tuple[Any, ...]]:
    """The rows of a range of customers."""
    return connection.execute(
        sql.SQL(text).format(low=sql.Literal(low), high=sql.Literal(high))
    ).fetchall()


def write(connection: Connection[Any], model: type[Record], rows: Iterable[dict[str, Any]]) -> None:
    """Copy records of which each customer has one, with the customer's key."""
    moment = timezone.now()
    dated = [
        {"id": row["customer_id"], "created_at": moment, "updated_at": moment, "version": 1} | row
        for row in rows
    ]
    into = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, dated[0]))
    )
    with connection.cursor() as cursor, cursor.copy(into) as stream:
        for row in dated:
            stream.write_row(list(row.values()))


def seal_accounts(connection: Connection[Any], plan: Plan) -> None:
    """Seal the account numbers of the first customers."""
    for low, high in batches(plan):
        rows = fetch(connection, ACCOUNTS, low, high)
        sealed = [account_numbers.sealed(account, key, bytes(salt)) for key, account, salt in rows]
        indexes = [account_numbers.index(account) for _key, account, _salt in rows]
        connection.execute(SEAL_ACCOUNTS, [[row[0] for row in rows], sealed, indexes])
