"""The desk, the queues, and the lists of what is done for customers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.test import Client
from django.urls import reverse

from services.models import ServiceRequest

from .lists import get, most
from .people import Persona

Case = tuple[str, Callable[[], int]]
DESK, REQUESTS = "services.desk_servicerequest", "services.view_servicerequest"
# what is asked of the list of requests
QUEUES = {
    "newest": "",
    "mine": "owner=me&at_work=yes&sort=due",
    "my queues": "queues=mine&status=queued&sort=due",
    "overdue": "due=overdue&sort=due",
    "at risk": "due=at_risk&sort=due",
    "today": "due=today&sort=due",
    "open": "at_work=yes&sort=due",
    "waiting": "status=waiting&sort=due",
    "closed": "status=closed",
    "urgent and open": "priority=urgent&at_work=yes&sort=due",
    "by channel": "channel=outlet",
}
# list, and what is asked of it
WORK = {
    "complaint": ("", "open=yes&sort=due_on", "due=overdue&sort=due_on"),
    "contact": ("", "author=me", "week=true"),
    "promise": ("", "owner=me"),
    "task": ("",),
    "opportunity": ("", "owner=me&outcome=open", "closing=this_month", "stale=true"),
}
PAGES = {"agenda": "services.view_task", "opportunity_board": "services.view_opportunity"}


def desk_cases(clients: dict[str, Client], personas: list[Persona]) -> Iterator[Case]:
    """The desk as it opens, and a request that is chosen there with what is fetched beside it."""
    for persona in personas:
        client, reach = clients[persona.reach], persona.reach
        yield f"desk {reach}", get(client, reverse("services:desk"))
        rows = ServiceRequest.objects.permitted(persona.user).at_work().exclude(owner=None)
        chosen = rows.order_by("due_at", "pk").first()
        if chosen is None:
            continue
        for page in ("work", "conversation", "customer", "view"):
            address = reverse(f"services:servicerequest_{page}", args=[chosen.pk])
            yield f"desk {reach}, {page}", get(client, address)


def queue_cases(clients: dict[str, Client], personas: list[Persona]) -> Iterator[Case]:
    """The list of requests as each reach asks it, and its counts."""
    address = reverse("services:servicerequest_list")
    for persona in personas:
        client, reach = clients[persona.reach], persona.reach
        rows = ServiceRequest.objects.permitted(persona.user)
        one_branch = f"branch={most(rows, 'branch')}&at_work=yes&sort=due"
        for name, query in (QUEUES | {"one branch": one_branch}).items():
            yield f"queue {reach}, {name}", get(client, f"{address}?{query}")
        yield f"queue {reach}, count", get(client, f"{address}count/")


def work_cases(clients: dict[str, Client], personas: list[Persona]) -> Iterator[Case]:
    """Complaints, contacts, promises, tasks and opportunities, and the pages made of them."""
    for persona in personas:
        client, reach = clients[persona.reach], persona.reach
        for name, queries in WORK.items():
            if persona.user.has_action(f"services.view_{name}"):
                address = reverse(f"services:{name}_list")
                for query in queries:
                    case = f"work {reach}, {name} {query}".strip()
                    yield case, get(client, f"{address}?{query}")
        for page, action in PAGES.items():
            if persona.user.has_action(action):
                yield f"work {reach}, {page}", get(client, reverse(f"services:{page}"))
