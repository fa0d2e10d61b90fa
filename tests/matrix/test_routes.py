"""No address without a rule, and no page that changes anything by being looked at."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from crm.core.resources import all_resources
from crm.urls import RESOURCES
from sysadmin.models import Grant
from tests.matrix.forms import read
from tests.matrix.routes import (
    GUARDED,
    OF_THE_SITE,
    PUBLIC,
    ROUTES,
    SIGNED_IN,
    patterns,
    route_of,
)
from tests.matrix.subjects import every_action
from tests.matrix.world import world_of

# what a look may write: the session, and that somebody looked
WRITTEN_BY_LOOKING = (
    "django_session",
    "usersessions_usersession",
    "core_access_event",
    "core_cache",
)


def test_every_address_is_a_page_of_a_resource_or_named_with_its_reason():
    without = {
        entry.name
        for entry in patterns()
        if route_of(entry) is None and entry.name not in {*SIGNED_IN, *PUBLIC, *OF_THE_SITE}
    }
    assert without == set()


def test_no_address_is_named_that_does_not_exist():
    names = [entry.name for entry in patterns()]
    assert set(SIGNED_IN) | set(PUBLIC) | set(GUARDED) <= set(names)
    assert len(names) == len(set(names))
    assert not set(SIGNED_IN) & set(PUBLIC)


def test_every_declared_resource_is_served():
    assert {str(r) for r in all_resources()} == {str(r) for r in RESOURCES}
    served = {route.name for route in ROUTES}
    assert {r.url_name(page) for r in RESOURCES for page in r.pages} <= served


@pytest.mark.proves("SY-1")
@pytest.mark.parametrize("method", ["get", "post"])
def test_only_public_pages_answer_those_who_are_not_signed_in(db, method):
    answered = set()
    for entry in patterns():
        answer = getattr(Client(), method)(entry.url())
        to_sign_in = answer.status_code == 302 and "/account/login/" in answer.headers["Location"]
        # a page that asks for a half-finished sign-in leads there too
        answered |= set() if to_sign_in else {entry.name}
    assert answered <= set(PUBLIC)
    assert "language" in answered


def fingerprint():
    """A digest of every table that a look may not write."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace"
            " and relkind in ('r', 'p') and not relispartition"
        )
        tables = [name for (name,) in cursor if not name.startswith(WRITTEN_BY_LOOKING)]
        digests = {}
        for table in tables:
            cursor.execute(
                "select count(*), md5(string_agg(t::text, '|' order by t::text))"
                f' from "{table}" t'
            )
            digests[table] = cursor.fetchone()
    return digests


@pytest.mark.slow
@pytest.mark.proves("SY-5")
def test_looking_at_every_page_changes_nothing(db):
    worlds = [world_of(resource).fill("mine", "elsewhere") for resource in RESOURCES]
    worlds[0].give(every_action(), worlds[0].bank, Grant.Reach.BANK)
    client = Client()
    client.force_login(worlds[0].me.user)
    named = [e.url() for e in patterns() if not e.parameters and e.name != "account_logout"]
    waiting = named + [w.address(r) for w in worlds for r in ROUTES if r.resource is w.resource]
    waiting += [url + "?sort=-nothing&size=50&v=x&after=x" for url in named]
    before, seen, opened = fingerprint(), set(), set()
    while waiting and len(seen) < 2000:
        url = waiting.pop(0)  # pages first, then what they link to
        kind = _kind(url)
        if kind in seen:
            continue
        seen.add(kind)
        answer = client.get(url)
        assert answer.status_code < 500, url
        opened |= {answer.resolver_match.view_name} if answer.status_code == 200 else set()
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            waiting += [link for link in read(answer).links if _is_page(link)]
    client.get(reverse("account_logout"))
    pages = [r for r in ROUTES if "GET" in r.methods]
    assert {r.name for r in pages if not r.is_panel or r.resource.panel_fields} <= opened
    assert fingerprint() == before


def _kind(url):
    """Addresses that differ in their keys alone are looked at once."""
    return re.sub(r"[0-9]+", "#", url)


def _is_page(link):
    return link.startswith("/") and not link.startswith("/static/")
