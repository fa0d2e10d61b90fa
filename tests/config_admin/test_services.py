"""The service catalogue: categories, queues, deadlines, checklists and replies."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from config_admin.models import (
    ReplyTemplate,
    ServiceCategory,
    ServiceDeadline,
    ServiceQueue,
    ServiceType,
)
from config_admin.services.deadlines import deadline_of
from config_admin.services.placeholders import fill
from crm.core.models import AuditEvent
from crm.core.operations import DomainError
from crm.ops.roles import CONFIGURE
from sysadmin.models import Grant
from tests.factories import (
    CalendarFactory,
    ServiceCategoryFactory,
    ServiceDeadlineFactory,
    ServiceQueueFactory,
    ServiceTypeFactory,
    WorkingWeekFactory,
)

BASE = "/configuration/"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def client(signed_in, person, bank):
    """Somebody who configures."""
    return signed_in(person(bank, *CONFIGURE, extent=Grant.Reach.BANK))


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.proves("BC-4")
def test_a_service_is_entered_given_deadlines_and_offered(client, keyed):
    calendar = CalendarFactory(code="office")
    WorkingWeekFactory(calendar=calendar)
    named = {"name": "Cards", "name_zh": "银行卡", "code": "cards"}
    category = keyed(**named, position=10)
    assert client.post(f"{BASE}service-categories/add/", category).status_code == 302
    queue = keyed(**named, calendar=calendar.pk)
    assert client.post(f"{BASE}queues/add/", queue).status_code == 302
    service = keyed(
        name="Lost card",
        name_zh="挂失",
        code="card_lost",
        kind="request",
        category=ServiceCategory.objects.get().pk,
        queue=ServiceQueue.objects.get().pk,
    )
    assert client.post(f"{BASE}services/add/", service).status_code == 302
    service = ServiceType.objects.get()
    offer = f"{BASE}services/{service.pk}/offer/"
    refused = client.post(offer, keyed(reason="ready"))
    assert refused.status_code == 422
    assert "First response, Resolution" in refused.content.decode()
    for step, amount, unit in (
        ("response", 30, "working_minutes"),
        ("resolution", 2, "calendar_days"),
    ):
        deadline = keyed(service=service.pk, step=step, priority="normal", amount=amount, unit=unit)
        assert client.post(f"{BASE}service-deadlines/add/", deadline).status_code == 302
    assert client.post(offer, keyed(reason="ready")).status_code == 302
    service.refresh_from_db()
    assert service.status == "offered"
    friday = at("2026-11-27T16:45")
    assert deadline_of(service, "response", "normal", friday) == at("2026-11-30T09:15")
    assert deadline_of(service, "response", "urgent", friday) == at("2026-11-30T09:15")
    assert deadline_of(service, "resolution", "normal", friday) == at("2026-11-30T00:00")


@pytest.mark.proves("BC-4")
def test_a_service_without_a_deadline_for_a_step_says_so(db):
    service = ServiceTypeFactory()
    ServiceDeadlineFactory(service=service, priority="urgent")
    with pytest.raises(DomainError, match="has no deadline for this step"):
        deadline_of(service, "response", "normal", at("2026-11-27T16:45"))


@pytest.mark.proves("BC-4")
@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"amount": 0}, "amount", "A deadline needs some time. Enter 1 or more."),
        ({"amount": ""}, "amount", "Enter how long it may take."),
        ({"amount": 731, "unit": "calendar_days"}, "amount", "This is too long."),
        ({"unit": ""}, "unit", "Choose in what it is counted."),
        (
            {"step": "resolution", "priority": "normal", "amount": 59},
            "amount",
            "Nobody is answered later than helped.",
        ),
        ({"priority": "normal"}, "priority", "has a deadline for this step and priority already"),
    ],
)
def test_deadlines_that_make_no_sense_are_refused_beside_their_field(
    client, keyed, values, field, said
):
    service = ServiceTypeFactory()
    ServiceDeadlineFactory(service=service)
    sent = {"step": "response", "priority": "high", "amount": 60, "unit": "working_minutes"}
    answer = client.post(
        f"{BASE}service-deadlines/add/", keyed(service=service.pk, **sent | values)
    )
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert said in answer.context["form"].errors[field][0]
    assert ServiceDeadline.objects.count() == 1


@pytest.mark.proves("BC-4")
def test_a_category_below_itself_is_refused(client, keyed):
    top = ServiceCategoryFactory()
    low = ServiceCategoryFactory(parent=ServiceCategoryFactory(parent=top))
    data = {"name": top.name, "name_zh": top.name_zh, "position": 0, "version": top.version}
    for place in (top, low):
        page = f"{BASE}service-categories/{top.pk}/change/"
        answer = client.post(page, keyed(parent=place.pk, **data))
        assert answer.status_code == 422
        assert "outside its own branch" in answer.context["form"].errors["parent"][0]
    top.refresh_from_db()
    assert top.parent is None


@pytest.mark.proves("BC-4")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Dear {customer}", "There is no placeholder {customer}. Use one of {customer_name}"),
        ("Dear {customer_name", "A brace stands alone."),
        ("Dear {}", "There is no placeholder {}."),
        ("Dear {customer_name.salt}", "There is no placeholder {customer_name.salt}."),
    ],
)
def test_a_reply_with_a_placeholder_that_nothing_fills_in_is_refused(client, keyed, text, said):
    service = ServiceTypeFactory()
    sent = {"name": "Received", "name_zh": "受理", "text": text, "text_zh": "尊敬的{customer_name}"}
    answer = client.post(f"{BASE}reply-templates/add/", keyed(service=service.pk, **sent))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"text"}
    assert said in answer.context["form"].errors["text"][0]
    sent["text"] = "Dear {customer_name}, case {case_number}"
    sent["is_live"] = "on"
    assert (
        client.post(f"{BASE}reply-templates/add/", keyed(service=service.pk, **sent)).status_code
        == 302
    )
    filled = fill(ReplyTemplate.objects.get().text, {"customer_name": "Lin {case_number}"})
    assert filled == "Dear Lin {case_number}, case {case_number}"


@pytest.mark.proves("BC-4")
def test_the_page_of_a_service_shows_its_deadlines_and_leads_to_new_ones(client, keyed):
    service = ServiceTypeFactory.deadlined(queue=ServiceQueueFactory(name="Card centre"))
    page = client.get(f"{BASE}services/{service.pk}/").content.decode()
    assert "Card centre" in page
    assert f"{BASE}service-deadlines/add/?service={service.pk}" in page
    card = client.get(f"{BASE}service-deadlines/panel/service/{service.pk}/").content.decode()
    assert "First response" in card
    form = client.get(f"{BASE}service-deadlines/add/?service={service.pk}")
    assert form.context["form"]["service"].value() == str(service.pk)


@pytest.mark.proves("BC-4")
def test_those_who_may_only_look_change_nothing(signed_in, person, branch, keyed):
    service = ServiceTypeFactory.deadlined()
    client = signed_in(person(branch, "config_admin.view_servicetype"))
    assert client.get(f"{BASE}services/{service.pk}/").status_code == 200
    assert client.post(f"{BASE}services/{service.pk}/offer/", keyed(reason="x")).status_code == 403
    assert client.get(f"{BASE}service-deadlines/").status_code == 403


@pytest.mark.proves("BC-4")
def test_the_first_catalogue_is_complete_and_entered_once(db):
    call_command("first_values", verbosity=0)
    service = ServiceType.objects.get(code="complaint")
    received = at("2026-10-08T10:00")
    assert deadline_of(service, "resolution", "normal", received) == at("2026-10-24T00:00")
    for offered in ServiceType.objects.all():
        assert offered.status == "offered"
        assert set(offered.deadlines.values_list("step", flat=True)) == {"response", "resolution"}
    before = AuditEvent.objects.count()
    call_command("first_values", verbosity=0)
    assert AuditEvent.objects.count() == before
