"""Finding customers by the keyboard, and giving several of them to another manager."""

import re

import pytest
from playwright.sync_api import expect

from crm.core.models import Job
from customers.models import Customer
from sysadmin.models import Grant, Role
from tests.factories import CustomerFactory, GrantFactory, StaffMemberFactory
from tests.jobs import work_off

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.proves("CI-20")
def test_a_customer_is_found_from_any_page_by_keyboard_alone(at_work, bank):
    page = at_work
    page.goto("/organisation/staff/")
    page.keyboard.press("Control+k")
    page.keyboard.type("ouyangx")
    hits = page.locator("#pal-found [role=option]")
    expect(hits).to_have_count(2)
    expect(hits.first).to_contain_text("欧阳晓月")
    expect(hits.first).to_have_attribute("aria-selected", "true")
    # the line that leads to all of them is not counted
    expect(page.locator("#live")).to_have_text("1 results.")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/customers/{bank.person.pk}/$"))


def test_enter_pressed_before_the_hits_have_come_opens_the_first_of_them(at_work, bank):
    page = at_work
    page.goto("/organisation/staff/")
    page.keyboard.press("Control+k")
    page.keyboard.type("ouyangx")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/customers/{bank.person.pk}/$"))


@pytest.mark.proves("CI-20")
def test_all_hits_are_shown_on_a_page_and_the_words_stand_in_no_address(at_work, bank):
    page = at_work
    page.goto("/customers/")
    page.keyboard.press("Control+k")
    page.keyboard.type("晓")
    hits = page.locator("#pal-found [role=option]")
    expect(hits).to_have_count(2)
    expect(hits.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(hits.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Find customers")
    expect(page.locator("#table tbody tr")).to_have_count(1)
    assert re.search(r"/customers/search/\?v=[0-9a-f-]{36}$", page.url)
    page.get_by_role("link", name="Open as a list").click()
    expect(page.locator("#table tbody tr")).to_have_count(1)


def test_nothing_found_says_so(at_work, bank):
    page = at_work
    page.goto("/customers/")
    page.keyboard.press("Control+k")
    page.keyboard.type("zzzz")
    expect(page.locator("#pal-found")).to_contain_text("No customer within your reach is found")
    expect(page.locator("#live")).to_have_text("Nothing found. Try another word.")


@pytest.mark.proves("CI-22")
@pytest.mark.proves("XX-6")
def test_ticked_customers_get_another_manager_and_the_job_can_be_left_and_taken_back(desk, bank):
    page = desk(bank.leader)
    page.goto("/customers/")
    boxes = page.locator("input[name=sel]")
    expect(boxes).to_have_count(3)
    expect(page.locator(".bulk")).to_be_hidden()
    boxes.nth(0).check()
    boxes.nth(1).check()
    expect(page.locator(".bulk .c")).to_have_text("2")
    page.get_by_role("button", name="Assign lead manager").click()
    drawer = page.locator("#drawer")
    expect(drawer).to_contain_text("Concerns 2 records.")
    drawer.get_by_role("combobox").fill("shen")
    expect(drawer.locator("[data-lookup] [role=option]:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    drawer.locator("[name=reason]").fill("cover during leave")
    drawer.get_by_role("button", name="Assign", exact=True).click()
    expect(page.locator("h1")).to_have_text("Assign lead manager")
    expect(page.locator(".job")).to_contain_text("Waiting")
    address = page.url
    page.goto("/customers/")
    work_off()
    page.goto(address)
    expect(page.locator(".job")).to_contain_text("2 of 2 rows")
    leader = bank.leader.staff_member
    assert Customer.objects.filter(lead_manager=leader).count() == 2
    page.get_by_role("link", name="Take back").click()
    page.locator("#confirm [name=reason]").fill("wrong list")
    page.locator("#confirm").get_by_role("button", name="Take back").click()
    expect(page.locator("h1")).to_have_text("Take back an assignment of lead managers")
    work_off()
    assert not Customer.objects.filter(lead_manager=leader).exists()


def test_ticks_stay_while_one_leafs_and_end_with_another_filter(desk, bank):
    for _n in range(24):
        CustomerFactory(home_branch=bank.branch)
    page = desk(bank.leader)
    page.goto("/customers/")
    boxes, count = page.locator("input[type=checkbox][name=sel]"), page.locator(".bulk .c")
    expect(boxes).to_have_count(25)
    boxes.nth(3).check()
    page.get_by_role("link", name="Next").click()
    expect(boxes).to_have_count(2)
    expect(count).to_have_text("1")
    boxes.nth(0).check()
    expect(count).to_have_text("2")
    page.get_by_role("button", name="Assign lead manager").click()
    drawer = page.locator("#drawer")
    expect(drawer).to_contain_text("Concerns 2 records.")
    drawer.locator("[data-close]").first.click()
    expect(drawer).to_be_hidden()
    page.get_by_role("link", name="Previous").click()
    expect(boxes).to_have_count(25)
    expect(boxes.nth(3)).to_be_checked()
    expect(count).to_have_text("2")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".bulk")).to_be_hidden()
    boxes.nth(3).check()
    page.goto("/customers/?status=active")
    expect(page.locator(".bulk")).to_be_hidden()


@pytest.mark.proves("ST-5")
def test_ticked_customers_are_handed_over_and_the_successor_accepts(desk, bank, watch):
    watch.expect(422)
    successor = StaffMemberFactory(branch=bank.branch, latin_name="Lu Ming")
    GrantFactory(
        user=successor.user,
        role=Role.objects.get(code="wealth_manager"),
        branch=bank.branch,
        extent=Grant.Reach.OWN,
    )
    page = desk(bank.leader)
    page.goto("/customers/")
    page.locator("input[name=sel]").nth(0).check()
    page.locator("input[name=sel]").nth(1).check()
    page.get_by_role("button", name="Hand over…").click()
    drawer = page.locator("#drawer")
    expect(drawer).to_contain_text("Handed over by Lin Yue")
    drawer.get_by_role("combobox", name="Successor").fill("lin y")
    expect(drawer.locator("[data-lookup] [role=option]:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    reason = drawer.locator("[name=reason]")
    reason.fill("balance")
    # as a browser does it when its corner is pulled; the answer must not bring the style along
    reason.evaluate("field => { field.style.height = '180px'; }")
    drawer.get_by_role("button", name="Propose").click()
    expect(drawer).to_contain_text("Nobody hands over to themselves")
    expect(drawer.locator("[name=reason]")).to_have_value("balance")
    drawer.get_by_role("combobox", name="Successor").fill("lu m")
    expect(drawer.locator("[data-lookup] [role=option]:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    drawer.get_by_role("button", name="Propose").click()
    expect(page.locator("h1")).to_have_text("Lin Yue to Lu Ming")
    theirs = desk(successor.user)
    theirs.goto("/organisation/handovers/?to_member=me&status=proposed")
    theirs.locator("#table tbody a").click()
    expect(theirs.locator(".card").filter(has_text="Customer number")).to_contain_text("Waiting")
    theirs.get_by_role("link", name="Accept").click()
    theirs.locator("#confirm").get_by_role("button", name="Accept").click()
    expect(theirs.locator(".chips")).to_contain_text("Carried out")
    assert Customer.objects.filter(lead_manager=successor).count() == 2


@pytest.mark.proves("XX-6")
def test_a_job_that_is_watched_shows_its_end_by_itself(desk, bank):
    page = desk(bank.leader)
    page.goto("/customers/")
    page.locator("input[name=all]").check()
    page.get_by_role("button", name="Choose all that match").click()
    page.get_by_role("button", name="Assign lead manager").click()
    drawer = page.locator("#drawer")
    expect(drawer).to_contain_text("Concerns 3 records.")
    drawer.locator("[name=reason]").fill("into the pool")
    drawer.get_by_role("button", name="Assign", exact=True).click()
    expect(page.locator(".job")).to_contain_text("Waiting")
    work_off()
    expect(page.locator(".job")).to_contain_text("3 of 3 rows", timeout=10_000)
    expect(page.get_by_role("link", name="Take back")).to_be_visible()
    assert Job.objects.get().status == "done"
    assert not Customer.objects.filter(lead_manager__isnull=False).exists()


def test_a_choice_made_in_a_look_up_is_still_there_after_going_back(at_work, bank, watch):
    page = at_work
    page.goto("/customers/add/")
    branch, key = page.locator("#id_home_branch"), page.locator("[name=home_branch]")
    branch.fill("2001")
    page.locator(".lookup [role=option]").first.click()
    chosen = key.input_value()
    expect(branch).to_have_value("Lakeside Sub-branch")
    watch.answer_leaving(leaves=True)
    page.goto("/customers/")
    page.go_back()
    expect(branch).to_have_value("Lakeside Sub-branch")
    assert key.input_value() == chosen
    branch.fill("")
    page.goto("/customers/")
    page.go_back()
    expect(branch).to_have_value("")
    assert key.input_value() == ""
