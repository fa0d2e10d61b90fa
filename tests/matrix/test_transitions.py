"""States change along the moves that the model declares, and in no other way."""

import itertools

import pytest
from django.test import Client

from crm.core.models import AuditEvent, Workflow
from crm.urls import RESOURCES
from tests.matrix.forms import filled, read
from tests.matrix.routes import ACTS, BY_LABEL, routes_of
from tests.matrix.subjects import STEPS_OF_THEIR_OWN, every_action
from tests.matrix.world import actions_of, widest, world_of

BOOKKEEPING = {"status", "version", "updated_at"}
MOVING = [r for r in RESOURCES if getattr(r.model, "MOVES", {})]
FLOWS = [r for r in MOVING if issubclass(r.model, Workflow) and str(r) not in STEPS_OF_THEIR_OWN]
PLAIN = [r for r in ACTS if r.transition and str(r.resource) not in STEPS_OF_THEIR_OWN]
STEPS = [
    pytest.param(route, state, id=f"{route}-from-{state}")
    for route, state in itertools.chain.from_iterable(
        itertools.product([a for a in ACTS if a.transition and a.resource is r], states)
        for r in FLOWS
        for states in [[value for value, _label in r.model._meta.get_field("status").choices]]
    )
]


def at_work(route, *, without=frozenset()):
    """Somebody with every action of the resource but those, and a row at hand."""
    world = world_of(route.resource)
    row = world.rows["mine"] = world.subject.row(world.branch, world.me)
    world.give(actions_of(route.resource) - without, world.branch, widest(route.resource))
    client = Client()
    client.force_login(world.me.user)
    return world, client, row


def values_of(row):
    """Every stored value of a row, as the database holds it now."""
    fields = [field.attname for field in row._meta.concrete_fields]
    return dict(type(row)._base_manager.filter(pk=row.pk).values(*fields).get())


def changed(before, after):
    """The names of the values that differ."""
    return {name for name in before if before[name] != after[name]}


def is_offered(client, world, row, route):
    """Whether the record's page links to the page of the move."""
    page = client.get(world.resource.url("view", row))
    return world.address(route) in read(page).links


@pytest.mark.parametrize("resource", MOVING, ids=str)
def test_the_steps_offered_are_the_declared_moves_each_with_an_action_of_its_own(resource):
    moves = set(resource.model.MOVES)
    assert {step.name for step in resource.transitions} == moves
    assert {resource.permission(name) for name in moves} <= every_action()
    assert {r.transition for r in routes_of(resource) if r.transition} == moves


@pytest.mark.parametrize("resource", FLOWS, ids=str)
def test_moves_lead_between_declared_states_and_say_everything_in_whole_sentences(resource):
    states = set(dict(resource.model._meta.get_field("status").choices))
    for move in resource.model.MOVES.values():
        assert move.leaves | {move.enters} <= states
        assert move.enters not in move.leaves
        assert str(move.question).endswith("?")
        assert str(move.done).endswith(".")
        assert str(move.refused).endswith((".", "%(status)s."))


@pytest.mark.proves("CI-1")
@pytest.mark.parametrize(("route", "state"), STEPS)
def test_a_move_is_offered_and_done_exactly_from_the_states_it_leaves(db, route, state):
    world, client, row = at_work(route)
    world.put(row, state)
    row.refresh_from_db()
    move = row.MOVES[route.transition]
    allowed = state in move.leaves
    assert is_offered(client, world, row, route) == allowed
    page = client.get(world.address(route))
    assert page.status_code == 200
    before, events = values_of(row), AuditEvent.objects.count()
    answer = client.post(world.address(route), filled(page, world.subject, world.branch))
    after = values_of(row)
    if allowed:
        assert answer.status_code == 302
        assert after["status"] == move.enters
        assert changed(before, after) == BOOKKEEPING
        assert AuditEvent.objects.count() == events + 1
    else:
        assert answer.status_code == 422
        assert row.sentence(move.refused) in answer.content.decode()
        assert row.sentence(move.refused) in page.content.decode()
        assert changed(before, after) == set()
        assert AuditEvent.objects.count() == events


@pytest.mark.proves("SY-2")
@pytest.mark.parametrize("route", [r for r in ACTS if r.transition], ids=str)
def test_a_move_without_its_action_is_neither_offered_nor_done(db, route):
    world, client, row = at_work(route, without={route.action})
    world.ready(row, route)
    before = values_of(row)
    assert not is_offered(client, world, row, route)
    assert client.get(world.address(route)).status_code == 403
    assert client.post(world.address(route), {"reason": "测试"}).status_code == 403
    assert changed(before, values_of(row)) == set()


@pytest.mark.proves("SY-5")
@pytest.mark.parametrize("route", PLAIN, ids=str)
def test_a_move_keeps_who_took_it_and_why(db, route):
    world, client, row = at_work(route)
    world.ready(row, route)
    data = filled(client.get(world.address(route)), world.subject, world.branch)
    assert client.post(world.address(route), data | {"reason": "按客户要求"}).status_code == 302
    event = AuditEvent.objects.latest("id")
    assert event.actor_id == world.me.user_id
    assert event.reason == "按客户要求"
    assert event.table_name == row._meta.db_table
    assert event.row_key == str(row.pk)


def test_a_grant_ends_once(db):
    route = next(r for r in ACTS if r.name == "sysadmin:grant_end")
    world, client, row = at_work(route)
    first, second = (
        filled(client.get(world.address(route)), world.subject, world.branch) for _ in range(2)
    )
    assert client.post(world.address(route), first).status_code == 302
    assert not is_offered(client, world, row, route)
    before = values_of(row)
    answer = client.post(world.address(route), second)
    assert answer.status_code == 422
    assert "This grant has ended already." in answer.content.decode()
    assert changed(before, values_of(row)) == set()


def test_every_workflow_with_pages_is_covered():
    assert {str(r) for r in FLOWS} <= set(BY_LABEL)
    assert STEPS
