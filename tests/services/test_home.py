"""The home: at most four figures, each of which opens exactly the rows that it counts."""

import datetime as dt

import pytest

from crm.core.clock import bank_today, now
from tests.factories import CustomerFactory, ServiceRequestFactory
from tests.factories_services.contacts import ContactFactory, PromiseFactory
from tests.factories_services.opportunities import OpportunityFactory
from tests.homes import cells, figures, parts, rows_at, to_do

SELLING = (
    "customers.view_customer",
    "services.view_contact",
    "services.view_promise",
    "services.view_opportunity",
    "services.view_opportunitystage",
    "services.add_contact",
    "services.keep_promise",
    "services.move_opportunity",
)


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
    (pipeline,) = parts(client).values()
    assert [(n, rows_at(client, address)) for n, address in cells(pipeline)] == [(1, 1), (0, 0)]
    with django_assert_max_num_queries(9):
        client.get("/")


@pytest.mark.proves("XX-1")
def test_a_leader_sees_what_waits_in_queues_and_who_has_how_much_in_hand(
    signed_in, leader, agent, service, customer
):
    hour = dt.timedelta(hours=1)
    late = {"risk_at": now() - 2 * hour, "due_at": now() - hour}
    for moments in (late, {}, {}):
        ServiceRequestFactory(service=service, customer=customer, owner=agent, **moments)
    ServiceRequestFactory(service=service, customer=customer, **late)
    client = signed_in(leader.user)
    assert [(label, about) for label, _when, about in to_do(client)] == [
        ("Request to assign", customer.shown_name)
    ]
    team, *_others = parts(client).values()
    assert [(n, rows_at(client, address)) for n, address in cells(team)] == [(3, 3), (1, 1)]


@pytest.mark.proves("XX-1")
def test_an_agent_sees_day_by_day_what_came_and_what_was_resolved(desk, agent, service, customer):
    done = {"status": "resolved", "resolved_at": now(), "responded_at": now()}
    for values in ({}, {}, done):
        ServiceRequestFactory(service=service, customer=customer, owner=agent, **values)
    (mine,) = parts(desk).values()
    held = [(n, address) for n, address in cells(mine) if n]
    assert [n for n, _address in held] == [3, 1]
    assert [rows_at(desk, address) for _n, address in held] == [3, 1]


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


@pytest.mark.django_db(transaction=True)
def test_a_part_that_takes_too_long_says_so_and_the_home_stands(
    signed_in, person, branch, settings, owner_connection
):
    client = signed_in(person(branch, *SELLING))
    client.get("/")
    settings.LISTING_TIMEOUT_MS = 60
    owner_connection.execute("lock table services_opportunitystage in access exclusive mode")
    (pipeline,) = parts(client).values()
    assert "There are too many rows to add them up at once." in pipeline
    owner_connection.rollback()
    (pipeline,) = parts(client).values()
    assert "Open opportunities, by stage" in pipeline
