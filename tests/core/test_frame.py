"""The frame of a page is shared by everybody and shows each their own."""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.core import frame
from crm.core.acting import acting
from sysadmin.models import User
from sysadmin.sessions import SessionStore

LIST = "/organisation/branches/"
LOOK = "staff.view_branch"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def page_of(client, address=LIST):
    return client.get(address).content.decode()


def test_each_user_sees_their_own_name_and_rights_in_the_same_frame(signed_in, person, bank):
    frame.pieces.cache_clear()
    one, two = person(bank, LOOK), person(bank, LOOK, "sysadmin.view_user")
    pages = [page_of(signed_in(user)) for user in (one, two, one)]
    for user, other, page in zip((one, two, one), (two, one, two), pages, strict=True):
        assert user.shown_name in page
        assert other.shown_name not in page
        assert frame.SIGN not in page
    assert ['href="/system/users/"' in page for page in pages] == [False, True, False]


def test_a_name_and_an_address_are_escaped_in_the_frame(signed_in, person, bank, system):
    user = person(bank, LOOK)
    with acting(by=system):
        User.objects.filter(pk=user.pk).update(latin_name='<b>"Li"</b>', display_name="<b>")
    page = page_of(signed_in(user), f"{LIST}?sort=<i>&size='50")
    assert "&lt;b&gt;&quot;Li&quot;&lt;/b&gt;" in page
    assert "<b>&quot;" not in page
    assert '<b>"' not in page
    assert f'name="next" value="{LIST}?sort=%3Ci%3E&amp;size=&#x27;50"' in page


def test_every_form_of_a_page_holds_a_token_of_the_session(signed_in, person, bank):
    client = signed_in(person(bank, LOOK))
    client.handler.enforce_csrf_checks = True
    for token in TOKEN.findall(page_of(client)):
        sent = {"theme": "dark", "csrfmiddlewaretoken": token}
        assert client.post("/preferences/", sent).status_code == 302
    assert client.post("/preferences/", {"theme": "dark"}).status_code == 403


def test_the_frame_follows_language_and_appearance(signed_in, person, bank):
    client = signed_in(person(bank, LOOK))
    assert 'value="light"' not in page_of(client)
    client.post("/preferences/", {"theme": "dark"})
    client.post("/language/", {"language": "zh-hans"})
    page = page_of(client)
    assert 'name="theme" value="light"' in page
    assert 'value="en" lang="en"' in page
    assert 'value="zh-hans"' not in page


def test_who_asks_and_what_they_may_is_read_by_two_statements(signed_in, person, bank):
    client = signed_in(person(bank, LOOK))
    client.get("/")
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/").status_code == 302
    assert len(queries) == 2, [query["sql"] for query in queries]


@pytest.mark.django_db
def test_a_session_is_kept_changed_and_never_begun_again_once_it_ended():
    held = SessionStore()
    held["seen"] = 1
    held.save()
    again = SessionStore(held.session_key)
    again["seen"] = 2
    again.save()
    assert SessionStore(held.session_key)["seen"] == 2
    again.set_expiry(-1)
    again.save()
    over = SessionStore(held.session_key)
    assert dict(over.items()) == {}
    assert over.session_key is None
    held.delete()
    with pytest.raises(UpdateError):
        again.save()
