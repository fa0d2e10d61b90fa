"""The fields that a service adds to its requests: published, asked for, kept, shown."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError
from django.urls import reverse

from config_admin.models import ServiceEdition, ServiceField
from config_admin.services.own_fields import edition_of
from crm.core.acting import acting
from crm.core.models import AuditEvent
from crm.core.operations import DomainError
from crm.ops.roles import CONFIGURE
from services import answers
from services.models import ServiceRequest
from services.requests.own_fields import answered
from sysadmin.models import Grant, system_user
from tests.factories import (
    DictionaryEntryFactory,
    DictionaryFactory,
    HoldingFactory,
    ServiceEditionFactory,
    ServiceTypeFactory,
)

FIELDS = "/configuration/service-fields/"
HISTORY, TRAIL = "customers.history_customer", "core.view_auditevent"


@pytest.fixture
def office(signed_in, person, bank):
    """Somebody who configures."""
    return signed_in(person(bank, *CONFIGURE, extent=Grant.Reach.BANK))


@pytest.fixture
def purposes(db):
    dictionary = DictionaryFactory(code="purposes")
    DictionaryEntryFactory(dictionary=dictionary, code="visa", name="Visa", name_zh="签证")
    return dictionary


@pytest.fixture
def draft(office, keyed):
    """Drafts a field of a service."""

    def enter(service, code, kind, **values):
        sent = {"name": code.capitalize(), "name_zh": f"{code}栏", "position": 0, "is_live": "on"}
        sent |= {"service": service.pk, "code": code, "kind": kind, **values}
        return office.post(f"{FIELDS}add/", keyed(**sent))

    return enter


@pytest.fixture
def publish(office, keyed):
    def run(service):
        address = reverse("config_admin:servicetype_publish", args=[service.pk])
        return office.post(address, keyed(reason="Asked for by the card centre"))

    return run


@pytest.fixture
def certificate(service, draft, publish, purposes):
    """The service with a field of every kind; the purpose and the amount must be filled in."""
    for code, kind, values in (
        ("purpose", "choice", {"dictionary": purposes.pk, "is_required": "on"}),
        ("amount", "money", {"is_required": "on", "position": 1, "hint": "In yuan"}),
        ("copies", "number", {"position": 2}),
        ("until", "day", {"position": 3}),
        ("frozen", "yes_no", {"position": 4}),
        ("account", "holding", {"position": 5}),
        ("remark", "text", {"position": 6}),
    ):
        assert draft(service, code, kind, **values).status_code == 302
    assert publish(service).status_code == 302
    return service


def own(service, **values):
    return {f"own-{service.pk}-{code}": value for code, value in values.items()}


@pytest.mark.proves("CS-1")
def test_fields_are_drafted_published_and_then_asked_for(service, draft, publish, office, desk):
    page = reverse("config_admin:servicetype_view", args=[service.pk])
    asked = f"{reverse('services:servicerequest_fields')}?service={service.pk}"
    draft(service, "remark", "text", is_required="on")
    assert "requests are not asked for them" in office.get(page).content.decode()
    assert "Remark" not in desk.get(asked).content.decode()
    shown = office.get(reverse("config_admin:servicetype_publish", args=[service.pk]))
    assert "Remark" in shown.content.decode()
    assert publish(service).status_code == 302
    assert "Remark" in desk.get(asked).content.decode()
    assert "not asked for them" not in office.get(page).content.decode()
    answer = publish(service)
    assert answer.status_code == 422
    assert "Nothing has changed since the fields were published." in answer.content.decode()
    assert ServiceEdition.objects.count() == 1


@pytest.mark.proves("CS-1")
def test_a_choice_names_its_dictionary_and_codes_stand_once(service, draft, purposes):
    for code, kind, dictionary, field in (
        ("one", "choice", "", "dictionary"),
        ("two", "text", purposes.pk, "dictionary"),
        ("purpose", "text", "", None),
        ("purpose", "day", "", "code"),
    ):
        answer = draft(service, code, kind, dictionary=dictionary)
        if field is None:
            assert answer.status_code == 302
        else:
            assert field in answer.context["form"].errors or (
                "has a field with this code already" in answer.content.decode()
            )
    assert ServiceField.objects.count() == 1


@pytest.mark.proves("CS-1")
def test_a_request_is_asked_and_shows_what_was_answered(
    certificate, customer, entered, engaged, signed_in, person, bank, branch, keyed
):
    held = HoldingFactory(customer=customer)
    client = signed_in(engaged(branch, "customers.view_holding", HISTORY).user)
    answer, request = entered(
        client,
        **own(
            certificate,
            purpose="visa",
            amount="50000.50",
            copies="3",
            until="2027-02-01",
            frozen="no",
            account=held.pk,
            remark="<b>bilingual</b>",
        ),
    )
    assert answer.status_code == 302
    assert answers.read(request.answers) == {
        "purpose": "visa",
        "amount": Decimal("50000.50"),
        "copies": Decimal(3),
        "until": dt.date(2027, 2, 1),
        "frozen": False,
        "account": held.pk,
        "remark": "<b>bilingual</b>",
    }
    for address in (f"{request.pk}/", f"{request.pk}/work/"):
        page = " ".join(client.get(f"/service/requests/{address}").content.decode().split())
        for told in ("Visa", "CNY 50,000.50", "3", "1 Feb 2027", "no", str(held), "&lt;b&gt;"):
            assert f"<dd> {told}" in page, told
    history = client.get(f"/customers/{customer.pk}/history/").content.decode()
    assert "Purpose: Visa · Amount: CNY 50,000.50" in history.replace("\xa0", " ")
    assert "Lost card" in history
    event = AuditEvent.objects.filter(table_name="services_request").latest("id")
    auditor = signed_in(person(bank, TRAIL, extent=Grant.Reach.BANK))
    assert "Purpose: Visa" in auditor.get(f"/system/audit/{event.pk}/").content.decode()
    blind = signed_in(engaged(branch).user)
    page = blind.get(f"/service/requests/{request.pk}/").content.decode()
    assert str(held) not in page
    assert "outside your reach" in page
    address = f"/service/requests/{request.pk}/change/"
    form = blind.get(address).context["form"]
    assert f"own-{certificate.pk}-account" not in form.fields
    sent = {field.html_name: field.value() for field in form if field.value() is not None}
    sent |= own(certificate, copies="4") | {"version": request.version}
    assert blind.post(address, keyed(**sent)).status_code == 302
    request.refresh_from_db()
    assert answers.read(request.answers)["account"] == held.pk
    assert answers.read(request.answers)["copies"] == 4


@pytest.mark.proves("CS-1")
def test_what_is_missing_or_wrong_is_said_beside_its_field(certificate, customer, entered, desk):
    foreign = HoldingFactory()
    answer, request = entered(
        desk,
        **own(
            certificate,
            purpose="holiday",
            amount="",
            copies="many",
            until="1066-10-14",
            account=foreign.pk,
            frozen="perhaps",
            remark="x" * 201,
        ),
    )
    assert answer.status_code == 422
    assert request is None
    form = answer.context["form"]
    codes = ("purpose", "amount", "copies", "until", "frozen", "account", "remark")
    assert set(form.errors) == set(own(certificate, **dict.fromkeys(codes)))
    assert form.errors[f"own-{certificate.pk}-amount"] == ["Amount: the service needs this."]
    assert "In yuan" in answer.content.decode()


@pytest.mark.proves("CS-1")
def test_a_field_for_a_loan_offers_the_customers_loans_and_says_so_if_there_are_none(
    service, customer, draft, publish, entered, engaged, branch, signed_in
):
    for code in ("loan", "card", "holding"):
        assert draft(service, code, code).status_code == 302
    publish(service)
    products = ("housing_loan", "time_deposit")
    loan, deposit = (HoldingFactory(customer=customer, product_code=code) for code in products)
    client = signed_in(engaged(branch, "customers.view_holding").user)
    address = reverse("services:servicerequest_fields")
    asked = client.post(address, {"service": service.pk, "customer": customer.pk})
    fields = asked.context["form"].own_fields.values()
    assert [list(field.queryset) for field in fields] == [[loan], [], [loan, deposit]]
    assert asked.content.decode().count("The customer has none that you may see.") == 1
    answer, none = entered(client, **own(service, loan=deposit.pk))
    assert (answer.status_code, none) == (422, None)
    assert set(answer.context["form"].errors) == set(own(service, loan=""))
    _answer, request = entered(client, **own(service, loan=loan.pk, holding=deposit.pk))
    assert answers.read(request.answers) == {"loan": loan.pk, "holding": deposit.pk}
    assert str(loan) in client.get(f"/service/requests/{request.pk}/").content.decode()
    with pytest.raises(DomainError, match="of the kind that the service asks for"):
        answered(edition_of(service.pk), {"loan": deposit})


@pytest.mark.proves("CS-1")
def test_nothing_is_lost_when_the_service_is_changed_and_changed_back(
    certificate, customer, desk, draft, publish
):
    other = ServiceTypeFactory.offered(queue=certificate.queue)
    draft(other, "remark", "text")
    publish(other)
    address = reverse("services:servicerequest_fields")
    typed = own(certificate, amount="777", remark="in English") | {"customer": customer.pk}
    away = desk.post(address, typed | {"service": other.pk})
    form = away.context["form"]
    assert [field.name for field in form.own()] == [f"own-{other.pk}-remark"]
    kept = dict(form.left_over())
    assert kept == own(certificate, amount="777", remark="in English")
    back = desk.post(address, kept | {"service": certificate.pk, f"own-{other.pk}-remark": "x"})
    form = back.context["form"]
    assert form[f"own-{certificate.pk}-amount"].value() == "777"
    assert dict(form.left_over()) == {f"own-{other.pk}-remark": "x"}
    assert not ServiceRequest.objects.exists()


@pytest.mark.proves("CS-1")
def test_earlier_requests_keep_the_fields_that_they_were_asked(
    certificate, entered, desk, office, draft, publish, keyed
):
    given = own(certificate, purpose="visa", amount="1")
    _answer, old = entered(desk, **given)
    field = ServiceField.objects.get(code="purpose")
    retired = {"name": "Reason", "name_zh": "事由", "position": 0, "version": field.version}
    address = f"{FIELDS}{field.pk}/change/"
    assert office.post(address, keyed(**retired)).status_code == 302
    draft(certificate, "language", "text", is_required="on")
    publish(certificate)
    page = desk.get(f"/service/requests/{old.pk}/").content.decode()
    assert "Purpose" in page
    assert "Language" not in page
    answer, _none = entered(desk, **given)
    assert set(answer.context["form"].errors) == set(own(certificate, language=""))
    change = {"subject": old.subject, "priority": "normal", "channel": "hotline", "version": 1}
    form = desk.get(f"/service/requests/{old.pk}/change/").context["form"]
    assert form[f"own-{certificate.pk}-purpose"].value() == "visa"
    sent = keyed(**change, **own(certificate, purpose="visa", amount="2", frozen="yes"))
    assert desk.post(f"/service/requests/{old.pk}/change/", sent).status_code == 302
    old.refresh_from_db()
    assert answers.read(old.answers) == {"purpose": "visa", "amount": Decimal(2), "frozen": True}


def test_what_was_published_stays_as_it_is(db):
    edition = ServiceEditionFactory()
    for write in (lambda rows: rows.update(number=2), lambda rows: rows.delete()):
        rows = ServiceEdition.objects.filter(pk=edition.pk)
        with pytest.raises(DatabaseError) as refused, acting(by=system_user()):
            write(rows)
        assert refused.value.__cause__.diag.constraint_name == "config_admin_edition_kept"
