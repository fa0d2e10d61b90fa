"""Cases, claims, hits and reviews as those who decide about risks see them, and their night."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import reverse

from crm.core.acting import acting
from customers.models import Customer
from risk.classification import assessment
from risk.models import AlertCase, Claim, Diligence, ScreeningHit
from risk.warnings.run import warn
from sysadmin.models import system_user

from .lists import get
from .loads import Loaded, Undone, timed
from .people import Persona

Case = tuple[str, Callable[[], int]]
CASES = "risk.view_alertcase"
# what is asked of each list
LISTS: dict[Any, tuple[str, ...]] = {
    AlertCase: ("", "open=yes", "status=new", "due=overdue&sort=due_on", "officer=me&open=yes"),
    Claim: ("", "non_performing=yes&ended=no", "status=proposed", "overdue=yes&sort=since"),
    ScreeningHit: ("", "status=open"),
    Diligence: ("", "review=overdue", "review=compliance", "review=first", "facts=missing"),
}


def risk_cases(clients: dict[str, Client], personas: list[Persona]) -> Iterator[Case]:
    """Each list as each reach asks it, its count, and the page of one case and one claim."""
    for persona in personas:
        client, reach = clients[persona.reach], persona.reach
        for model, queries in LISTS.items():
            name = model._meta.model_name
            if not persona.user.has_action(f"risk.view_{name}"):
                continue
            address = reverse(f"risk:{name}_list")
            for query in queries:
                yield f"risk {reach}, {name} {query}".strip(), get(client, f"{address}?{query}")
            yield f"risk {reach}, {name} count", get(client, f"{address}count/")
            if first := model.objects.permitted(persona.user).order_by("pk").first():
                page = reverse(f"risk:{name}_view", args=[first.pk])
                yield f"risk {reach}, {name} page", get(client, page)


def nights(customers: int) -> Iterator[Loaded]:
    """The night over so many of the oldest customers; nothing of it stays."""
    keys = Customer.objects.order_by("pk").values_list("pk", flat=True)[:customers]
    first, last = min(keys), max(keys)
    by = system_user()
    works = {
        "warnings": lambda: warn(first - 1, last, by=by),
        "classification": lambda: assessment.keep(first, last, by=by),
    }
    for name, work in works.items():
        with contextlib.suppress(Undone), transaction.atomic(), acting(by=by):
            for which in ("first", "next"):
                yield timed(f"night {name}, {which}", len(keys), work)
            raise Undone
