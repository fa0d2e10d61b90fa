"""Searches, the pages of one customer, and what is saved there."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from unittest import mock

from django.test import Client

from crm.core.idempotency import FIELD
from crm.core.sealed import open_field
from crm.ops.demo.numbers import mobile, resident_id
from customers.models import ContactPoint, Customer, Holding, IdentityDocument
from customers.names import initials, pinyin
from customers.purposes import PURPOSES
from sysadmin.models import User

Case = tuple[str, Callable[[], int]]
HTMX = {"HX-Request": "true"}
EARLY = dt.date(1980, 1, 1)


@dataclass(frozen=True)
class Subject:
    """A customer with everything that can be looked for."""

    customer: Customer
    document: IdentityDocument
    point: ContactPoint
    holding: Holding

    @classmethod
    def within(cls, user: User) -> Subject | None:
        """The first person within reach who has a document, a mobile and an account."""
        points = ContactPoint.objects.filter(kind="mobile", customer__kind="person").order_by("pk")
        allowed = Customer.objects.permitted(user, "change").filter(status="active")
        for point in points.filter(customer__in=allowed).select_related("customer")[:50]:
            customer = point.customer
            document = customer.documents.filter(kind="resident_id").first()
            holding = customer.holdings.first()
            if document and holding:
                return cls(customer, document, point, holding)
        return None


def search_cases(client: Client, subject: Subject) -> Iterator[Case]:
    """Each kind of search through the box that is open from everywhere."""
    customer = subject.customer
    salt = bytes(customer.salt)
    phone = open_field(subject.point, "value", salt)
    for name, text in {
        "one character": customer.name[:1],
        "two characters": customer.name[:2],
        "whole name": customer.name,
        "pinyin": pinyin(customer.name, is_person=True),
        "initials": initials(customer.name, is_person=True),
        "customer number": customer.number,
        "identity number": open_field(subject.document, "number", salt),
        "phone": phone.removeprefix("+86"),
        "phone tail": phone[-4:],
        "account": open_field(subject.holding, "number", salt),
    }.items():
        yield f"search {name}", searching(client, text)


def searching(client: Client, text: str) -> Callable[[], int]:
    """Types a text; the hour's limit is for people."""

    def search() -> int:
        with mock.patch("customers.search_views.SEARCHES_PER_HOUR", 10**9):
            return client.post("/palette/", {"q": text}).status_code

    return search


def customer_cases(client: Client, subject: Subject) -> Iterator[Case]:
    """The page of a customer, its panels and its form."""
    own = f"/customers/{subject.customer.pk}/"

    def get(address: str, **headers: str) -> Callable[[], int]:
        return lambda: client.get(address, headers=headers).status_code

    yield "customer page", get(own)
    yield "customer holdings panel", get(f"{own}holdings/", **HTMX)
    yield "customer timeline panel", get(f"{own}timeline/", **HTMX)
    yield "customer form", get(f"{own}change/")
    yield "customer form to add", get("/customers/add/")
    yield "customer holding", get(f"/customers/holdings/{subject.holding.pk}/")
    yield "customer revealed", revealing(client, subject)


def revealing(client: Client, subject: Subject) -> Callable[[], int]:
    """Asks for a mobile; the hour's limit is for people."""
    address = f"/customers/{subject.customer.pk}/reveal/contact/{subject.point.pk}/"
    form = {"purpose": next(iter(PURPOSES))}

    def reveal() -> int:
        with mock.patch("customers.operations.REVEALS_PER_HOUR", 10**9):
            return client.post(address, form).status_code

    return reveal


def saving_cases(client: Client, subject: Subject) -> Iterator[Case]:
    """A change saved, and a customer entered."""
    rng = Random(time.time_ns())  # noqa: S311 - numbers that no earlier run has used
    yield "save change", lambda: change(client, subject.customer)
    yield "save new customer", lambda: add(client, subject.customer, rng)


def change(client: Client, customer: Customer) -> int:
    """Save a form that changes the city, as a browser sends it."""
    customer.refresh_from_db()
    form = form_of(customer) | {
        "city": "杭州" if customer.city != "杭州" else "宁波",
        "version": customer.version,
    }
    return client.post(f"/customers/{customer.pk}/change/", form).status_code


def add(client: Client, like: Customer, rng: Random) -> int:
    """Enter a customer like another one, with a document and a mobile."""
    born = (like.born_on or EARLY) - dt.timedelta(days=rng.randrange(9_000))
    form = form_of(like) | {
        "kind": "person",
        "born_on": born,
        "document_kind": "resident_id",
        "document_country": "CN",
        "document_number": resident_id(rng, "330106", born, like.gender or "F"),
        "is_long_term": "on",
        "mobile": mobile(rng),
        "email": "",
        "lead_manager": "",  # the other's may be out of reach
    }
    return client.post("/customers/add/", form).status_code


def form_of(customer: Customer) -> dict[str, object]:
    """What the form of a customer sends when nothing is changed."""
    return {
        "name": customer.name,
        "latin_name": customer.latin_name,
        "country": customer.country,
        "gender": customer.gender,
        "born_on": customer.born_on or "",
        "founded_on": customer.founded_on or "",
        "opened_on": customer.opened_on,
        "city": customer.city,
        "address": customer.address,
        "home_branch": customer.home_branch_id,
        "lead_manager": customer.lead_manager_id or "",
        FIELD: str(uuid.uuid4()),
    }
