"""The inbox without a mouse: the request follows the list, which goes on after a decision."""

import pytest
from playwright.sync_api import expect

from crm.core.models import Approval
from customers import operations
from customers.models import Customer
from sysadmin.models import Role
from tests.factories import ApprovalPolicyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DECIDE = "/system/approvals/?decide=true"


@pytest.fixture
def waiting(bank):
    """Three closings that a colleague asked for."""
    ApprovalPolicyFactory(role=Role.objects.get(code="branch_manager"))
    for customer in Customer.objects.order_by("id"):
        operations.close(customer, by=bank.everyone, reason="moved abroad")
    return list(Approval.objects.order_by("-id"))


def test_the_list_is_walked_decided_and_goes_on_without_a_new_page(desk, bank, waiting):
    page = desk(bank.leader)
    page.goto(DECIDE)
    page.evaluate("window.same = true")
    beside = page.locator("#request")
    expect(beside.locator("h2").first).to_contain_text(str(Customer.objects.latest("id")))
    for key in "jjk":
        page.keyboard.press(key)
    expect(page.locator("#table tr.cur")).to_have_count(1)
    expect(beside.locator("[data-key=a]")).to_have_attribute(
        "href", f"/system/approvals/{waiting[1].pk}/approve/"
    )
    page.keyboard.press("a")
    expect(page.locator("#confirm")).to_be_visible()
    page.locator("#confirm button[type=submit]").click()
    expect(page.locator("#confirm")).not_to_be_visible()
    expect(page.locator(".toast-x")).to_contain_text("approved and carried out")
    expect(page.locator("#table tbody tr")).to_have_count(2)
    expect(beside.locator("[data-key=a]")).to_have_attribute(
        "href", f"/system/approvals/{waiting[2].pk}/approve/"
    )
    page.keyboard.press("r")
    expect(page.locator("#confirm textarea")).to_be_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("window.same")
    assert Approval.objects.filter(status="pending").count() == 2


def test_on_a_phone_the_request_stands_below_the_list(desk, bank, waiting):
    page = desk(bank.leader, width=390, height=800)
    page.goto(DECIDE)
    table, beside = (page.locator(name).bounding_box() for name in ("#table", "#request"))
    assert beside["y"] > table["y"] + table["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
