"""Life and capacity stop selling the same day; what is missing holds activation back."""

import datetime as dt
import uuid

import pytest

from config_admin.dictionaries.first_values import enter_missing
from config_admin.models import DictionaryEntry
from crm.core.acting import acting
from crm.core.clock import bank_today
from crm.core.idempotency import FIELD
from customers.models import Customer, IdentityDocument, LifeFact, Restriction
from sysadmin.models import system_user
from tests.deciding import change, step
from tests.factories import CustomerFactory, LinkFactory
from tests.factories_services.opportunities import OpportunityStageFactory
from tests.matrix.subjects import enter_lines

SERVE = (
    "customers.view_customer",
    "customers.change_customer",
    "customers.activate_customer",
    "services.view_opportunity",
    "services.view_opportunitystage",
    "staff.view_staffmember",
    "services.add_opportunity",
)


@pytest.fixture
def seller(person, branch):
    return person(branch, *SERVE)


@pytest.fixture
def desk(signed_in, seller):
    return signed_in(seller)


@pytest.fixture
def customer(branch):
    return CustomerFactory(home_branch=branch)


def entered(desk, customer, **facts):
    """What comes of entering something about life or capacity."""
    sent = {"kind": "deceased", "first_day": str(bank_today()), "evidence": "death certificate"}
    return desk.post(
        f"/customers/{customer.pk}/life/add/", sent | {FIELD: str(uuid.uuid4())} | facts
    )


def sold(desk, seller, customer):
    """What is said to an opportunity with a customer."""
    enter_lines()
    data = {
        FIELD: str(uuid.uuid4()),
        "customer": customer.pk,
        "product_kind": "loan",
        "amount": "350000",
        "currency": "CNY",
        "stage": OpportunityStageFactory().pk,
        "closes_on": str(bank_today() + dt.timedelta(days=40)),
        "owner": seller.staff_member.pk,
        "source": "visit",
    }
    answer = desk.post("/service/opportunities/add/", data)
    return answer.context["form"].errors if answer.status_code == 422 else {}


@pytest.mark.proves("CI-29")
def test_selling_stops_the_day_a_customer_is_known_to_have_died(desk, seller, customer):
    assert entered(desk, customer).status_code == 302

    assert "Service for this customer is stopped" in str(sold(desk, seller, customer)["customer"])
    page = desk.get(f"/customers/{customer.pk}/").content.decode()
    assert "death certificate" in page
    assert "Nothing is sold since" in page
    again = entered(desk, customer)
    assert again.status_code == 422


@pytest.mark.proves("CI-29")
def test_what_is_lifted_stops_nothing_any_more(desk, seller, customer):
    yesterday = str(bank_today() - dt.timedelta(days=1))
    entered(desk, customer, kind="missing", first_day=yesterday)
    fact = LifeFact.objects.get()
    address = f"/customers/{customer.pk}/life/{fact.pk}/end/"
    sent = {"version": fact.version, "reason": "came back", "last_day": "2199-01-01"}
    refused = desk.post(address, sent | {FIELD: str(uuid.uuid4())})
    assert list(refused.context["form"].errors) == ["last_day"]

    sent["last_day"] = str(bank_today())
    assert desk.post(address, sent | {FIELD: str(uuid.uuid4())}).status_code == 302

    assert Restriction.objects.get().ended_on == bank_today()
    assert not sold(desk, seller, customer)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"kind": "dissolved"}, "kind"),
        ({"first_day": "2199-01-01"}, "first_day"),
        ({"first_day": "1950-01-01"}, "first_day"),
        ({"evidence": ""}, "evidence"),
    ],
)
def test_what_does_not_fit_is_refused_beside_its_field(desk, customer, facts, field):
    answer = entered(desk, customer, **facts)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Restriction.objects.exists()


# --- the minimum ---------------------------------------------------------------------


@pytest.fixture
def configured(db):
    """The shipped minimum of facts."""
    with acting(by=system_user()):
        enter_missing()


@pytest.mark.proves("CI-28")
def test_a_person_is_active_once_everything_asked_for_is_known(desk, branch, configured):
    customer = CustomerFactory(home_branch=branch, status="prospect", occupation="")
    with acting(by=system_user()):
        customer.documents.update(valid_until=bank_today() - dt.timedelta(days=1))
    address = f"/customers/{customer.pk}/activate/"
    refused = step(desk, address)
    assert refused.status_code == 422
    said = refused.content.decode()
    for fact in ("Occupation", "Valid identity document"):
        assert fact in said
    assert "Nationality" not in said
    assert "Occupation" in desk.get(f"/customers/{customer.pk}/").content.decode()

    assert change(desk, customer, occupation="教师").status_code == 302
    with acting(by=system_user()):
        customer.documents.update(valid_until=bank_today())

    assert step(desk, address).status_code == 302
    assert Customer.objects.get(pk=customer.pk).status == "active"


@pytest.mark.proves("CI-28")
def test_an_organisation_needs_who_acts_and_who_owns_unless_the_bank_retires_it(
    desk, branch, configured
):
    company = CustomerFactory(
        home_branch=branch, kind="organisation", status="prospect", business_scope="机械制造"
    )
    with acting(by=system_user()):
        IdentityDocument.objects.filter(customer=company).update(is_long_term=True)
    LinkFactory(customer=company, kind="legal_representative")
    address = f"/customers/{company.pk}/activate/"
    said = step(desk, address).content.decode()
    assert "Owners or controller · Authorised agent" in said
    LinkFactory(customer=company, kind="owner", share=100)
    assert step(desk, address).status_code == 422

    with acting(by=system_user()):
        entry = DictionaryEntry.objects.get(dictionary__code="minimum_organisation", code="agent")
        entry.status = "retired"
        entry.save()

    assert step(desk, address).status_code == 302
