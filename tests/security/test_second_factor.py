"""Second factors: set up, asked for, used once, sealed, and left off in the demonstration only."""

import base64
import hashlib
import hmac
import struct
import time

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client

from crm import settings as product
from crm.core.models import AccessEvent
from tests.factories import GrantFactory, RoleFactory, UserFactory

PASSWORD = "a long enough phrase"
SET_UP = "/account/factors/totp/activate/"
CHECK = "/account/factors/check/"
CUSTOMERS = "/customers/"


NO_KEYS_ANSWER = [
    "",
    "{}",
    "[]",
    "{",
    '{"id": "x"}',
    '{"id": "eA", "rawId": "eA", "type": "public-key", "response": {}}',
    '{"id": "eA", "rawId": "eA", "type": "public-key", "response": {"clientDataJSON": "e30",'
    ' "attestationObject": "oA", "authenticatorData": "AA", "signature": "AA"}}',
    "\x00",
    "9" * 5000,
    "[" * 60000,
    "x" * 100_000,
]


@pytest.fixture(autouse=True)
def asked_for(settings):
    settings.SECOND_FACTOR = True
    settings.MFA_TOTP_TOLERANCE = 1  # a test may run across the end of a code's time


@pytest.fixture
def clerk(person, branch):
    """A user whose role needs a second factor."""
    return person(branch, "customers.view_customer")


def code_of(secret):
    """What an authenticator app shows now (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(base64.b32decode(secret), counter, hashlib.sha1)
    place = digest[-1] & 15
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def sign_in(client, user):
    return client.post("/account/login/", {"login": user.username, "password": PASSWORD})


def confirm(client, path):
    return client.post(f"/account/again/?next={path}", {"password": PASSWORD})


@pytest.fixture
def enrolled(clerk):
    """The user's secret, after setting up an authenticator app; the browser is closed again."""
    client = Client()
    sign_in(client, clerk)
    confirm(client, SET_UP)
    client.get(SET_UP)
    secret = client.session["mfa.totp.secret"]
    answer = client.post(SET_UP, {"code": code_of(secret)})
    assert answer.status_code == 302
    return secret


def test_a_role_that_needs_a_factor_leads_to_setting_one_up(clerk):
    client = Client()
    sign_in(client, clerk)
    for path in ("/", CUSTOMERS, "/customers/add/", "/system/users/", "/organisation/branches/"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, SET_UP)
    assert client.post("/customers/add/", {}).headers["Location"] == SET_UP
    # the way there asks for the password again, and is open
    again = client.get(SET_UP)
    assert again.headers["Location"].startswith("/account/again/")
    assert client.get(again.headers["Location"]).status_code == 200
    assert confirm(client, SET_UP).headers["Location"] == SET_UP
    assert client.get(SET_UP).status_code == 200


def test_once_a_factor_is_set_up_all_pages_open(clerk, django_capture_on_commit_callbacks):
    client = Client()
    sign_in(client, clerk)
    confirm(client, SET_UP)
    page = client.get(SET_UP)
    secret = client.session["mfa.totp.secret"]
    assert secret in page.content.decode()
    assert client.post(SET_UP, {"code": "000000"}).status_code == 200
    assert client.get(CUSTOMERS).headers["Location"] == SET_UP
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(SET_UP, {"code": code_of(secret)})
    assert answer.headers["Location"] == "/account/factors/recovery-codes/"
    assert client.get("/account/factors/recovery-codes/").status_code == 200
    assert client.get(CUSTOMERS).status_code == 200
    kinds = AccessEvent.objects.filter(actor=clerk, kind="factor")
    assert kinds.count() == 2  # the app and the recovery codes


@pytest.mark.proves("SY-1")
def test_a_session_by_the_password_alone_ends_when_a_factor_is_set_up(
    clerk, django_capture_on_commit_callbacks
):
    thief, client = Client(), Client()
    sign_in(thief, clerk)
    assert thief.get(CUSTOMERS).headers["Location"] == SET_UP
    sign_in(client, clerk)
    confirm(client, SET_UP)
    client.get(SET_UP)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(SET_UP, {"code": code_of(client.session["mfa.totp.secret"])})
    assert client.get(CUSTOMERS).status_code == 200
    assert thief.get(CUSTOMERS).headers["Location"].startswith("/account/login/")


def test_a_role_without_need_of_a_factor_opens_at_once(branch):
    role = RoleFactory(actions=["customers.view_customer"], needs_second_factor=False)
    user = GrantFactory(user=UserFactory(), role=role, branch=branch).user
    client = Client()
    sign_in(client, user)
    assert client.get(CUSTOMERS).status_code == 200


def test_the_demonstration_leaves_it_off(clerk, settings):
    settings.SECOND_FACTOR = False
    client = Client()
    sign_in(client, clerk)
    assert client.get(CUSTOMERS).status_code == 200


def test_the_code_is_asked_for_at_sign_in_and_works_once(clerk, enrolled):
    first, second = Client(), Client()
    for client in (first, second):
        assert sign_in(client, clerk).headers["Location"].split("?")[0] == CHECK
        assert client.get(CHECK).status_code == 200
        # the password alone opens nothing
        assert client.get(CUSTOMERS).headers["Location"].startswith("/account/login/")
    code = code_of(enrolled)
    assert first.post(CHECK, {"code": code}).status_code == 302
    assert first.get(CUSTOMERS).status_code == 200
    assert second.post(CHECK, {"code": code}).status_code == 200
    assert second.get(CUSTOMERS).status_code == 302


def test_a_wrong_code_is_recorded_as_a_failed_sign_in(clerk, enrolled):
    client = Client()
    sign_in(client, clerk)
    wrong = f"{(int(code_of(enrolled)) + 1) % 1_000_000:06d}"
    assert client.post(CHECK, {"code": wrong}).status_code == 200
    failed = AccessEvent.objects.filter(kind="sign_in_failed")
    assert list(failed.values_list("actor", flat=True)) == [clerk.pk]
    assert client.get(CUSTOMERS).status_code == 302


def test_codes_cannot_be_tried_without_end(clerk, enrolled):
    client = Client()
    sign_in(client, clerk)
    for number in range(12):
        client.post(CHECK, {"code": f"{number:06d}"})
    for address in ("127.0.0.1", "10.1.2.3"):
        attempt = Client(REMOTE_ADDR=address)
        sign_in(attempt, clerk)
        answer = attempt.post(CHECK, {"code": code_of(enrolled)})
        assert "too many" in answer.content.decode().lower()
        assert attempt.get(CUSTOMERS).status_code == 302


def test_a_recovery_code_signs_in_once(clerk, enrolled):
    client = Client()
    sign_in(client, clerk)
    client.post(CHECK, {"code": code_of(enrolled)})
    confirm(client, "/account/factors/recovery-codes/")
    page = client.get("/account/factors/recovery-codes/")
    codes = page.context["unused_codes"]
    assert len(codes) >= 8
    assert all(code in page.content.decode() for code in codes)
    for attempt, opened in ((Client(), 200), (Client(), 302)):
        sign_in(attempt, clerk)
        attempt.post(CHECK, {"code": codes[0]})
        assert attempt.get(CUSTOMERS).status_code == opened


def test_secrets_of_factors_rest_sealed(clerk, enrolled):
    with connection.cursor() as cursor:
        cursor.execute("select type, data::text from mfa_authenticator")
        rows = dict(cursor.fetchall())
    assert set(rows) == {"totp", "recovery_codes"}
    raw = base64.b32decode(enrolled)
    for form in (enrolled, enrolled.lower(), raw.hex(), base64.b64encode(raw).decode()):
        assert form not in rows["totp"]
    authenticator = Authenticator.objects.get(user=clerk, type="recovery_codes")
    codes = authenticator.wrap().get_unused_codes()
    assert codes
    assert not any(code in rows["recovery_codes"] for code in codes)


def test_a_code_holds_for_thirty_seconds():
    assert getattr(product, "MFA_TOTP_TOLERANCE", 0) == 0
    assert getattr(product, "MFA_TOTP_PERIOD", 30) <= 30
    assert not getattr(product, "MFA_TRUST_ENABLED", False)


def test_taking_the_factor_away_asks_for_the_password_and_leads_back(clerk, enrolled):
    client = Client()
    sign_in(client, clerk)
    client.post(CHECK, {"code": code_of(enrolled)})
    away = "/account/factors/totp/deactivate/"
    with_old_sign_in = client.post(away)
    assert with_old_sign_in.headers["Location"].startswith("/account/again/")
    assert client.get(CUSTOMERS).status_code == 200
    confirm(client, away)  # goes on with what was asked
    assert not Authenticator.objects.filter(user=clerk).exists()
    assert client.get(CUSTOMERS).headers["Location"] == SET_UP


def test_pages_of_security_keys_open(clerk):
    client = Client()
    sign_in(client, clerk)
    assert client.get("/account/factors/keys/").status_code == 200
    confirm(client, "/account/factors/keys/add/")
    page = client.get("/account/factors/keys/add/")
    assert page.status_code == 200
    assert "creation_options" in page.content.decode()
    # what no key answered is refused
    for credential in NO_KEYS_ANSWER:
        sent = {"name": "Key", "credential": credential}
        assert client.post("/account/factors/keys/add/", sent).status_code == 200
    assert not Authenticator.objects.filter(user=clerk).exists()


@pytest.mark.parametrize("credential", NO_KEYS_ANSWER)
def test_what_no_key_answered_signs_nobody_in(clerk, enrolled, credential):
    client = Client()
    sign_in(client, clerk)
    assert client.post(CHECK, {"credential": credential}).status_code == 200
    assert client.get(CUSTOMERS).status_code == 302
    failed = AccessEvent.objects.filter(kind="sign_in_failed", actor=clerk)
    assert failed.exists() is credential.startswith('{"id"')


def test_nobody_reaches_another_users_key(clerk, person, branch):
    other = person(branch, "customers.view_customer")
    key = Authenticator.objects.create(
        user=other, type="webauthn", data={"name": "Key", "credential": {}}
    )
    client = Client()
    sign_in(client, clerk)
    for page in ("edit", "remove"):
        path = f"/account/factors/keys/{key.pk}/{page}/"
        confirm(client, path)
        assert client.get(path).status_code == 404
        assert client.post(path, {"name": "Mine"}).status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()
