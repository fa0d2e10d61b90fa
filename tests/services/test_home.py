"""The home: at most four figures, each of which opens exactly the rows that it counts."""

import datetime as dt
import re

import pytest

from crm.core.clock import bank_today, now
from tests.factories import CustomerFactory, ServiceRequestFactory
from tests.factories_services.contacts import ContactFactory, PromiseFactory
from tests.factories_services.opportunities import OpportunityFactory

TILE = re.compile(
    r'<a class="tile" href="([^"]+)">\s*<span class="k">([^<]+)</span>\s*<span [^>]+>(\d+)'
)
SELLING = (
    "customers.view_customer",
    "services.view_contact",
    "services.view_promise",
    "services.view_opportunity",
)


def figures(client):
    """Label, number and address of each figure on the home."""
    page = client.get("/").content.decode()
    return {
        label: (int(n), address.replace("&amp;", "&")) for address, label, n in TILE.findall(page)
    }


def rows_at(client, address):
    """How many rows the list at an address holds."""
    return len(client.get(address).context["table"].rows)


@pytest.mark.proves("XX-1")
def test_an_agent_sees_their_own_requests_by_the_time_that_is_left(desk, agent, service, customer):
    hour = dt.timedelta(hours=1)
    at = {"risk_at": now() - hour, "due_at": now() + hour}
    late = {"risk_at": now() - hour, "due_at": now() - dt.timedelta(minutes=1)}
    for moments in (at, late, late):
        ServiceRequestFactory(service=service, customer=customer, owner=agent, **moments)
    ServiceRequestFactory(service=service, customer=customer, **late)
    shown = figures(desk)
    assert {label: n for label, (n, _address) in shown.items() if "today" not in label} == {
        "Mine, overdue": 2,
        "Mine, at risk": 1,
        "Mine, open": 3,
    }
    assert len(shown) == 4
    for n, address in shown.values():
        assert rows_at(desk, address) == n


@pytest.mark.proves("XX-1")
def test_a_manager_sees_what_is_due_within_reach_and_nothing_beyond(
    person, branch, other_branch, signed_in, django_assert_max_num_queries
):
    manager = person(branch, *SELLING)
    for place in (branch, other_branch):
        customer = CustomerFactory(home_branch=place)
        ContactFactory(customer=customer)
        PromiseFactory(customer=customer, due_on=bank_today())
        OpportunityFactory(customer=customer, branch=place, closes_on=bank_today())
    client = signed_in(manager)
    shown = figures(client)
    assert {label: n for label, (n, _address) in shown.items()} == {
        "Contacts this week": 1,
        "Promises due today": 1,
        "Opportunities closing this month": 1,
    }
    for n, address in shown.values():
        assert rows_at(client, address) == n
    with django_assert_max_num_queries(8):
        client.get("/")


def test_who_has_no_figures_begins_on_the_first_page(person, branch, signed_in):
    answer = signed_in(person(branch, "customers.view_customer")).get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/customers/")


@pytest.mark.proves("XX-3")
def test_requests_are_found_by_the_beginning_of_their_number_within_reach(
    desk, mine, other_branch, service
):
    far = ServiceRequestFactory(
        service=service,
        customer=CustomerFactory(home_branch=other_branch),
        number=f"{mine.number}9",
    )
    text = desk.post("/palette/", {"q": mine.number.lower()}).content.decode()
    assert f"/service/requests/{mine.pk}/" in text
    assert f"/service/requests/{far.pk}/" not in text
    # only by the beginning, as an index serves it
    assert str(mine) not in desk.post("/palette/", {"q": mine.number[2:]}).content.decode()
