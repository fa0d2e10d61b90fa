"""The list of customers: its pages and sorts, and forty combinations of reach and filters."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Count
from django.test import Client
from django.utils.http import urlencode

from crm.core.clock import bank_today
from customers.models import Customer
from customers.resources import customer as resource

from .people import Persona

ADDRESS = "/customers/"
PAGES = 20
NEXT = re.compile(r'rel="next" href="([^"]+)"')
Case = tuple[str, Callable[[], int]]


def get(client: Client, address: str, **headers: str) -> Callable[[], int]:
    """Sends one request for an address."""
    return lambda: client.get(address, headers=headers or None).status_code


def list_cases(client: Client, reach: str) -> Iterator[Case]:
    """First page, a page far behind it, each sort in both directions, and the count."""
    yield f"list {reach}, first page", get(client, ADDRESS)
    yield f"list {reach}, page {PAGES}", get(client, page_behind(client))
    for name in resource.sorts:
        for sort in (name, f"-{name}"):
            yield f"list {reach}, sort {sort}", get(client, f"{ADDRESS}?sort={sort}")
    yield f"list {reach}, count", get(client, f"{ADDRESS}count/")


def page_behind(client: Client) -> str:
    """The address of a page that is reached by going on and on."""
    address = ADDRESS
    for _page in range(PAGES - 1):
        found = NEXT.search(client.get(address).content.decode())
        if found is None:
            break
        address = ADDRESS + html.unescape(found[1])
    return address


def combined_cases(clients: dict[str, Client], personas: list[Persona]) -> Iterator[Case]:
    """Every reach with every filter."""
    for persona in personas:
        client = clients[persona.reach]
        for name, query in filters_of(client, persona):
            yield f"reach {persona.reach}, {name}", get(client, f"{ADDRESS}?{query}")


def filters_of(client: Client, persona: Persona) -> Iterator[tuple[str, str]]:
    """Eight ways to narrow the list, with values that occur within the reach."""
    rows = Customer.objects.permitted(persona.user)
    year = bank_today() - dt.timedelta(days=365)
    before = year - dt.timedelta(days=365)
    opened = {"opened_after": before.isoformat(), "opened_before": year.isoformat()}
    yield "all", ""
    yield "status", urlencode({"status": "dormant"})
    yield "kind", urlencode({"kind": "organisation"})
    yield (
        "manager",
        urlencode({"lead_manager": most(rows.exclude(lead_manager=None), "lead_manager")}),
    )
    yield "branch", urlencode({"home_branch": most(rows, "home_branch")})
    yield "opened", urlencode(opened)
    yield "found text", urlencode({"v": token_for(client, "王")})
    several = {"status": "active", "kind": "person", "sort": "-opened_on"}
    yield "several, sorted", urlencode(several | opened)


def most(rows: Any, field: str) -> int | str:
    """The value that the most rows have."""
    counted = rows.order_by().values_list(field).annotate(n=Count("pk")).order_by("-n", field)
    first = counted.first()
    return first[0] if first else ""


def token_for(client: Client, text: str) -> str:
    """The token under which the list keeps what was typed."""
    answer = client.post(f"{ADDRESS}find/", {"q": text})
    return str(answer.headers.get("Location", "")).partition("v=")[2]
