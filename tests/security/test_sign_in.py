"""Sign-in, sign-out, sessions and passwords, as a browser goes through them."""

import datetime as dt
import re
import statistics
import time

import pytest
from django.conf import settings as project
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from crm import settings as product
from crm.core.acting import acting
from crm.core.clock import bank_today, clock_at, now
from crm.core.models import AccessEvent, AuditEvent
from crm.core.tasks import housekeeping
from sysadmin.models import Grant, system_user
from sysadmin.operations import end
from sysadmin.signing_in.operations import disable
from tests.factories import RoleFactory, UserFactory

PASSWORD = "a long enough phrase"
NEW = "seven quiet herons wade"
LOGIN = "/account/login/"
CUSTOMERS = "/customers/"
CHANGES_BY_ITSELF = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"')


@pytest.fixture
def clerk(person, branch):
    """A user who may see customers of one branch."""
    return person(branch, "customers.view_customer")


def sign_in(client, username, password=PASSWORD, **headers):
    return client.post(LOGIN, {"login": username, "password": password}, **headers)


def events(kind):
    return AccessEvent.objects.filter(kind=kind)


def is_signed_in(client):
    return client.get(CUSTOMERS).status_code == 200


# --- signing in -----------------------------------------------------------------------------------


@pytest.mark.proves("SY-1")
def test_the_right_password_signs_in_and_is_recorded(client, clerk):
    answer = sign_in(client, clerk.username)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert is_signed_in(client)
    assert list(events("sign_in").values_list("actor", "address")) == [(clerk.pk, "127.0.0.1")]


def test_an_empty_field_says_what_belongs_into_it(client, db):
    answer = client.post(LOGIN, {"login": "", "password": ""})
    assert answer.context["form"].errors == {
        "login": ["Enter your user name."],
        "password": ["Enter your password."],
    }
    assert "This field is required" not in answer.content.decode()


def test_a_user_name_is_matched_whatever_its_case(client, clerk):
    sign_in(client, clerk.username.upper())
    assert is_signed_in(client)


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
def test_a_user_is_found_by_the_index_and_not_among_all_of_them(client, clerk, password):
    with CaptureQueriesContext(connection) as asked:
        sign_in(client, clerk.username.upper(), password)
    by_name = [query["sql"] for query in asked if 'LOWER("sysadmin_user"' in query["sql"]]
    assert by_name
    assert not any("UPPER(" in query["sql"] for query in asked)
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        for statement in by_name:
            cursor.execute(f"explain {statement}")
            plan = "".join(line for (line,) in cursor)
            assert "sysadmin_user_once_whatever_case" in plan


def test_a_password_is_not_matched_whatever_its_case(client, clerk):
    assert sign_in(client, clerk.username, PASSWORD.upper()).status_code == 200
    assert not is_signed_in(client)


def test_a_password_is_not_cut_at_the_end(client, branch):
    user = UserFactory(password="x" * 100 + "right end of it")
    sign_in(client, user.username, "x" * 100 + "wrong end of it")
    assert client.get("/account/factors/").status_code == 302
    sign_in(client, user.username, "x" * 100 + "right end of it")
    assert client.get("/account/factors/").status_code == 200


@pytest.mark.proves("SY-1")
def test_wrong_and_unknown_user_get_the_same_answer(clerk):
    bodies = []
    for name, password in ((clerk.username, "not this phrase"), ("nobody12345", PASSWORD)):
        answer = sign_in(Client(), name, password)
        assert answer.status_code == 200
        text = CHANGES_BY_ITSELF.sub("", answer.content.decode()).replace(name, "NAME")
        bodies.append(text)
        assert password not in answer.content.decode()
    assert bodies[0] == bodies[1]


def test_known_and_unknown_user_take_the_same_time(clerk, settings):
    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS
    with acting(by=system_user()):
        clerk.password = make_password(PASSWORD)
        clerk.save()
    taken = {"known": [], "unknown": []}
    for _try in range(5):
        for kind, name in (("known", clerk.username), ("unknown", "nobody12345")):
            begin = time.perf_counter()
            sign_in(Client(), name, "not this phrase")
            taken[kind].append(time.perf_counter() - begin)
    ratio = statistics.median(taken["unknown"]) / statistics.median(taken["known"])
    assert 0.6 < ratio < 1.6


def test_a_failed_sign_in_is_recorded_without_what_was_typed(client, clerk):
    sign_in(client, clerk.username, "mistyped secret phrase")
    sign_in(client, "secretname77", "mistyped secret phrase")
    rows = list(events("sign_in_failed").values())
    assert len(rows) == 2
    kept = repr(rows)
    assert "mistyped" not in kept
    assert "secretname77" not in kept
    assert clerk.username not in kept
    assert {row["address"] for row in rows} == {"127.0.0.1"}


def test_a_disabled_user_does_not_get_in_and_is_recorded(client, clerk, system):
    disable(clerk, by=system, reason="left the bank")
    answer = sign_in(client, clerk.username)
    assert answer.headers["Location"] == reverse("account_inactive")
    assert client.get(answer.headers["Location"]).status_code == 200
    assert not is_signed_in(client)
    assert list(events("sign_in_failed").values_list("actor", flat=True)) == [clerk.pk]


def test_the_system_itself_cannot_sign_in(client, system):
    for password in ("", "!", system.password):
        sign_in(client, system.username, password)
        assert not is_signed_in(client)


@pytest.mark.parametrize("name", ["\x00admin", "x" * 5000, "' or 1=1 --", "<script>", "%00", "😀"])
def test_odd_user_names_are_simply_wrong(client, db, name):
    assert sign_in(client, name).status_code == 200
    assert sign_in(client, "person1", name).status_code == 200


@pytest.mark.proves("SY-1")
def test_thirty_wrong_tries_hurt_neither_colleague_nor_live_session(clerk, person, branch):
    colleague = person(branch, "customers.view_customer")
    live = Client()
    sign_in(live, clerk.username)
    for _try in range(30):
        last = sign_in(Client(), clerk.username, "not this phrase")
    assert "too many" in last.content.decode().lower()
    assert events("sign_in_failed").count() == 10
    guessed = Client()
    sign_in(guessed, clerk.username, PASSWORD)
    assert not is_signed_in(guessed)
    assert is_signed_in(live)
    beside = Client()
    sign_in(beside, colleague.username)
    assert is_signed_in(beside)
    # no lock-out of a victim from elsewhere
    victim = Client(REMOTE_ADDR="10.1.2.3")
    sign_in(victim, clerk.username)
    assert is_signed_in(victim)


@pytest.mark.proves("SY-1")
@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Too many failed login attempts"), ("zh-hans", "登录失败次数过多")],
)
def test_wrong_tries_at_the_same_address_do_not_keep_a_user_from_their_own_device(
    clerk, person, branch, language, said
):
    own = Client(HTTP_ACCEPT_LANGUAGE=language)
    sign_in(own, clerk.username)
    own.post("/account/logout/")
    strange = Client(HTTP_ACCEPT_LANGUAGE=language)
    for _try in range(12):
        last = sign_in(strange, clerk.username, "not this phrase")
    assert said in last.content.decode()
    # neither an invented cookie opens, nor that of somebody who signed in there as another
    colleague = person(branch, "customers.view_customer")
    beside = Client()
    sign_in(beside, colleague.username)
    beside.post("/account/logout/")
    strange.cookies[project.DEVICE_COOKIE_NAME] = "invented:by:somebody"
    for device in (strange, beside):
        sign_in(device, clerk.username)
        assert not is_signed_in(device)
    sign_in(own, clerk.username)
    assert is_signed_in(own)
    # on the device itself wrong tries count as well
    own.post("/account/logout/")
    for _try in range(12):
        last = sign_in(own, clerk.username, "not this phrase")
    assert said in last.content.decode()


def test_what_a_device_keeps_tells_no_name_and_is_for_the_server_alone(client, clerk):
    sign_in(client, clerk.username)
    kept = client.cookies[project.DEVICE_COOKIE_NAME]
    assert (kept["httponly"], kept["samesite"]) == (True, "Lax")
    inside = signing.loads(kept.value, salt="sysadmin.devices")
    assert clerk.username not in repr(inside)


def test_an_address_counts_as_the_banks_own_proxy_says_it_and_no_other(clerk, settings):
    told = "203.0.113.9, 10.1.1.1"
    sign_in(Client(REMOTE_ADDR="10.9.9.9"), clerk.username, "not this phrase", HTTP_X_REAL_IP=told)
    settings.PROXY_ADDRESS_HEADER = "HTTP_X_REAL_IP"
    for sent in (told, "no address"):
        at = Client(REMOTE_ADDR="10.9.9.9")
        sign_in(at, clerk.username, "not this phrase", HTTP_X_REAL_IP=sent)
    addresses = events("sign_in_failed").order_by("id").values_list("address", flat=True)
    assert list(addresses) == ["10.9.9.9", "10.1.1.1", "10.9.9.9"]


@pytest.mark.proves("SY-1")
def test_wrong_tries_count_whatever_port_the_client_names(client, clerk):
    for port in range(10):
        sign_in(client, clerk.username, "wrong", HTTP_HOST=f"testserver:{8000 + port}")
    sign_in(client, clerk.username, HTTP_HOST="testserver:9000")
    assert not is_signed_in(client)


@pytest.mark.proves("SY-1")
def test_a_name_in_letters_that_only_look_alike_is_another_name(client, db):
    user = UserFactory(username="qi.lin")
    for typed in ("q\u0130.lin", "q\u0131.lin", "qi.l\u0130n"):
        assert sign_in(client, typed).status_code == 200
    assert sign_in(client, user.username.upper()).status_code == 302


@pytest.mark.proves("SY-1")
def test_no_flood_of_tries_makes_the_bank_forget_those_before(client, clerk):
    for _try in range(10):
        sign_in(client, clerk.username, "wrong")
    cache.set_many({f"flood-{n}": 1 for n in range(1000)})
    sign_in(client, clerk.username)
    assert not is_signed_in(client)


def test_what_has_expired_in_the_cache_is_swept_before_it_is_full(db):
    cache.set("kept", 1, 600)
    cache.set("over", 1, -1)
    cache.set("soon-over", 1, 1)
    with clock_at(now() + dt.timedelta(minutes=5)):
        housekeeping(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("select cache_key from core_cache")
        assert [key for (key,) in cursor] == [":1:kept"]


def test_one_address_cannot_try_many_users(client, clerk):
    for number in range(65):
        last = sign_in(client, f"somebody{number}", "not this phrase")
    assert "too many" in last.content.decode().lower()
    assert events("sign_in_failed").count() == 60


def names_of(resolver):
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from names_of(pattern)
        else:
            yield pattern.name


def test_there_is_no_way_to_sign_up_or_to_reset_a_password():
    named = set(names_of(get_resolver()))
    account = {name for name in named if name.startswith("account_")}
    assert account == {
        "account_login",
        "account_logout",
        "account_inactive",
        "account_change_password",
        "account_reauthenticate",
    }
    forbidden = re.compile("signup|sign_up|reset_password|email|register|trust|phone|request_login")
    assert [name for name in named if forbidden.search(name)] == []


def test_there_is_no_second_door(client, db):
    for path in ("/admin/", "/admin/login/", "/accounts/login/", "/account/signup/", "/api/"):
        assert client.get(path).status_code == 404
    basic = {"HTTP_AUTHORIZATION": "Basic cGVyc29uMTphIGxvbmcgZW5vdWdoIHBocmFzZQ=="}
    assert client.get(CUSTOMERS, **basic).status_code == 302


# --- signing out, and sessions --------------------------------------------------------------------


def test_the_session_key_changes_at_sign_in(client, clerk):
    client.get(LOGIN)
    session = client.session
    session["planted"] = "1"
    session.save()
    before = session.session_key
    client.cookies[project.SESSION_COOKIE_NAME] = before
    sign_in(client, clerk.username)
    after = client.cookies[project.SESSION_COOKIE_NAME].value
    assert after != before
    thief = Client()
    thief.cookies[project.SESSION_COOKIE_NAME] = before
    assert not is_signed_in(thief)


def test_an_invented_session_key_is_not_taken_over(client, clerk):
    client.cookies[project.SESSION_COOKIE_NAME] = "a" * 32
    sign_in(client, clerk.username)
    assert client.cookies[project.SESSION_COOKIE_NAME].value != "a" * 32


def test_the_cookie_is_dead_after_sign_out(client, clerk):
    sign_in(client, clerk.username)
    kept = client.cookies[project.SESSION_COOKIE_NAME].value
    answer = client.post("/account/logout/")
    assert answer.status_code == 302
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    thief = Client()
    thief.cookies[project.SESSION_COOKIE_NAME] = kept
    assert not is_signed_in(thief)
    assert list(events("sign_out").values_list("actor", flat=True)) == [clerk.pk]


def test_only_a_sign_out_clears_the_browser(client, clerk):
    assert "Clear-Site-Data" not in sign_in(client, clerk.username).headers
    assert "Clear-Site-Data" not in client.get(CUSTOMERS).headers


def test_a_link_does_not_sign_out(client, clerk):
    sign_in(client, clerk.username)
    assert client.get("/account/logout/").status_code == 200
    assert is_signed_in(client)


@pytest.mark.proves("SY-1")
def test_a_session_ends_after_fifteen_idle_minutes(client, clerk):
    start = now()
    with clock_at(start):
        sign_in(client, clerk.username)
        assert is_signed_in(client)
    with clock_at(start + dt.timedelta(minutes=14, seconds=50)):
        assert is_signed_in(client)
    with clock_at(start + dt.timedelta(minutes=29)):
        assert is_signed_in(client)
    with clock_at(start + dt.timedelta(minutes=44, seconds=30)):
        assert not is_signed_in(client)
    # and it stays ended when the clock is turned back
    assert not is_signed_in(client)


def test_a_session_that_is_never_used_after_sign_in_ends_too(client, clerk):
    start = now()
    with clock_at(start):
        sign_in(client, clerk.username)
    with clock_at(start + dt.timedelta(minutes=16)):
        assert not is_signed_in(client)


def test_a_session_ends_after_twelve_hours_however_busy(client, clerk):
    start = now()
    with clock_at(start):
        sign_in(client, clerk.username)
    for minutes in range(0, 12 * 60, 10):
        with clock_at(start + dt.timedelta(minutes=minutes)):
            assert is_signed_in(client)
    with clock_at(start + dt.timedelta(hours=12, seconds=2)):
        assert not is_signed_in(client)


def test_the_server_keeps_no_session_longer_than_twelve_hours(client, clerk):
    sign_in(client, clerk.username)
    kept = Session.objects.get(session_key=client.cookies[project.SESSION_COOKIE_NAME].value)
    left = kept.expire_date - now()
    assert dt.timedelta(0) < left <= dt.timedelta(hours=12)
    assert client.cookies[project.SESSION_COOKIE_NAME]["max-age"] == ""


@pytest.mark.proves("SY-2")
def test_a_user_who_is_disabled_is_out_with_the_next_request(client, clerk, system):
    sign_in(client, clerk.username)
    assert is_signed_in(client)
    disable(clerk, by=system, reason="left the bank")
    answer = client.get(CUSTOMERS)
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, LOGIN)


@pytest.mark.proves("SY-2")
def test_a_grant_that_ends_bites_with_the_next_request(client, clerk, system):
    sign_in(client, clerk.username)
    assert is_signed_in(client)
    end(Grant.objects.get(user=clerk), by=system, reason="moved")
    assert client.get(CUSTOMERS).status_code == 403


def test_a_grant_ends_with_its_last_day(client, person, branch):
    user = person(branch, "customers.view_customer", since=0, days=1)
    client.force_login(user)
    assert is_signed_in(client)
    tomorrow = dt.datetime.combine(bank_today() + dt.timedelta(days=1), dt.time(9), dt.UTC)
    with clock_at(tomorrow):
        late = Client()
        late.force_login(user)
        assert late.get(CUSTOMERS).status_code == 403


def test_a_role_that_loses_an_action_bites_with_the_next_request(client, clerk):
    sign_in(client, clerk.username)
    assert is_signed_in(client)
    role = Grant.objects.get(user=clerk).role
    with acting(by=system_user()):
        role.actions = ["staff.view_branch"]
        role.save()
    assert client.get(CUSTOMERS).status_code == 403


def test_one_can_end_the_own_other_sessions(clerk):
    here, there = Client(), Client()
    for one in (here, there):
        sign_in(one, clerk.username)
    assert here.get("/account/sessions/").status_code == 200
    here.post("/account/sessions/")
    assert is_signed_in(here)
    assert not is_signed_in(there)


# --- passwords ------------------------------------------------------------------------------------


def change(client, new, old=PASSWORD, again=None):
    fields = {"oldpassword": old, "password1": new, "password2": again or new}
    return client.post("/account/password/", fields)


def test_passwords_rest_as_argon2id(client, settings, branch):
    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS
    user = UserFactory()
    sign_in(client, user.username)
    assert change(client, NEW).status_code == 302
    user.refresh_from_db()
    kind, variant, _version, costs, *_rest = user.password.split("$")
    assert (kind, variant) == ("argon2", "argon2id")
    memory, rounds = (int(cost.partition("=")[2]) for cost in costs.split(",")[:2])
    assert memory >= 19 * 1024
    assert rounds >= 2


def test_an_older_hash_is_renewed_at_sign_in_and_audited(client, settings, clerk):
    assert clerk.password.startswith("md5$")
    settings.PASSWORD_HASHERS = [
        *product.PASSWORD_HASHERS,
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    sign_in(client, clerk.username)
    clerk.refresh_from_db()
    assert clerk.password.startswith("argon2$argon2id$")
    assert is_signed_in(client)
    change = AuditEvent.objects.filter(table_name="sysadmin_user", row_key=clerk.pk).latest("id")
    assert (change.operation, change.actor_id, list(change.after)) == ("U", clerk.pk, ["password"])


def test_a_password_is_changed_and_the_other_sessions_end(clerk):
    here, there = Client(), Client()
    for one in (here, there):
        sign_in(one, clerk.username)
    assert change(here, NEW).status_code == 302
    assert is_signed_in(here)
    assert not is_signed_in(there)
    fresh = Client()
    sign_in(fresh, clerk.username, PASSWORD)
    assert not is_signed_in(fresh)
    sign_in(fresh, clerk.username, NEW)
    assert is_signed_in(fresh)


def test_a_change_of_password_asks_for_the_present_one(clerk):
    client = Client()
    sign_in(client, clerk.username)
    for old in ("", "not this phrase"):
        answer = change(client, NEW, old=old)
        assert answer.status_code == 200
        assert answer.context["form"].errors["oldpassword"]
    clerk.refresh_from_db()
    assert clerk.check_password(PASSWORD)


@pytest.mark.parametrize(
    "password",
    [
        "elevenchars",
        "",
        "passw0rdpassw0rd",
        "christopher1985",
        "!!!dragon!!!1234",
        "p@ssw0rd & more",
        "aaaabbbbaaaa",
        "1q2w3e4r5t6y",
        "123456789012",
        "MERIDIAN and more",
        "we love LanJiang",
        "Welcome to work 1",
        "benjamin lindqvist",
        "lindqvist.benjamin",
        "benlin-username1",
        "x\x00" * 10,
    ],
)
def test_what_is_guessed_first_is_no_password(client, branch, password):
    user = UserFactory(username="benlin-username", latin_name="Benjamin Lindqvist")
    sign_in(client, user.username)
    answer = change(client, password)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize(
    "password", ["十二个汉字就可以组成密码", "all lower case here", "quiet heron wade " * 7 + "ok"]
)
def test_long_passwords_need_no_kinds_of_characters(client, branch, password):
    user = UserFactory()
    sign_in(client, user.username)
    assert change(client, password).status_code == 302
    user.refresh_from_db()
    assert user.check_password(password)


def test_a_new_password_is_audited_without_its_hash_on_any_page(client, clerk, person, bank):
    sign_in(client, clerk.username)
    change(client, NEW)
    clerk.refresh_from_db()
    auditor = person(bank, "core.view_auditevent", extent=Grant.Reach.BANK)
    client.force_login(auditor)
    row = AuditEvent.objects.filter(table_name="sysadmin_user", row_key=clerk.pk).latest("id")
    page = client.get(f"/system/audit/{row.pk}/")
    assert page.status_code == 200
    assert clerk.password not in page.content.decode()
    assert clerk.password.split("$")[-1] not in page.content.decode()


# --- every page of sign-in ------------------------------------------------------------------------


def account_pages():
    found = []
    for pattern in get_resolver().url_patterns:
        route = str(pattern.pattern)
        if route.startswith("account/"):
            inner = getattr(pattern, "url_patterns", None)
            found += [route + str(p.pattern) for p in inner] if inner else [route]
    return sorted("/" + route.replace("<int:pk>", "999999") for route in found)


@pytest.mark.parametrize("path", account_pages())
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_no_page_of_sign_in_fails(path, accept, clerk):
    for client in (Client(), Client()):
        for answer in (
            client.get(path, HTTP_ACCEPT=accept),
            client.post(path, {}, HTTP_ACCEPT=accept),
            client.post(path, {"code": "1", "credential": "{", "next": "/x"}, HTTP_ACCEPT=accept),
            client.get(path, {"next": "//evil.example"}, HTTP_ACCEPT=accept),
            client.post(path, "[1]", content_type="application/json", HTTP_ACCEPT=accept),
        ):
            assert answer.status_code < 500
            assert re.match(r"/(?![/\\])|$", answer.headers.get("Location", ""))
        sign_in(client, clerk.username)


def test_an_account_without_rights_says_so(client, branch):
    user = UserFactory()
    sign_in(client, user.username)
    assert client.get("/").status_code == 200
    assert client.get(CUSTOMERS).status_code == 403


def test_a_role_without_actions_opens_nothing(client, person, branch):
    client.force_login(person(branch))
    assert client.get(CUSTOMERS).status_code == 403
    assert RoleFactory().actions == []


def test_a_demonstration_without_its_people_names_nobody(db, client, settings, tmp_path):
    settings.DEMO, settings.DATA_DIR = True, tmp_path
    UserFactory(username="lin.yue", is_active=False)
    page = client.get(LOGIN)
    assert page.status_code == 200
    assert "data-sign-in" not in page.content.decode()
    assert list(tmp_path.iterdir()) == []
