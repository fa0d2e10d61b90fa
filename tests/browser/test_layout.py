"""What is to be pressed and read stays within the window, however narrow, low or wordy."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import CustomerFactory, HoldingFactory
from tests.factories_claims import ClaimFactory, ClassificationFactory
from tests.factories_services.agenda import TaskFactory
from tests.factories_services.complaints import ComplaintFactory
from tests.factories_services.opportunities import OpportunityFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}
WIDTHS = (390, 1440)
SIZES = """words => words.map(word => word.ownerSVGElement.getScreenCTM().a
  * parseFloat(getComputedStyle(word).fontSize))"""
IS_WHOLE = "e => e.scrollWidth <= e.clientWidth"


@pytest.mark.parametrize("width", WIDTHS)
def test_the_steps_of_a_task_stay_in_the_window_beside_a_title_without_breaks(desk, bank, width):
    TaskFactory(member=bank.lead, title="x" * 120)
    page = desk(bank.manager, width=width)
    page.goto(reverse("services:agenda"))
    for name in ("Done:", "Put off to tomorrow:", "Put off to next Monday:"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    assert page.locator("#agenda .tw").evaluate(IS_WHOLE)


def test_the_foot_of_the_navigation_and_the_current_link_show_in_a_low_window(desk, bank):
    page = desk(bank.everyone, height=600)
    page.goto("/system/grants/")
    expect(page.locator(".side .me")).to_be_in_viewport(ratio=1)
    expect(page.locator(".side [aria-current]")).to_be_in_viewport(ratio=1)
    page.goto("/customers/")
    expect(page.locator(".side [aria-current]")).to_be_in_viewport(ratio=1)


def test_a_phone_shows_the_whole_name_of_a_page_at_the_top(desk, bank):
    page = desk(bank.manager, **PHONE)
    for address in ("/", "/customers/", reverse("customers:customer_view", args=[bank.person.pk])):
        page.goto(address)
        assert page.locator(".crumb [aria-current]").evaluate(IS_WHOLE), address


def test_a_faulty_moment_has_no_sign_on_the_picker_of_the_browser(desk, bank, watch):
    watch.expect(422)
    page = desk(bank.manager)
    page.goto(reverse("services:appointment_add"))
    page.locator("main form").get_by_role("button", name="Save").click()
    field = page.locator("[type=datetime-local].is-invalid").first
    expect(field).to_have_css("background-image", "none")


@pytest.mark.parametrize("width", WIDTHS)
def test_words_in_a_chart_can_be_read(desk, bank, width):
    OpportunityFactory(owner=bank.lead)
    page = desk(bank.leader, width=width)
    page.goto("/")
    words = page.locator(".chart text:visible")
    expect(words.first).to_be_visible()
    assert min(words.evaluate_all(SIZES)) >= 11


@pytest.mark.parametrize("width", WIDTHS)
def test_the_customer_of_what_is_to_be_done_shows_beside_a_long_kind(desk, bank, width):
    ComplaintFactory(
        customer=CustomerFactory(home_branch=bank.branch, latin_name="Alexandra Ouyang-Hohenlohe")
    )
    page = desk(bank.leader, width=width)
    page.goto("/")
    row = page.locator(".today li").filter(has_text="Complaint to assign")
    box = row.get_by_role("link").last.bounding_box()
    assert box["width"] >= 40
    assert box["x"] + box["width"] <= row.locator(".tag").last.bounding_box()["x"]


def test_the_steps_of_a_decision_about_a_claim_show_on_a_phone(desk, bank):
    claim = ClaimFactory(holding=HoldingFactory(customer=bank.person, product_code="housing_loan"))
    ClassificationFactory(claim=claim, facts="word " * 40)
    page = desk(bank.everyone, **PHONE)
    page.goto(reverse("risk:claim_view", args=[claim.pk]))
    card = page.get_by_role("region", name="Decisions")
    assert card.evaluate(IS_WHOLE)
    assert card.locator("tbody tr").bounding_box()["height"] <= 260


def test_a_phone_shows_every_column_of_a_list_with_its_label_and_sorts_it(desk, bank):
    page = desk(bank.manager, **PHONE)
    page.goto("/customers/")
    rows = page.get_by_role("table").get_by_role("row")
    row = rows.filter(has_text=bank.person.latin_name)
    expect(row.get_by_role("cell").filter(has_text=bank.branch.name_en)).to_be_in_viewport()
    assert page.locator("#table .tw").evaluate(IS_WHOLE)
    label = "e => getComputedStyle(e, '::before').content"
    branch = row.get_by_role("cell").filter(has_text=bank.branch.name_en)
    assert "Managing branch" in branch.evaluate(label)
    page.get_by_role("columnheader", name="Customer since").get_by_role("link").click()
    expect(page.locator("th[aria-sort]")).to_contain_text("Customer since")
    page.goto(reverse("customers:customer_view", args=[bank.person.pk]))
    expect(page.get_by_role("region", name="Identity documents")).to_be_visible()
    assert all(box.evaluate(IS_WHOLE) for box in page.locator("main .tw").all())
