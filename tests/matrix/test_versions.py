"""Nobody overwrites what somebody else saved meanwhile."""

import pytest
from django.test import Client

from crm.core.models import AuditEvent
from crm.urls import RESOURCES
from tests.factories import GrantFactory
from tests.matrix.forms import filled, read, text_field
from tests.matrix.routes import ACTS
from tests.matrix.world import actions_of, widest, world_of

CHANGES = [route for route in ACTS if route.name.endswith("_change")]
FORGED = ("", " ", "x", "-1", "0", "1.0", "１", "9" * 9, str(10**30), "1\x00", "None")


@pytest.fixture(params=CHANGES, ids=str)
def desk(db, request):
    """Somebody at work on a record, the record's page and what the form holds."""
    route = request.param
    world = world_of(route.resource)
    world.rows["mine"] = world.subject.row(world.branch, world.me)
    world.give(actions_of(route.resource), world.branch, widest(route.resource))
    client = Client()
    client.force_login(world.me.user)
    url = world.address(route)
    return client, url, world


def client_of_a_colleague(world):
    """Somebody else with the same rights."""
    mine = world.me.user.grants.get()
    GrantFactory(
        user=world.colleague.user,
        role=mine.role,
        branch=mine.branch,
        extent=mine.extent,
        valid=mine.valid,
    )
    client = Client()
    client.force_login(world.colleague.user)
    return client


def test_every_change_page_is_covered():
    covered = {str(route.resource) for route in CHANGES}
    assert covered == {str(r) for r in RESOURCES if "change" in r.pages}


def form_of(client, url, world):
    """A form as it was shown, and the name of a field of free text in it."""
    page = client.get(url)
    return filled(page, world.subject, world.branch), text_field(page)


def test_an_older_form_gets_both_values_and_stores_nothing(desk):
    client, url, world = desk
    colleague = client_of_a_colleague(world)
    first, name = form_of(colleague, url, world)
    second, _name = form_of(client, url, world)
    theirs, mine = first[name] + "甲", second[name] + "乙"
    assert colleague.post(url, first | {name: theirs}).status_code == 302
    before = AuditEvent.objects.count()
    answer = client.post(url, second | {name: mine})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert theirs in text
    assert mine in text
    assert "This record has changed" in text
    assert AuditEvent.objects.count() == before
    world.rows["mine"].refresh_from_db()
    assert getattr(world.rows["mine"], name) == theirs


def test_saving_again_after_the_comparison_takes_what_the_form_holds(desk):
    client, url, world = desk
    colleague = client_of_a_colleague(world)
    first, name = form_of(colleague, url, world)
    second, _name = form_of(client, url, world)
    mine = second[name] + "乙"
    assert colleague.post(url, first | {name: first[name] + "甲"}).status_code == 302
    compared = client.post(url, second | {name: mine})
    again = filled(compared, world.subject, world.branch)
    assert again["version"] != second["version"]
    assert client.post(url, again | {name: mine}).status_code == 302
    world.rows["mine"].refresh_from_db()
    assert getattr(world.rows["mine"], name) == mine


def test_a_forged_version_stores_nothing_and_breaks_nothing(desk):
    client, url, world = desk
    data, name = form_of(client, url, world)
    before = AuditEvent.objects.count()
    for version in FORGED:
        answer = client.post(url, data | {name: data[name] + "甲", "version": version})
        assert answer.status_code == 409, version
    assert AuditEvent.objects.count() == before


def test_a_form_without_its_version_stores_nothing(desk):
    client, url, world = desk
    data, name = form_of(client, url, world)
    before = AuditEvent.objects.count()
    del data["version"]
    assert client.post(url, data | {name: data[name] + "甲"}).status_code == 409
    assert AuditEvent.objects.count() == before


def test_each_change_raises_the_version_by_one(desk):
    client, url, world = desk
    row = world.rows["mine"]
    row.refresh_from_db()
    was = row.version
    data, name = form_of(client, url, world)
    assert client.post(url, data | {name: data[name] + "甲"}).status_code == 302
    row.refresh_from_db()
    assert row.version == was + 1
    assert str(row.version) in [held.get("version") for held in read(client.get(url)).forms]
