"""Grants lend each other no action: what is held at one branch gives nothing at another."""

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from crm.core.models import AuditEvent
from crm.core.scope import BankWide
from sysadmin.models import Grant
from tests.matrix.forms import filled, read
from tests.matrix.routes import ROUTES, routes_of
from tests.matrix.subjects import STEPS_OF_THEIR_OWN, reaches
from tests.matrix.test_access import outcome, send
from tests.matrix.world import World, world_of

BRANCH, BANK = Grant.Reach.BRANCH, Grant.Reach.BANK
TIED = [
    route
    for route in ROUTES
    if route.is_row
    and route.action != route.resource.permission("view")
    and not isinstance(route.resource.model.SCOPE, BankWide)
    and reaches(route.resource.model, BRANCH, "branch")
]
PLAIN = [r for r in TIED if not (r.transition and str(r.resource) in STEPS_OF_THEIR_OWN)]


def set_up(route) -> tuple[World, Client]:
    """Viewing at one's own branch, and the page's action at another one."""
    world = world_of(route.resource).fill("branch", "elsewhere")
    world.give({route.resource.permission("view")}, world.branch, BRANCH)
    world.give({route.action}, world.other, BRANCH)
    client = Client()
    client.force_login(world.me.user)
    return world, client


def offered(answer) -> list[str]:
    """The addresses within the product that a page offers."""
    return [link for link in read(answer).links if link.startswith("/") and "/static/" not in link]


def leads_to(link, route) -> bool:
    """Whether a link leads to a page."""
    try:
        return resolve(link.partition("?")[0]).view_name == route.name
    except Resolver404:
        return False


@pytest.mark.proves("SY-2")
@pytest.mark.parametrize("route", TIED, ids=str)
def test_an_action_held_at_another_branch_gives_nothing_here(db, route):
    world, client = set_up(route)
    here, there = world.rows["branch"], world.rows["elsewhere"]
    assert client.get(world.resource.url("view", here)).status_code == 200
    assert client.get(world.resource.url("view", there)).status_code == 404
    for method in route.methods:
        assert outcome(send(client, method, world.address(route, "branch"))) == 404
        assert outcome(send(client, method, world.address(route, "elsewhere"))) == "open"


@pytest.mark.proves("SY-2")
@pytest.mark.parametrize("route", [route for route in PLAIN if route.acts], ids=str)
def test_a_whole_form_filled_in_elsewhere_is_refused_here_and_stores_nothing(db, route):
    world, client = set_up(route)
    for row in world.rows.values():
        world.ready(row, route)
    data = filled(client.get(world.address(route, "elsewhere")), world.subject, world.other)
    before = AuditEvent.objects.count()
    assert client.post(world.address(route, "branch"), data).status_code == 404
    assert AuditEvent.objects.count() == before
    answer = client.post(world.address(route, "elsewhere"), data)
    assert answer.status_code == 302, answer.context["form"].errors
    assert AuditEvent.objects.count() > before


@pytest.mark.proves("SY-2")
@pytest.mark.parametrize("route", PLAIN, ids=str)
def test_a_page_is_offered_exactly_where_its_action_reaches(db, route):
    world, client = set_up(route)
    row = world.rows["branch"]
    world.ready(row, route)
    view = world.resource.url("view", row)

    def ways():
        page = client.get(view)
        return [link for link in offered(page) + read(page).sends if leads_to(link, route)]

    assert not ways()
    world.give({route.action}, world.branch, BRANCH)
    assert ways()


@pytest.mark.proves("SY-2")
@pytest.mark.parametrize("place", ["mine", "below"])
def test_whatever_a_record_offers_opens(world, place):
    world.fill()
    actions = {route.action for route in routes_of(world.resource)}
    world.give(actions, world.branch, Grant.Reach.OWN)
    world.give({world.resource.permission("view")}, world.bank, BANK)
    client = Client()
    client.force_login(world.me.user)
    if "view" in world.resource.pages:
        links = offered(client.get(world.resource.url("view", world.rows[place])))
        closed = {link for link in links if client.get(link).status_code not in {200, 302}}
        # signing out and choosing a language are buttons of the frame
        assert {link for link in closed if not link.startswith("/account/")} == set()
