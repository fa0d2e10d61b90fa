"""The customer master, as people use it in the browser."""

import datetime as dt

import pytest
from django.db import connection

from crm.core.acting import acting
from crm.core.clock import bank_today
from crm.core.models import AccessEvent
from customers.models import ContactPoint, Customer
from customers.operations import REVEALS_PER_HOUR
from sysadmin.models import system_user
from tests.customers.entries import change_form
from tests.factories import (
    CustomerFactory,
    StaffMemberFactory,
    credit_code,
    mobile,
    resident_id,
)

ALL = [
    f"customers.{verb}_customer"
    for verb in ("view", "add", "change", "activate", "make_dormant", "reveal", "history")
]


@pytest.fixture
def user(person, branch):
    return person(branch, *ALL)


@pytest.fixture
def client(signed_in, user):
    return signed_in(user)


@pytest.fixture
def facts(keyed, branch):
    def make(**changes):
        values = {
            "kind": "person",
            "name": "陈维林",
            "country": "CN",
            "born_on": "1979-04-12",
            "gender": "M",
            "opened_on": "2015-04-21",
            "document_kind": "resident_id",
            "document_country": "CN",
            "document_number": resident_id(),
            "mobile": mobile(),
            "home_branch": branch.pk,
        }
        return keyed(**(values | changes))

    return make


def everything_stored():
    """All text and bytes of all tables, as one string."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace"
            " and relkind in ('r', 'p') and not relispartition"
            " and has_table_privilege(oid, 'select')"
        )
        tables = [name for (name,) in cursor.fetchall()]
        text = []
        for table in tables:
            cursor.execute(f'select t::text from "{table}" t')
            text += [line for (line,) in cursor.fetchall()]
    return "\n".join(text)


@pytest.mark.proves("CI-1")
def test_a_person_is_registered_and_nothing_sealed_rests_in_the_clear(client, facts):
    sent = facts()
    answer = client.post("/customers/add/", sent)
    customer = Customer.objects.get()
    assert answer.status_code == 302
    assert (customer.latin_name, customer.status) == ("Chen Weilin", "prospect")
    stored = everything_stored()
    for secret in (sent["document_number"], sent["mobile"]):
        assert secret not in stored
        assert secret.encode().hex() not in stored
    page = client.get(answer["Location"]).content.decode()
    assert sent["document_number"][-4:] in page
    assert sent["document_number"] not in page
    assert sent["mobile"] not in page


@pytest.mark.proves("CI-1")
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"document_number": "330106198506150002"}, "check digit"),
        ({"mobile": "12345"}, "phone number"),
        ({"email": "nobody"}, "e-mail address"),
        ({"name": ""}, "Enter the customer"),
        ({"born_on": "9999-12-31"}, "still to come"),
        ({"born_on": "2026-02-30"}, "valid date"),
        ({"home_branch": "99999999999999999999"}, "one of the entries"),
        ({"kind": "organisation"}, "Choose"),
    ],
    ids=str,
)
def test_a_wrong_value_is_refused_beside_its_field_and_nothing_is_lost(
    client, facts, change, sentence
):
    answer = client.post("/customers/add/", facts(**change))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert change.get("name", "陈维林") in answer.content.decode()
    assert not Customer.objects.exists()


@pytest.mark.proves("CI-1")
def test_all_that_is_wrong_with_a_new_customer_is_named_at_once(client, facts):
    """Fields, documents and rules alike; each beside its field, once."""
    client.post("/customers/add/", facts(document_number=(taken := resident_id())))
    wrong = facts(
        born_on="1850-01-01",
        opened_on="1840-01-01",
        city="",
        home_branch="",
        document_number=taken,
        mobile="12345",
        email="nobody",
    )
    answer = client.post("/customers/add/", wrong)
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert {"born_on", "opened_on", "home_branch", "document_number", "mobile", "email"} == set(
        errors
    )
    assert all(len(said) == 1 for said in errors.values())
    nameless = client.post("/customers/add/", facts(name="\u200b", document_kind="", mobile="1"))
    assert {"name", "document_kind", "mobile"} == set(nameless.context["form"].errors)
    assert Customer.objects.count() == 1


@pytest.mark.proves("CI-1")
@pytest.mark.parametrize("kind", ["resident_id", "temporary_id", "household_register"])
def test_an_identity_belongs_to_one_customer_whatever_its_spelling(client, facts, kind):
    number = resident_id()
    client.post("/customers/add/", facts(document_number=number))
    spelled = f" {number[:6]} {number[6:14]}-{number[14:].lower()} "
    again = facts(document_number=spelled, document_kind=kind, document_country="US")
    answer = client.post("/customers/add/", again)
    assert answer.status_code == 422
    assert "Another customer already has this identity number." in answer.content.decode()
    assert Customer.objects.count() == 1


@pytest.mark.proves("CI-1")
def test_an_organisation_is_registered_by_its_credit_code(client, facts):
    sent = facts(
        kind="organisation",
        name="杭州蓝桥纺织有限公司",
        gender="",
        born_on="",
        founded_on="2006-01-20",
        document_kind="uscc",
        document_number=credit_code(),
    )
    assert client.post("/customers/add/", sent).status_code == 302
    assert Customer.objects.get().kind == "organisation"


@pytest.mark.proves("SY-4")
def test_a_value_is_revealed_for_a_purpose_and_recorded(client, user, branch):
    customer = CustomerFactory(home_branch=branch)
    point = customer.contact_points.get()
    address = f"/customers/{customer.pk}/reveal/contact/{point.pk}/"
    assert client.post(address, {"purpose": ""}).status_code == 422
    assert not AccessEvent.objects.filter(kind="reveal").exists()
    answer = client.post(address, {"purpose": "contact"}).content.decode()
    assert "+86138" in answer.replace(" ", "")
    event = AccessEvent.objects.get(kind="reveal")
    assert (event.actor_id, event.subject_id, event.purpose) == (user.pk, customer.pk, "contact")


@pytest.mark.proves("SY-4")
def test_reveals_are_limited_by_the_hour(client, branch):
    customer = CustomerFactory(home_branch=branch)
    address = f"/customers/{customer.pk}/reveal/contact/{ContactPoint.objects.get().pk}/"
    for _turn in range(REVEALS_PER_HOUR):
        assert client.post(address, {"purpose": "contact"}).status_code == 200
    answer = client.post(address, {"purpose": "contact"})
    assert answer.status_code == 422
    assert "within an hour" in answer.content.decode()
    assert "+86138" not in answer.content.decode().replace(" ", "")


@pytest.mark.proves("SY-5")
def test_the_history_tells_who_changed_what_and_shows_nothing_sealed(client, keyed, branch):
    customer = CustomerFactory(home_branch=branch, city="杭州")
    form = {
        "name": customer.name,
        "latin_name": customer.latin_name,
        "gender": "F",
        "country": "CN",
        "born_on": customer.born_on,
        "opened_on": customer.opened_on,
        "city": "宁波",
        "address": customer.address,
        "home_branch": branch.pk,
        "version": customer.version,
    }
    assert client.post(f"/customers/{customer.pk}/change/", keyed(**form)).status_code == 302
    page = client.get(f"/customers/{customer.pk}/history/").content.decode()
    assert "杭州" in page
    assert "宁波" in page
    assert "\\x01" not in page


@pytest.mark.proves("SY-5")
def test_each_look_at_a_customer_is_recorded(client, user, branch):
    customer = CustomerFactory(home_branch=branch)
    client.get(f"/customers/{customer.pk}/")
    event = AccessEvent.objects.get(kind="view")
    assert (event.actor_id, event.subject_id) == (user.pk, customer.pk)


@pytest.mark.proves("CI-1")
def test_a_customer_is_found_by_name_or_number_and_the_words_stay_out_of_the_address(
    client, branch
):
    customer = CustomerFactory(home_branch=branch, name="欧阳晓月")
    CustomerFactory(home_branch=branch, name="王建国")
    for text in ("欧阳", "ouyang", customer.number, customer.shown_number):
        answer = client.post("/customers/find/", {"q": text})
        assert text not in answer["Location"]
        page = client.get(answer["Location"]).content.decode()
        assert f"/customers/{customer.pk}/" in page
        assert "王建国" not in page
        assert "Wang Jianguo" not in page


def test_an_expiring_document_is_said_at_the_top(client, branch):
    customer = CustomerFactory(home_branch=branch)
    with acting(by=system_user()):
        customer.documents.update(valid_until=bank_today() + dt.timedelta(days=5))
    assert (
        "Ask the customer to renew it." in client.get(f"/customers/{customer.pk}/").content.decode()
    )


@pytest.mark.proves("CI-1")
@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"born_on": "0001-01-01"}, "born_on"),
        ({"born_on": "1879-12-31"}, "born_on"),
        ({"born_on": "1968-05-08", "opened_on": "1950-01-01"}, "opened_on"),
    ],
)
def test_days_that_contradict_each_other_are_refused_beside_their_field(
    signed_in, person, branch, days, field
):
    customer = CustomerFactory(home_branch=branch)
    client = signed_in(person(branch, "customers.view_customer", "customers.change_customer"))
    answer = client.post(f"/customers/{customer.pk}/change/", change_form(customer, **days))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    customer.refresh_from_db()
    assert customer.born_on.year == 1985


@pytest.mark.proves("CI-1")
def test_a_manager_who_was_typed_and_not_chosen_is_no_manager_and_not_nobody(
    signed_in, person, branch
):
    manager = StaffMemberFactory(branch=branch)
    customer = CustomerFactory(home_branch=branch, lead_manager=manager)
    client = signed_in(person(branch, "customers.view_customer", "customers.change_customer"))
    address = f"/customers/{customer.pk}/change/"
    typed = change_form(customer, lead_manager="", lead_manager_typed="Huang Zh")
    answer = client.post(address, typed)
    assert answer.status_code == 422
    assert "Nothing is chosen yet." in str(answer.context["form"].errors["lead_manager"])
    assert 'value="Huang Zh"' in answer.content.decode()
    customer.refresh_from_db()
    assert customer.lead_manager == manager
    emptied = change_form(customer, lead_manager="", lead_manager_typed="")
    assert client.post(address, emptied).status_code == 302
    customer.refresh_from_db()
    assert customer.lead_manager is None


def test_a_filter_puts_nothing_that_was_typed_into_an_address(signed_in, person, branch):
    client = signed_in(person(branch, "customers.view_customer", "staff.view_staffmember"))
    page = client.get("/customers/filter/").content.decode()
    assert 'name="lead_manager"' in page
    assert "_typed" not in page
