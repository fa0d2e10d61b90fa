"""Queues, categories and calendars are retired when nothing uses them, and never deleted."""

import pytest

from config_admin.models import ServiceQueue, ServiceType
from crm.ops.roles import CONFIGURE
from sysadmin.models import Grant
from tests.factories import (
    CalendarFactory,
    ServiceCategoryFactory,
    ServiceQueueFactory,
    ServiceTypeFactory,
)

PLACE = "/configuration/"


@pytest.fixture
def desk(signed_in, person, bank):
    """Somebody who configures."""
    return signed_in(person(bank, *CONFIGURE, extent=Grant.Reach.BANK))


def step(desk, keyed, address, verb):
    return desk.post(f"{PLACE}{address}/{verb}/", keyed(reason="no longer needed"))


def said(answer):
    assert answer.status_code == 422
    return str(answer.context["form"].errors)


def new_service(**values):
    sent = {"name": "New card", "name_zh": "新卡", "code": "new_card", "kind": "request"}
    return sent | values


@pytest.mark.proves("BC-4")
def test_a_queue_is_retired_when_no_offered_service_waits_there(desk, keyed):
    service = ServiceTypeFactory.deadlined()
    address = f"queues/{service.queue_id}"
    step(desk, keyed, f"services/{service.pk}", "offer")
    assert ServiceType.objects.get().status == "offered"
    refused = step(desk, keyed, address, "retire")
    assert "Services that are offered wait in this queue." in said(refused)
    step(desk, keyed, f"services/{service.pk}", "retire")
    assert step(desk, keyed, address, "retire").status_code == 302
    assert ServiceQueue.objects.get(pk=service.queue_id).status == "retired"
    again = step(desk, keyed, f"services/{service.pk}", "offer")
    assert "is retired. Choose another one before the service is offered." in said(again)
    assert step(desk, keyed, address, "restore").status_code == 302
    assert step(desk, keyed, f"services/{service.pk}", "offer").status_code == 302


@pytest.mark.proves("BC-4")
def test_a_form_offers_no_retired_queue_or_category_and_keeps_those_it_has(desk, keyed):
    service = ServiceTypeFactory.deadlined()
    step(desk, keyed, f"queues/{service.queue_id}", "retire")
    found = desk.post(f"{PLACE}queues/lookup/", {"action": "config_admin.add_servicetype"})
    assert service.queue.name not in found.content.decode()
    sent = new_service(category=service.category_id, queue=service.queue_id)
    answer = desk.post(f"{PLACE}services/add/", keyed(**sent))
    assert "Choose one of the entries offered." in said(answer)
    kept = new_service(
        code=service.code, category=service.category_id, queue=service.queue_id, version=1
    )
    kept["kind"] = service.kind
    assert desk.post(f"{PLACE}services/{service.pk}/change/", keyed(**kept)).status_code == 302
    listed = desk.get(f"{PLACE}queues/?status=retired").content.decode()
    assert service.queue.name in listed


def test_a_category_is_retired_from_below_and_taken_up_from_above(desk, keyed):
    above = ServiceCategoryFactory()
    below = ServiceCategoryFactory(parent=above)
    refused = step(desk, keyed, f"service-categories/{above.pk}", "retire")
    assert "Services that are offered or categories in use stand there." in said(refused)
    for category in (below, above):
        done = step(desk, keyed, f"service-categories/{category.pk}", "retire")
        assert done.status_code == 302
    refused = step(desk, keyed, f"service-categories/{below.pk}", "restore")
    assert "The category above" in said(refused)
    for category in (above, below):
        done = step(desk, keyed, f"service-categories/{category.pk}", "restore")
        assert done.status_code == 302


@pytest.mark.proves("BC-3")
def test_a_calendar_is_retired_when_no_queue_in_use_counts_by_it(desk, keyed):
    calendar = CalendarFactory()
    queue = ServiceQueueFactory(calendar=calendar)
    refused = step(desk, keyed, f"calendars/{calendar.pk}", "retire")
    assert "Queues in use count by it." in said(refused)
    step(desk, keyed, f"queues/{queue.pk}", "retire")
    assert step(desk, keyed, f"calendars/{calendar.pk}", "retire").status_code == 302
    refused = step(desk, keyed, f"queues/{queue.pk}", "restore")
    assert "is retired. Take that into use first." in said(refused)
    assert step(desk, keyed, f"calendars/{calendar.pk}", "restore").status_code == 302
    assert step(desk, keyed, f"queues/{queue.pk}", "restore").status_code == 302


def test_a_category_has_no_twin_beside_it(desk, keyed):
    category = ServiceCategoryFactory(name="Cards", code="cards")
    sent = {"name": "cards", "name_zh": "卡片", "code": "cards_2", "position": 0}
    refused = desk.post(f"{PLACE}service-categories/add/", keyed(**sent))
    assert "Cards (cards) has this name already." in said(refused)
    sent["parent"] = category.pk
    assert desk.post(f"{PLACE}service-categories/add/", keyed(**sent)).status_code == 302
