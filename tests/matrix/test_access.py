"""Who may open what: every page of every resource, as everybody, by every method."""

import re
import uuid
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client

from crm.core.idempotency import FIELD
from crm.core.scope import BankWide, OwnedBy
from crm.urls import RESOURCES
from sysadmin import operations
from sysadmin.models import Grant
from sysadmin.signing_in.operations import disable
from tests.factories import GrantFactory, RoleFactory
from tests.matrix.clients import QuickClient
from tests.matrix.routes import routes_of
from tests.matrix.subjects import PLACES, every_action, reaches
from tests.matrix.world import actions_of, widest

Reach = Grant.Reach
REFUSED = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
ASKED = ("GET", "POST")
# what is answered before anybody's rights are looked at is asked as few only
SELDOM = ("HEAD", *REFUSED)
OPEN = {200, 204, 302, 422}
LATER = {"first": 1}
OVER = {"first": -9, "beyond": 0}
LAST_DAY = {"first": 0, "beyond": 1}


@dataclass(frozen=True)
class Persona:
    """Somebody who asks: with a grant as far as `extent`, at the branch or elsewhere."""

    name: str
    extent: str = ""
    at: str = "branch"
    dates: tuple = ()
    is_active: bool = True

    def __str__(self):
        return self.name

    def sees(self, model, place):
        """Whether the rule gives this persona the row at a place."""
        if self.at == "other" and not isinstance(model.SCOPE, OwnedBy):
            anywhere = reaches(model, self.extent, "nowhere")
            return anywhere or (place == "elsewhere" and reaches(model, self.extent, "branch"))
        return reaches(model, self.extent, place)


PERSONAS = [
    Persona("anonymous", is_active=False),
    Persona("without a grant"),
    *(Persona(f"reach {extent}", extent) for extent in Reach.values),
    Persona("at another branch", Reach.BRANCHES_BELOW, at="other"),
    Persona("only at another branch", Reach.BRANCH, at="other"),
    Persona("since today until today", Reach.BRANCHES_BELOW, dates=tuple(LAST_DAY.items())),
    Persona("until yesterday", "", dates=tuple(OVER.items())),
    Persona("from tomorrow", "", dates=tuple(LATER.items())),
    Persona("disabled", Reach.BANK, is_active=False),
]
# who asks for every page; a grant's dates, a disabled sign-in and the reaches between are judged
# before a page is chosen, so the others ask for the list and the record alone
ASKS_FOR_EVERY_PAGE = {
    "anonymous",
    "without a grant",
    *(f"reach {extent}" for extent in (Reach.OWN, Reach.BRANCHES_BELOW, Reach.BANK)),
    "at another branch",
}
ASKS_BY_EVERY_METHOD = {"anonymous", "reach bank"}


def send(client, method, url):
    """Ask by a method; a POST carries a key of its own and nothing else."""
    data = {FIELD: str(uuid.uuid4())} if method == "POST" else None
    return getattr(client, method.lower())(url, **({"data": data} if data else {}))


def outcome(answer):
    """What an answer amounts to."""
    if answer.status_code == 302 and answer.headers["Location"].startswith("/account/login/"):
        return "sign in"
    return "open" if answer.status_code in OPEN else answer.status_code


def parents_of(resource):
    """The models on whose pages the list is a card, in the order in which the world asks."""
    names = sorted(resource.panel_fields)
    parents = [resource.model._meta.get_field(name).related_model for name in names]
    return sorted(parents, key=lambda parent: not isinstance(parent.SCOPE, BankWide))


def expected(route, method, persona, place):  # noqa: PLR0911  (one line for each rule)
    """What the rules say, in the order in which they are asked."""
    if method in REFUSED:
        return 405
    if not persona.is_active:
        return "sign in"
    if route.is_function and method not in route.methods:
        return 405
    if not persona.extent:
        return 403
    if method not in route.methods:
        return 405
    if route.is_panel and not (parents := parents_of(route.resource)):
        return 404
    if route.is_panel and not persona.sees(parents[0], place):
        return 404
    if route.is_row and not persona.sees(route.resource.model, place):
        return 404
    return "open"


def client_of(persona, world, kind=QuickClient):
    """A client signed in as the persona."""
    client = kind()
    if persona.name == "anonymous":
        return client
    if persona.extent or persona.dates:
        world.give(
            actions_of(world.resource),
            world.other if persona.at == "other" else world.branch,
            persona.extent or Reach.BANK,
            **dict(persona.dates),
        )
    client.force_login(world.me.user)
    if persona.name == "disabled":
        # somebody is left who could undo it
        GrantFactory(role=RoleFactory(actions=sorted(every_action())), extent=Reach.BANK)
        disable(world.user, by=world.colleague.user, reason="left the bank")
    return client


def requests_of(resource, persona):
    """Each page by each method, about a row at each place if the persona gets as far as rows."""
    gets_to_rows = persona.extent and persona.is_active
    edge = edge_of(resource.model, persona) if gets_to_rows else ("mine",)
    list_or_record = [r for r in routes_of(resource) if r.is_record or r.is_list]
    asks_all = persona.name in ASKS_FOR_EVERY_PAGE or not list_or_record
    for route in routes_of(resource) if asks_all else list_or_record:
        places = PLACES if route.is_record and gets_to_rows else edge
        for place in places if route.is_row else ("mine",):
            yield from ((route, place, method) for method in ASKED)
        if persona.name in ASKS_BY_EVERY_METHOD:
            yield from ((route, "mine", method) for method in SELDOM)


def edge_of(model, persona):
    """The last place within the persona's reach and the first beyond: where a page can err.

    The page of the record itself, whose rows every other page fetches in the same manner, is asked
    about all places.
    """
    within = [place for place in PLACES if persona.sees(model, place)]
    beyond = [place for place in PLACES if place not in within]
    return [*within[-1:], *beyond[:1]]


@contextmanager
def undone():
    """Whatever is stored within is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.slow
@pytest.mark.proves("SY-2")
def test_every_page_answers_as_grants_reach_and_method_say(world):
    world.fill()
    for persona in PERSONAS:
        with undone():
            client = client_of(persona, world)
            seen, rule = {}, {}
            for route, place, method in requests_of(world.resource, persona):
                request = f"{persona}: {method} {route} {place}"
                seen[request] = outcome(send(client, method, world.address(route, place)))
                rule[request] = expected(route, method, persona, place)
            assert seen == rule


@pytest.mark.proves("SY-2")
def test_a_list_and_its_count_hold_the_rows_within_reach_and_no_others(world):
    url = {name: world.resource.url(name) for name in ("list", "count")}
    personas = [p for p in PERSONAS if p.extent and p.is_active]
    counted = {p: held(client, url["count"]) for p, client in signed_in_one_by_one(personas, world)}
    world.fill()
    for persona, client in signed_in_one_by_one(personas, world):
        table = client.get(url["list"], {"size": "100"}).context["table"]
        shown = {row.record.pk for row in table.rows}
        within = {p for p in PLACES if persona.sees(world.resource.model, p)}
        assert {p for p, row in world.rows.items() if row.pk in shown} == within, persona
        grown = held(client, url["count"]) - counted[persona]
        # making a row of one model may make further rows of it, such as the users behind members
        assert grown >= len(within) if within else grown == 0, persona


def signed_in_one_by_one(personas, world):
    """Each persona in turn with a client of theirs; nothing of one is left to the next."""
    for persona in personas:
        with undone():
            yield persona, client_of(persona, world, Client)


def held(client, address):
    """How many rows a list says it holds."""
    return client.get(address).context["count"].n


@pytest.mark.proves("SY-2")
def test_every_other_action_of_the_bank_opens_nothing_and_the_one_alone_suffices(world):
    world.fill("mine")
    client = QuickClient()
    client.force_login(world.me.user)
    parents = actions_of(world.resource) - {r.action for r in routes_of(world.resource)}
    seen, rule = {}, {}
    for route in routes_of(world.resource):
        dead = route.is_panel and not route.resource.panel_fields
        rule[str(route)] = (403, 404 if dead else "open")
        alone = {route.action, *(parents if route.is_panel else ())}
        seen[str(route)] = tuple(
            opened(client, route, world, actions)
            for actions in (every_action() - {route.action}, alone)
        )
    assert seen == rule


def opened(client, route, world, actions):
    """What somebody gets from a page who may do this and nothing else; nothing is left of it."""
    with undone():
        world.give(actions, world.bank, Reach.BANK)
        return outcome(send(client, route.methods[0], world.address(route)))


def faceless(answer):
    """An answer without the number of its request."""
    headers = {k: v for k, v in answer.headers.items() if k != "X-Request-ID"}
    number = answer.headers["X-Request-ID"].encode()
    return answer.status_code, headers, answer.content.replace(number, b""), dict(answer.cookies)


LIMITED = [r for r in RESOURCES if not reaches(r.model, Reach.BRANCHES_BELOW, "elsewhere")]


@pytest.mark.proves("SY-2")
@pytest.mark.parametrize("resource", LIMITED, ids=str)
def test_a_row_out_of_reach_answers_exactly_as_one_that_does_not_exist(world):
    world.fill()
    client = client_of(Persona("limited", Reach.BRANCHES_BELOW), world)
    client.get("/")  # a session's first request sets its cookie
    foreign = world.rows["elsewhere"]
    parameters = world.subject.address(foreign)
    missing = parameters | {"pk": foreign.pk + 1_000_000}
    compared = 0
    for route in (r for r in routes_of(world.resource) if r.is_row):
        for method in route.methods:
            for headers in ({}, {"HX-Request": "true", "HX-Target": "drawer"}):
                client.defaults = {
                    f"HTTP_{k.upper().replace('-', '_')}": v for k, v in headers.items()
                }
                answers = [
                    faceless(send(client, method, route.url(**values)))
                    for values in (parameters, missing)
                ]
                assert answers[0] == answers[1], (route.name, method)
                assert answers[0][0] == 404
                compared += 1
    assert compared or not any(r.is_row for r in routes_of(world.resource))


@pytest.mark.proves("SY-2")
@pytest.mark.parametrize(
    "resource",
    [
        r
        for r in LIMITED
        if any(len(route.parameters) > 1 and route.is_row for route in routes_of(r))
    ],
    ids=str,
)
def test_a_part_of_a_foreign_row_is_not_reached_through_a_row_of_ones_own(world):
    world.fill()
    client = client_of(Persona("limited", Reach.BRANCHES_BELOW), world)
    own, foreign = (world.subject.address(world.rows[p]) for p in ("mine", "elsewhere"))
    for route in routes_of(world.resource):
        if route.is_row and len(route.parameters) > 1:
            for method in route.methods:
                url = route.url(**(foreign | {"pk": own["pk"]}))
                assert send(client, method, url).status_code == 404, route.name


def test_no_request_shows_its_number_twice(db):
    numbers = {Client().get("/").headers["X-Request-ID"] for _ in range(3)}
    assert len(numbers) == 3
    assert all(re.fullmatch(r"[0-9a-f]{16}", number) for number in numbers)


@pytest.mark.proves("SY-2")
def test_a_grant_that_ends_bites_on_the_very_next_request(world):
    world.fill()
    grant = world.give(actions_of(world.resource), world.branch, widest(world.resource))
    client = Client()
    client.force_login(world.me.user)
    url = world.resource.url("list")
    assert client.get(url).status_code == 200
    world.keep(grant.role)
    operations.end(grant, by=world.colleague.user, reason="moved to another post")
    assert client.get(url).status_code == 403
