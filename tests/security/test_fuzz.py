"""Generated forms and addresses: whatever is sent, the answer is never a failure."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from customers.models import Customer
from sysadmin.models import Grant
from tests.customers.entries import change_form, person_form
from tests.factories import CustomerFactory

ALL = [
    f"customers.{verb}_customer"
    for verb in ("view", "add", "change", "activate", "close", "reveal", "history")
]
few = settings(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.generate, Phase.shrink],
)
NASTY = [
    "", " ", "\x00", "\ufeff", "\u202e", "\ufffd", "\u0300" * 50, "İıſß", "١٢٣", "Ａ" * 130, "null",
    "-0", "1e309", "NaN", "0000-00-00", "2026-02-30", "9999-12-31", str(2**63), "9" * 400, "%s%n",
    "'\"`;--", "../../etc/passwd", "={1}", "\r\nX: y", "𠮷野家", "👩‍👩‍👧‍👦", "X" * 10_000,
]  # fmt: skip
anything = st.one_of(st.sampled_from(NASTY), st.text(max_size=40), st.integers().map(str))


@pytest.fixture
def client(signed_in, person, bank):
    return signed_in(person(bank, *ALL, "staff.view_branch", extent=Grant.Reach.BANK))


@pytest.fixture
def customer(branch):
    return CustomerFactory(home_branch=branch)


def some_of(names):
    return st.dictionaries(st.sampled_from(sorted(names)), anything, min_size=1, max_size=6)


NEW = {
    "kind", "name", "latin_name", "born_on", "founded_on", "gender", "country", "city", "address",
    "home_branch", "lead_manager", "opened_on", "document_kind", "document_country",
    "document_number", "valid_until", "is_long_term", "mobile", "email", "idempotency_key",
}  # fmt: skip
KNOWN = {"sort", "size", "after", "before", "v", "kind", "status", "home_branch", "lead_manager",
         "opened_after", "opened_before", "opened", "page", "q", "action"}  # fmt: skip


@few
@given(odd=some_of(NEW))
def test_no_form_of_a_new_customer_fails(client, branch, odd):
    before = Customer.objects.count()
    answer = client.post("/customers/add/", person_form(branch, **odd))
    assert answer.status_code in {302, 409, 422}
    assert Customer.objects.count() == before + (answer.status_code == 302)


@few
@given(odd=some_of(NEW | {"version"}))
def test_no_form_of_a_change_fails(client, customer, odd):
    customer.refresh_from_db()
    answer = client.post(f"/customers/{customer.pk}/change/", change_form(customer, **odd))
    assert answer.status_code in {302, 409, 422}


@few
@given(odd=some_of(NEW))
def test_no_form_of_a_document_or_contact_point_fails(client, branch, customer, odd):
    for part in ("documents", "contacts"):
        sent = person_form(branch, value="x", **odd)
        answer = client.post(f"/customers/{customer.pk}/{part}/add/", sent)
        assert answer.status_code in {302, 409, 422}


@few
@given(asked=some_of(KNOWN))
def test_no_address_of_a_list_fails(client, customer, asked):
    asked = {name: value.replace("\x00", "\x01") for name, value in asked.items()}
    table = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "table"}
    for path in ("/customers/", "/customers/count/", "/organisation/branches/lookup/"):
        assert client.get(path, asked, **table).status_code == 200
    assert client.get("/customers/filter/", asked).status_code == 200


@few
@given(words=anything)
def test_no_search_fails(client, customer, words):
    answer = client.post("/customers/find/", {"q": words})
    assert answer.status_code == 302
    assert client.get(answer.headers["Location"]).status_code == 200
    assert client.post("/account/login/", {"login": words, "password": words}).status_code in {
        200,
        302,
    }
