"""Where somebody is signed in, and who signed in or tried to, as administrators see it."""

import pytest
from django.test import Client

from crm.core.models import AccessEvent, AuditEvent
from crm.ops.roles import ROLES
from sysadmin.models import Grant
from tests.security.test_sign_in import sign_in

ROLE = {role.code: role.actions for role in ROLES}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.fixture
def desk(signed_in, person, bank):
    return signed_in(person(bank, *ROLE["security_administrator"], extent=Grant.Reach.BANK))


@pytest.fixture
def clerk(person, branch):
    return person(branch, "customers.view_customer")


def is_in(client):
    return client.get("/customers/").status_code == 200


@pytest.fixture
def devices(clerk):
    """The clerk is signed in at two places."""
    clients = [Client(REMOTE_ADDR=f"10.0.0.{n}", HTTP_USER_AGENT=FIREFOX) for n in (1, 2)]
    for client in clients:
        sign_in(client, clerk.username)
    return clients


@pytest.mark.proves("SY-1")
def test_an_administrator_sees_the_sessions_of_a_user_and_ends_them(desk, keyed, clerk, devices):
    page = desk.get(f"/system/users/{clerk.pk}/sessions/").content.decode()
    for told in ("10.0.0.1", "10.0.0.2", "Firefox 128 · Linux"):
        assert told in page
    sent = keyed(version=clerk.version, reason="the laptop was stolen")
    assert desk.post(f"/system/users/{clerk.pk}/end_sessions/", sent).status_code == 302
    assert [is_in(client) for client in devices] == [False, False]
    page = desk.get(f"/system/users/{clerk.pk}/sessions/").content.decode()
    assert "The user is signed in nowhere" in page
    event = AuditEvent.objects.filter(table_name="sysadmin_user", row_key=clerk.pk).latest("id")
    assert event.reason == "the laptop was stolen"
    assert "sessions_ended_at" in event.after


@pytest.mark.proves("SY-1")
def test_one_session_is_ended_and_the_others_go_on(desk, keyed, clerk, devices):
    form = desk.get(f"/system/users/{clerk.pk}/end_sessions/").context["form"]
    key = next(key for key, said in form.fields["sessions"].choices if "10.0.0.1" in said)
    sent = keyed(version=clerk.version, reason="not at this desk", sessions=[key])
    desk.post(f"/system/users/{clerk.pk}/end_sessions/", sent)
    assert [is_in(client) for client in devices] == [False, True]


@pytest.mark.proves("SY-1")
def test_sign_ins_are_recorded_with_success_way_and_address(desk, clerk, devices):
    sign_in(Client(REMOTE_ADDR="10.6.6.6"), clerk.username, "not this phrase")
    record = desk.get(f"/system/users/{clerk.pk}/sessions/").context["record"]
    assert [(e.kind, e.field, e.address) for e in record] == [
        ("sign_in_failed", "password", "10.6.6.6"),
        ("sign_in", "password", "10.0.0.2"),
        ("sign_in", "password", "10.0.0.1"),
    ]
    assert "Password" in desk.get(f"/system/users/{clerk.pk}/sessions/").content.decode()


@pytest.mark.proves("SY-1")
@pytest.mark.parametrize("role", ["branch_manager", "compliance_officer", "staff_administrator"])
def test_nobody_else_sees_or_ends_sessions(signed_in, person, bank, clerk, role):
    client = signed_in(person(bank, *ROLE[role], extent=Grant.Reach.BANK))
    for page in ("sessions", "end_sessions"):
        assert client.get(f"/system/users/{clerk.pk}/{page}/").status_code == 403


def test_the_auditor_sees_sessions_and_ends_none(signed_in, person, bank, clerk):
    client = signed_in(person(bank, *ROLE["auditor"], extent=Grant.Reach.BANK))
    page = client.get(f"/system/users/{clerk.pk}/sessions/")
    assert page.status_code == 200
    assert "End sessions" not in page.content.decode()
    assert client.get(f"/system/users/{clerk.pk}/end_sessions/").status_code == 403
    assert AccessEvent.objects.filter(kind="denial").exists()
