"""Requests that no honest browser sends: each gets a clear answer, and none a failure."""

import itertools
from urllib.parse import urlsplit

import pytest
from django.conf import settings as project
from django.test import Client

from crm.core.models import AccessEvent
from crm.core.resources import all_resources
from crm.ops.roles import ROLES
from customers.models import Customer
from sysadmin.models import Grant
from tests.customers.entries import change_form, person_form
from tests.factories import BranchFactory, CustomerFactory

PASSWORD = "a long enough phrase"
BEYOND = (2**31, 2**63 - 1, 2**63, 2**64, 10**30, 10**400)
EVIL = "evil.example"
ATTACKS = [
    f"https://{EVIL}/",
    f"http://{EVIL}",
    f"//{EVIL}/",
    f"///{EVIL}/",
    f"////{EVIL}/",
    f"/\\{EVIL}/",
    f"\\\\{EVIL}\\",
    f"\\/{EVIL}",
    f"https:{EVIL}",
    f"https:/{EVIL}",
    f"https:///{EVIL}",
    f"http:\\\\{EVIL}",
    f"https://testserver@{EVIL}/",
    f"https://testserver:pass@{EVIL}/",
    f"http://testserver.{EVIL}/",
    f"http://testserver//{EVIL}/",
    f"http://testserver/\\{EVIL}/",
    f"http://testserver\\@{EVIL}/",
    f"http://localhost:81//{EVIL}",
    f"\t//{EVIL}/",
    f" //{EVIL}/",
    f"/\t/{EVIL}/",
    f"\n//{EVIL}/",
    f"%2f%2f{EVIL}/",
    f"//{EVIL}%2f..",
    f"//{EVIL}#@testserver/",
    f"//{EVIL}?testserver",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    f"ftp://{EVIL}/",
    f"http://[::1]@{EVIL}",
    "http://[",
    "\x00/x",
    f"/x\r\nLocation: https://{EVIL}/",
    f"http://testserver/x\r\nSet-Cookie: a=b; Domain={EVIL}",
]


@pytest.fixture
def everything(person, bank):
    """A user who may do all there is, in the whole bank."""
    actions = {action for role in ROLES for action in role.actions}
    return person(bank, *actions, extent=Grant.Reach.BANK)


@pytest.fixture
def client(everything):
    made = Client()
    made.force_login(everything)
    return made


@pytest.fixture
def customer(branch):
    return CustomerFactory(home_branch=branch)


# --- where a request leads ------------------------------------------------------------------------


def stays(answer):
    """Whether a redirect stays here, as a browser reads it."""
    if answer.status_code != 302:
        return answer.status_code in {200, 400, 404}
    location = answer.headers["Location"]
    read = "".join(c for c in location if c not in "\t\r\n").strip().replace("\\", "/")
    parts = urlsplit(read)
    return (
        parts.scheme in {"", "http"}
        and parts.netloc in {"", "testserver"}
        and (not read.startswith("//"))
    )


@pytest.mark.parametrize("target", ATTACKS)
def test_no_target_leads_to_another_host(client, everything, target):
    signing_in = {"login": everything.username, "password": PASSWORD, "next": target}
    assert stays(Client().post("/account/login/", signing_in))
    assert stays(Client().post("/account/login/", signing_in, query_params={"next": target}))
    for path, sent in (
        ("/language/", {"language": "zh-hans"}),
        ("/preferences/", {"theme": "dark"}),
        ("/account/again/", {"password": PASSWORD}),
        ("/account/logout/", {}),
    ):
        assert stays(client.post(path, sent | {"next": target}))
        assert stays(Client().post("/language/", sent | {"next": target}))
    client.force_login(everything)
    assert stays(client.get("/account/login/", {"next": target}))


@pytest.mark.parametrize("path", ["/language/", "/preferences/"])
@pytest.mark.parametrize("target", ["/customers/?sort=name&size=50", "/customers/7/"])
def test_the_way_back_within_the_bank_works(client, path, target):
    sent = {"next": target, "language": "en", "theme": "dark"}
    assert client.post(path, sent).headers["Location"] == target


def test_sign_in_leads_on_to_the_page_that_was_asked_for(everything):
    asked = Client().get("/customers/?size=50")
    browser = Client()
    sent = {"login": everything.username, "password": PASSWORD}
    answer = browser.post(asked.headers["Location"], sent | {"next": "/customers/?size=50"})
    assert answer.headers["Location"] == "/customers/?size=50"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "testserver.evil.example",
        "testserver@evil",
        "",
        "testserver:x",
        "[::1",
        "a b",
    ],
)
def test_a_foreign_host_name_is_refused(client, host):
    for path in ("/", "/customers/", "/account/login/", "/nowhere/"):
        answer = client.get(path, headers={"host": host})
        assert answer.status_code == 400
        assert "could not be understood" in answer.content.decode()
        assert EVIL not in answer.content.decode()


def test_headers_of_proxies_are_not_believed(everything):
    told = {
        "HTTP_X_FORWARDED_FOR": "203.0.113.9",
        "HTTP_X_REAL_IP": "203.0.113.9",
        "HTTP_FORWARDED": "for=203.0.113.9;host=evil.example;proto=https",
        "HTTP_CLIENT_IP": "203.0.113.9",
        "HTTP_X_FORWARDED_HOST": EVIL,
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_FORWARDED_PORT": "81",
        "HTTP_REMOTE_USER": everything.username,
        "HTTP_X_REMOTE_USER": everything.username,
        "HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE",
        "HTTP_X_ORIGINAL_URL": "/customers/",
        "HTTP_X_REQUEST_ID": "f" * 16,
    }
    browser = Client(**told, REMOTE_ADDR="10.9.8.7")
    assert browser.get("/customers/").headers["Location"].startswith("/account/login/")
    page = browser.get("/account/login/")
    assert EVIL not in page.content.decode()
    assert page.headers["X-Request-ID"] != "f" * 16
    browser.post("/account/login/", {"login": everything.username, "password": PASSWORD})
    row = AccessEvent.objects.get(kind="sign_in")
    assert (row.address, row.actor_id) == ("10.9.8.7", everything.pk)


def test_a_forged_forwarding_header_does_not_escape_the_limit_of_tries(everything):
    for number in range(12):
        last = Client(HTTP_X_FORWARDED_FOR=f"203.0.113.{number}").post(
            "/account/login/", {"login": everything.username, "password": "wrong phrase"}
        )
    assert "too many" in last.content.decode().lower()


# --- forged forms ---------------------------------------------------------------------------------


def test_a_form_without_its_token_or_from_elsewhere_is_refused(everything, branch):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(everything)
    other = Client(enforce_csrf_checks=True)
    other.force_login(everything)
    browser.get("/customers/add/")
    token = browser.cookies[project.CSRF_COOKIE_NAME].value
    other.get("/customers/add/")
    foreign = other.cookies[project.CSRF_COOKIE_NAME].value
    form = person_form(branch)
    refused = [
        browser.post("/customers/add/", form),
        browser.post("/customers/add/", form | {"csrfmiddlewaretoken": foreign}),
        browser.post("/customers/add/", form | {"csrfmiddlewaretoken": "x" * 64}),
        browser.post("/customers/add/", form | {"csrfmiddlewaretoken": "\x00"}),
        browser.post("/customers/add/", form, query_params={"csrfmiddlewaretoken": token}),
        browser.post("/customers/add/", form | {"csrfmiddlewaretoken": token}, HTTP_ORIGIN="null"),
        browser.post(
            "/customers/add/", form | {"csrfmiddlewaretoken": token}, HTTP_ORIGIN=f"http://{EVIL}"
        ),
        browser.post(
            "/customers/add/", {}, HTTP_ORIGIN="http://testserver.evil", HTTP_X_CSRFTOKEN=token
        ),
        browser.post("/account/logout/"),
        browser.post("/account/login/", {"login": "a", "password": "b"}),
        browser.post("/language/", {"language": "en"}),
    ]
    for answer in refused:
        assert answer.status_code == 403
        assert "nothing was saved" in answer.content.decode()
        assert answer.headers["X-Request-ID"] in answer.content.decode()
    assert not Customer.objects.exists()
    good = browser.post("/customers/add/", form | {"csrfmiddlewaretoken": token})
    assert (good.status_code, Customer.objects.count()) == (302, 1)


def test_a_token_from_before_sign_in_is_worth_nothing(everything):
    browser = Client(enforce_csrf_checks=True)
    browser.get("/account/login/")
    old = browser.cookies[project.CSRF_COOKIE_NAME].value
    sent = {"login": everything.username, "password": PASSWORD, "csrfmiddlewaretoken": old}
    assert browser.post("/account/login/", sent).status_code == 302
    assert browser.post("/language/", {"csrfmiddlewaretoken": old}).status_code == 403


def test_fields_that_no_form_has_are_never_stored(client, branch):
    sneaked = {
        "id": "77",
        "pk": "77",
        "number": "0000000017",
        "status": "closed",
        "version": "900",
        "salt": "x",
        "name_sort": "aaa",
        "created_at": "2001-01-01",
        "merged_into": "1",
    }
    client.post("/customers/add/", person_form(branch, **sneaked))
    stored = Customer.objects.get()
    assert (stored.status, stored.version) == ("prospect", 1)
    assert stored.pk != 77
    assert stored.number != "0000000017"
    assert stored.name_sort != "aaa"
    assert stored.created_at.year > 2001
    kept = {name: getattr(stored, name) for name in ("number", "status", "kind", "salt")}
    forged = sneaked | {"version": str(stored.version), "kind": "organisation"}
    client.post(f"/customers/{stored.pk}/change/", change_form(stored, **forged, city="宁波"))
    stored.refresh_from_db()
    assert stored.city == "宁波"
    assert {name: getattr(stored, name) for name in kept} == kept


def test_a_parameter_sent_twice_does_not_get_past_the_reach(person, branch, other_branch):
    user = person(branch, "customers.view_customer", "customers.add_customer")
    browser = Client()
    browser.force_login(user)
    form = person_form(branch)
    both = [str(branch.pk), str(other_branch.pk)]
    answers = [
        browser.post("/customers/add/", form | {"home_branch": order})
        for order in itertools.permutations(both)
    ]
    assert 422 in {answer.status_code for answer in answers}
    assert set(Customer.objects.values_list("home_branch", flat=True)) <= {branch.pk}
    CustomerFactory(home_branch=other_branch)
    found = browser.get(f"/customers/?home_branch={both[0]}&home_branch={both[1]}&name=&name=x")
    assert found.status_code == 200


# --- odd bodies -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded; charset=gbk",
        "application/x-www-form-urlencoded; charset=UTF-16",
        'application/x-www-form-urlencoded; charset="latin-1"',
        "application/x-www-form-urlencoded; charset=utf-7",
        "multipart/form-data; boundary=x; charset=idna",
        "text/plain; charset=rot13",
        "application/json; charset=nonsense",
    ],
)
def test_a_body_that_is_not_utf_8_is_refused(client, kind):
    for path in ("/customers/add/", "/account/login/", "/language/", "/nowhere/"):
        answer = client.generic("POST", path, "name=%C3%A9", content_type=kind)
        assert answer.status_code == 415
        assert "UTF-8" in answer.content.decode()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", '{"name": "x"}'),
        ("application/json", "[" * 100_000),
        ("text/xml", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
        ("multipart/form-data", "no boundary"),
        ("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data"),
        ("multipart/form-data; boundary=" + "x" * 300, "--x"),
        ("multipart/form-data; boundary=x", '--x\r\nContent-Disposition: form-data; name="a"\r\n'
         "Content-Transfer-Encoding: base64\r\n\r\n???\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", '--x\r\nContent-Disposition: form-data; name="f"; '
         'filename="../../etc/passwd"\r\n\r\nx\r\n--x--\r\n'),
        ("application/x-www-form-urlencoded", "%ff%fe=%c3%28&name=%ed%a0%80"),
        ("application/x-www-form-urlencoded", "=&=&&&===&;;"),
        ("application/octet-stream", b"\x00\xff" * 500),
        ("", "name=x"),
        ("nonsense", "name=x"),
        (";;;charset", "name=x"),
    ],
)  # fmt: skip
def test_bodies_of_other_kinds_get_a_clear_refusal(client, customer, kind, body):
    paths = [
        "/customers/add/",
        f"/customers/{customer.pk}/change/",
        f"/customers/{customer.pk}/close/",
    ]
    for path in paths:
        assert client.generic("POST", path, body, content_type=kind).status_code in {400, 409}
    assert client.generic("POST", "/account/again/", body, content_type=kind).status_code < 500
    assert Client().generic("POST", "/account/login/", body, content_type=kind).status_code < 500
    assert Customer.objects.count() == 1


def test_forms_of_a_thousand_fields_are_refused(client, branch):
    many = {f"field{number}": "x" for number in range(1001)}
    assert client.post("/customers/add/", person_form(branch) | many).status_code == 400
    body = "&".join(f"{name}=x" for name in many)
    kind = "application/x-www-form-urlencoded"
    assert client.post("/customers/add/", body, content_type=kind).status_code == 400
    assert client.get("/customers/?" + body).status_code == 400
    assert Client().post("/account/login/", body, content_type=kind).status_code == 400
    assert not Customer.objects.exists()


def test_a_form_of_three_megabytes_is_refused(client, branch):
    huge = person_form(branch, address="长" * 1_000_000)
    assert client.post("/customers/add/", huge).status_code in {400, 413}
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    "field", ["name", "latin_name", "city", "address", "document_number", "mobile"]
)
def test_nul_in_a_form_is_a_fault_beside_its_field(client, branch, field):
    answer = client.post("/customers/add/", person_form(branch, **{field: "a\x00b"}))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    "value", ["\x00", "a\x00", "9" * 5000, "-1", "1e5", "１２", "\ufffd", "True", "<b>", "é" * 300]
)
def test_nothing_odd_in_a_choice_fails(client, branch, customer, value):
    for fields in (("kind", "version"), ("gender", "country"), ("document_kind", "is_long_term")):
        form = person_form(branch, **dict.fromkeys(fields, value))
        assert client.post("/customers/add/", form).status_code == 422
    odd = dict.fromkeys(("gender", "country", "born_on", "home_branch", "version"), value)
    answer = client.post(f"/customers/{customer.pk}/change/", change_form(customer, **odd))
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "key", ["", "x", "0" * 36, "\x00", "{" + "a" * 32 + "}", "é" * 36, "9" * 4000]
)
def test_a_forged_key_of_a_form_gets_a_clear_answer(client, branch, key):
    answer = client.post("/customers/add/", person_form(branch, idempotency_key=key))
    assert answer.status_code in {302, 409}


def test_nul_in_an_address_is_refused(client):
    for path in ("/customers/%00/", "/customers/1%00/", "/%00", "/customers/?name=%00"):
        assert client.get(path).status_code == 400
    for path in ("/customers/?name=%2500", "/customers/%2500/", "/customers/?%2500=1"):
        assert client.get(path).status_code in {200, 404}


@pytest.mark.parametrize(
    "path",
    ["/customers/%ff%fe/", "/customers/%c0%ae/", "/%E0%80%AF", "/customers/%2e%2e/system/users/x/",
     "/customers/;/", "/customers//", "/customers/\u202e/", "/customers/" + "a" * 5000],
)  # fmt: skip
def test_odd_paths_are_not_found(client, path):
    assert client.get(path).status_code == 404


# --- numbers, dates and cursors -------------------------------------------------------------------

DATES = ["0000-00-00", "9999-12-31", "10000-01-01", "2026-02-30", "2025-02-29", "-0001-01-01",
         "1985-13-01", "1985-6-31", "99999999999999-01-01", "now", "1985-06-15T00:00", "31/31/2020",
         "1985\u201106\u201115", "'; select 1", "\x00"]  # fmt: skip


@pytest.mark.parametrize("date", DATES)
def test_impossible_dates_are_a_fault_beside_their_field(client, branch, date):
    sent = {"born_on": date, "opened_on": date, "valid_until": date}
    answer = client.post("/customers/add/", person_form(branch, **sent))
    assert answer.status_code == 422
    faulty = {"born_on", "opened_on"} | ({"valid_until"} if date != "9999-12-31" else set())
    assert set(answer.context["form"].errors) == faulty


@pytest.mark.parametrize("date", [*DATES, "9" * 1000])
def test_impossible_dates_in_filters_are_a_fault_above_the_list(client, date):
    for side in ("after", "before"):
        answer = client.get("/customers/", {f"opened_{side}": date.replace("\x00", "x")})
        assert answer.status_code == 200


@pytest.mark.parametrize("number", BEYOND)
def test_keys_that_no_row_can_have_are_not_found(client, number):
    for resource in all_resources():
        for page in resource.pages:
            if page in {"list", "count", "filter", "lookup", "add", "find"}:
                continue
            if page == "panel":
                path = resource.url("list") + f"panel/home_branch/{number}/"
            else:
                path = resource.url("list") + f"{number}/" + ("" if page == "view" else f"{page}/")
            assert client.get(path).status_code == 404, path
            assert client.post(path).status_code in {404, 405, 409}, path
    for path in (
        f"/customers/{number}/history/",
        f"/customers/{number}/reveal/document/1/",
        f"/customers/1/reveal/document/{number}/",
        f"/customers/{number}/mask/contact/{number}/",
        f"/customers/{number}/documents/add/",
        f"/customers/{number}/contacts/add/",
    ):
        assert client.get(path).status_code == 404, path


def test_a_missing_row_of_a_customer_within_reach_is_not_found(client, customer):
    for number in (0, *BEYOND):
        for part in ("document", "contact", "other"):
            assert (
                client.get(f"/customers/{customer.pk}/reveal/{part}/{number}/").status_code == 404
            )
            assert client.get(f"/customers/{customer.pk}/mask/{part}/{number}/").status_code == 404


@pytest.mark.parametrize("number", [*BEYOND, -1, 0, 1.5, "１", "0x10", "1_000", " 1"])
def test_numbers_beyond_the_tables_are_a_fault_of_the_form(client, branch, customer, number):
    sent = {"home_branch": number, "lead_manager": number}
    answer = client.post("/customers/add/", person_form(branch, **sent))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(sent)
    stale = client.post(
        f"/customers/{customer.pk}/change/", change_form(customer, version=number, city="x")
    )
    assert stale.status_code == 409
    customer.refresh_from_db()
    assert customer.city != "x"


def lists():
    return [resource for resource in all_resources() if "list" in resource.pages]


HOSTILE = ["'", "x" * 3000, "-" * 50, "name; drop table x", "%", "\\", "[(", "é", "__class__",
           "user__password", *map(str, BEYOND), "-1", "NaN", "\U0001f600"]  # fmt: skip
PARAMETERS = ["sort", "size", "after", "before", "columns", "v", "action", "unknown", "page"]
PARTS = ("", "_after", "_before", "_min", "_max", "_0", "_1")


@pytest.mark.parametrize("resource", lists(), ids=str)
def test_no_query_of_a_list_fails(client, customer, resource):
    filters = list(resource.filterset.base_filters) if resource.filterset else []
    names = [*PARAMETERS, *(name + part for name in filters for part in PARTS)]
    table = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "table"}
    # each list is asked with a third of the values, so that three lists ask with all of them
    for turn, value in list(enumerate(HOSTILE))[lists().index(resource) % 3 :: 3]:
        # several at once, each value in another place each time
        sent = {name: HOSTILE[(turn + at) % len(HOSTILE)] for at, name in enumerate(names)}
        assert client.get(resource.url("list"), sent, **table).status_code == 200
        assert client.get(resource.url("count"), sent).status_code == 200
        if "lookup" in resource.pages:
            for asked in ({"q": value}, {"q": "a", "action": value}):
                assert client.get(resource.url("lookup"), asked).status_code == 200
    for page in ("list", "filter"):
        if page in resource.pages:
            assert client.get(resource.url(page), sent).status_code == 200


def codes(answer):
    return [row.record.pk for row in answer.context["table"].rows]


@pytest.fixture
def many(bank):
    return [BranchFactory(parent=bank) for _number in range(30)]


def test_forged_cursors_lead_to_the_first_page(client, many, person, bank):
    path = "/organisation/branches/"
    first = client.get(path)
    begin = codes(first)
    after = first.context["next"].split("after=")[1]
    second = client.get(path, {"after": after})
    assert codes(second) != begin
    assert set(codes(second)).isdisjoint(begin)
    forged = [
        after[:-2], after[2:], after[:10], after + "AA", after.swapcase(), after[::-1],
        "A" * 10_000, "=", "...", "../../x", "\u00e9", "e30", "W10", "bnVsbA", after + "&sort=code",
        "1", "0", str(2**70), "null", "[]",
    ]  # fmt: skip
    for cursor in forged:
        for side in ("after", "before"):
            answer = client.get(path, {side: cursor})
            assert (answer.status_code, codes(answer)) == (200, begin), cursor
    # a cursor of another order, of another list, and of another user
    assert codes(client.get(path, {"after": after, "sort": "code"})) == codes(
        client.get(path, {"sort": "code"})
    )
    assert codes(client.get("/organisation/staff/", {"after": after})) == codes(
        client.get("/organisation/staff/")
    )
    other = Client()
    other.force_login(person(bank, "staff.view_branch", extent=Grant.Reach.BANK))
    assert codes(other.get(path, {"after": after})) == begin


@pytest.mark.parametrize(
    "size", ["0", "-1", "26", "1000000", str(2**70), "x", "25.0", "", "１００"]
)
def test_sizes_that_are_not_offered_give_the_first(client, many, size):
    assert len(codes(client.get("/organisation/branches/", {"size": size}))) == 25


@pytest.mark.parametrize(
    "sort", ["salt", "-salt", "user__password", "--code", "code,id", "?", "pk"]
)
def test_sorts_that_are_not_offered_give_the_first(client, many, sort):
    assert client.get("/organisation/branches/", {"sort": sort}).status_code == 200
    usual = codes(client.get("/organisation/branches/"))
    assert sort == "--code" or codes(client.get("/organisation/branches/", {"sort": sort})) == usual


def test_a_forged_cursor_of_a_history_gives_its_newest_page(client, customer):
    usual = client.get(f"/customers/{customer.pk}/history/")
    for cursor in ("x", "A" * 10_000, "\u00e9", str(2**70)):
        answer = client.get(f"/customers/{customer.pk}/history/", {"after": cursor})
        assert answer.status_code == 200
        assert len(answer.context["page"].entries) == len(usual.context["page"].entries)


# --- injection ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "probe", ["' or pg_sleep(9)--", "1;select pg_sleep(9)", "%' or '1'='1", "\\"]
)
def test_probes_for_injection_find_nothing(client, customer, probe):
    answer = client.post("/customers/find/", {"q": probe}, follow=True)
    assert answer.status_code == 200
    assert codes(answer) == []
    assert client.get("/organisation/branches/lookup/", {"q": probe}).status_code == 200
    assert (
        customer.name
        not in client.get("/organisation/branches/lookup/", {"q": probe}).content.decode()
    )


def test_signs_of_patterns_mean_themselves(client, customer):
    for sign in ("%", "_", "\\%", ".*", "[a-z]", "(?i)"):
        answer = client.post("/customers/find/", {"q": sign}, follow=True)
        assert codes(answer) == []
