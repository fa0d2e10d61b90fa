"""The desk on a telephone: what a service asks for, and the way between queue and request."""

import pytest
from playwright.sync_api import expect

from config_admin.services import operations
from services.models import ServiceRequest
from tests.factories import (
    QueueMemberFactory,
    RequestCheckFactory,
    ServiceFieldFactory,
    ServiceRequestFactory,
    ServiceTypeFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def certificate(bank):
    """A service that asks for a purpose, in a queue that everyone works, beside another one."""
    service = ServiceTypeFactory.offered(name="Certificate")
    ServiceTypeFactory.offered(name="Lost card", queue=service.queue)
    ServiceFieldFactory(service=service, name="Purpose", is_required=True)
    operations.publish(service, by=bank.everyone, reason="as asked for")
    QueueMemberFactory(queue=service.queue, member=bank.everyone.staff_member)
    return service


@pytest.mark.proves("CS-1")
def test_a_request_is_entered_with_its_own_fields_and_leads_back_to_the_queue(
    desk, bank, certificate
):
    page = desk(bank.everyone, width=390, height=800)
    page.goto("/service/")
    page.keyboard.press("n")
    drawer = page.locator("#drawer")
    customer = drawer.get_by_role("combobox", name="Customer")
    customer.press_sequentially(bank.person.number)
    at_work = drawer.locator(".htmx-request, .htmx-swapping, .htmx-settling")

    def chosen(choose):
        """Choose, and wait for what is asked for then: nobody types so soon."""
        with page.expect_response("**/fields/"):
            choose()
        expect(at_work).to_have_count(0)

    chosen(drawer.locator("[role=option]").first.click)
    service = drawer.locator("[name=service]")
    chosen(lambda: service.select_option(label="Certificate"))
    drawer.get_by_label("Purpose").fill("for a visa")
    chosen(lambda: service.select_option(label="Lost card"))
    expect(drawer.get_by_label("Purpose")).to_have_count(0)
    chosen(lambda: service.select_option(label="Certificate"))
    expect(drawer.get_by_label("Purpose")).to_have_value("for a visa")
    drawer.locator("[name=channel]").select_option("hotline")
    drawer.get_by_label("Subject").fill("Proof of means")
    drawer.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_contain_text("Proof of means")
    expect(page.get_by_text("for a visa")).to_be_visible()
    assert ServiceRequest.objects.get().answers["values"]
    page.goto("/service/")
    page.locator("#queue .list a").first.click()
    back = page.get_by_role("link", name="Back to the queue")
    expect(back).to_be_in_viewport()
    expect(page.locator("#request").get_by_text("for a visa")).to_be_in_viewport()
    back.click()
    expect(page.locator("#queue .list a").first).to_be_in_viewport()


@pytest.mark.proves("CS-1")
def test_a_request_is_taken_and_ticked_by_one_click_each_and_the_rest_of_the_page_stays(
    desk, bank, certificate
):
    request = ServiceRequestFactory(service=certificate, customer=bank.person, subject="Proof")
    check = RequestCheckFactory(request=request)
    page = desk(bank.everyone)
    page.goto("/service/")
    page.evaluate("document.body.dataset.stays = 'yes'")
    page.locator("#queue").get_by_role("link", name="Proof").click()
    beside = page.locator("#request")
    beside.get_by_role("button", name="Take").click()
    expect(beside.get_by_role("button", name="Start")).to_be_visible()
    expect(page.locator("#queue section").first).to_contain_text("Proof")
    beside.get_by_role("checkbox", name=check.item.name).click()
    box = beside.get_by_role("checkbox", name=check.item.name)
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    page.locator(".toasts").get_by_role("button", name="Undo").click()
    expect(beside.get_by_role("button", name="Take")).to_be_visible()
    assert page.evaluate("document.body.dataset.stays") == "yes"
    page.goto(f"/service/requests/{request.pk}/")
    page.evaluate("document.body.dataset.stays = 'yes'")
    page.locator(".acts").get_by_role("button", name="Take").click()
    expect(page.locator(".acts").get_by_role("button", name="Start")).to_be_visible()
    assert page.evaluate("document.body.dataset.stays") == "yes"
