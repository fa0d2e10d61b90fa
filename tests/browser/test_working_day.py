"""What people do in a day: find, open, change, add, reveal, move on."""

import re

import pytest
from playwright.sync_api import expect

from crm.core.acting import acting
from crm.core.models import AccessEvent
from customers import operations
from customers.models import ContactPoint, Customer
from sysadmin.models import Grant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def view(customer):
    return f"/customers/{customer.pk}/"


@pytest.mark.proves("CI-1")
def test_a_customer_is_found_changed_with_an_error_mended_and_saved(at_work, bank, watch):
    page = at_work
    watch.expect(422)
    page.goto("/customers/")
    page.locator("[data-listsearch]").fill("欧阳")
    page.keyboard.press("Enter")
    expect(page.locator("#table tbody tr")).to_have_count(1)
    assert "欧阳" not in page.url
    page.locator("#table tbody a").click()
    page.get_by_role("link", name="Edit", exact=True).click()
    page.locator("[name=name]").fill("")
    page.get_by_role("button", name="Save").click()
    name = page.locator("[name=name]")
    expect(name).to_be_focused()
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#div_id_name")).to_contain_text("Enter the customer's name.")
    expect(page.get_by_role("alert")).to_contain_text("1 field needs attention")
    name.fill("欧阳晓星")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(rf"{view(bank.person)}$"))
    expect(page.locator(".toast-x")).to_contain_text("saved")
    expect(page.locator("h1")).to_contain_text("欧阳晓星")


def test_a_drawer_keeps_what_was_typed_says_what_is_wrong_and_then_saves(at_work, bank, watch):
    page = at_work
    watch.expect(422)
    page.goto(view(bank.person))
    page.get_by_role("link", name="Add a contact point").click()
    drawer = page.locator("#drawer")
    expect(drawer.locator("[name=kind]")).to_be_focused()
    drawer.locator("[name=kind]").select_option("email")
    drawer.locator("[name=value]").fill("not an address")
    drawer.get_by_role("button", name="Save").click()
    value = drawer.locator("[name=value]")
    expect(value).to_have_class(re.compile("is-invalid"))
    expect(value).to_be_focused()
    expect(value).to_have_value("not an address")
    expect(drawer.locator("#div_id_value .invalid-feedback")).to_be_visible()
    value.fill("xiaoyue@example.com")
    drawer.get_by_role("button", name="Save").click()
    expect(page.locator("#contacts .list > li")).to_have_count(2)
    expect(page.locator(".toast-x")).to_contain_text("saved")
    assert "xiaoyue@example.com" not in page.content()


def test_a_look_up_is_filled_by_keyboard_and_a_grant_given(desk, bank, watch):
    page = desk(bank.administrator)
    watch.expect(422)
    page.goto("/system/grants/")
    page.keyboard.press("n")
    drawer = page.locator("#drawer")
    offered = drawer.locator("[data-lookup] [role=option]:visible")
    user = drawer.get_by_role("combobox", name="User")
    expect(user).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(drawer.get_by_role("alert")).to_contain_text("4 fields need attention")
    expect(drawer.get_by_text("Choose the role that is given.")).to_be_visible()
    expect(drawer.get_by_text("then choose an entry").first).to_be_visible()
    expect(user).to_be_focused()
    page.keyboard.type(bank.newcomer.username)
    expect(offered).to_have_count(1)
    page.keyboard.press("Enter")
    expect(user).to_have_value(bank.newcomer.latin_name)
    drawer.get_by_label("Role").select_option(label="Auditor")
    branch = drawer.get_by_role("combobox", name="Branch")
    branch.press_sequentially("200")
    expect(offered).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(offered.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(branch).to_have_value("Hillside Sub-branch")
    drawer.get_by_label("Reach").select_option("branch")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast-x")).to_contain_text("added")
    assert Grant.objects.get(user=bank.newcomer).branch.code == "2002"


def test_a_sealed_value_is_shown_for_a_purpose_and_hidden_after_its_time(at_work, bank, watch):
    page = at_work
    watch.expect(422)
    number = bank.document_number()
    page.clock.install()
    page.goto(view(bank.person))
    row = page.locator("#documents tbody tr").first
    assert number not in page.content()
    row.get_by_role("link", name="Reveal").click()
    dialog = page.locator("#confirm")
    expect(dialog.locator("[name=purpose]")).to_be_focused()
    dialog.get_by_role("button", name="Reveal").click()
    expect(dialog).to_contain_text("Choose why you need the value.")
    dialog.locator("[name=purpose]").select_option("check")
    dialog.get_by_role("button", name="Reveal").click()
    expect(row).to_contain_text(number)
    expect(dialog).to_be_hidden()
    expect(row.locator(".mask")).to_be_focused()
    page.clock.run_for(operations.REVEAL_SECONDS * 1000 + 100)
    expect(row).not_to_contain_text(number)
    assert number not in page.content()
    expect(row.get_by_role("link", name="Reveal")).to_be_visible()
    reveal = AccessEvent.objects.filter(kind="reveal", actor=bank.manager).get()
    assert (reveal.purpose, reveal.subject_id) == ("check", bank.person.pk)


@pytest.mark.proves("CI-1")
def test_a_status_moves_only_with_a_reason(desk, bank, watch):
    page = desk(bank.leader)
    watch.expect(422)
    page.goto(view(bank.person))
    page.get_by_role("link", name="Make dormant").click()
    dialog = page.locator("#confirm")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="Make dormant").click()
    expect(dialog).to_contain_text("Give a reason in a few words.")
    dialog.locator("[name=reason]").fill("no answer for two years")
    dialog.get_by_role("button", name="Make dormant").click()
    expect(page.locator(".head .chips")).to_contain_text("Dormant")
    expect(page.locator(".toast-x")).to_contain_text("is dormant")
    assert Customer.objects.get(pk=bank.person.pk).status == "dormant"


def test_a_step_that_came_too_late_is_refused_in_words(desk, bank):
    page = desk(bank.leader)
    page.goto(view(bank.person))
    with acting(by=bank.leader):
        operations.make_dormant(bank.person, by=bank.leader, reason="asked for it")
    page.get_by_role("link", name="Make dormant").click()
    dialog = page.locator("#confirm")
    expect(dialog).to_contain_text("Only an active customer can become dormant.")
    expect(dialog.get_by_role("button", name="Make dormant")).to_have_count(0)


def test_a_conflict_shows_both_values_and_keeps_what_was_typed(at_work, bank, watch):
    page = at_work
    watch.expect(409)
    page.goto(f"{view(bank.person)}change/")
    page.locator("[name=city]").fill("宁波")
    meanwhile = Customer.objects.get(pk=bank.person.pk)
    meanwhile.city = "苏州"
    with acting(by=bank.leader):
        operations.amend(meanwhile, by=bank.leader, fields=["city"], version=meanwhile.version)
    page.get_by_role("button", name="Save").click()
    both = page.locator(".conflict tbody tr")
    expect(both).to_have_count(1)
    expect(both).to_contain_text("宁波")
    expect(both).to_contain_text("苏州")
    expect(page.locator("[name=city]")).to_have_value("宁波")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast-x")).to_contain_text("saved")
    assert Customer.objects.get(pk=bank.person.pk).city == "宁波"


def test_a_double_click_on_save_makes_one_record(at_work, bank):
    page = at_work
    page.goto(f"{view(bank.person)}contacts/add/")
    page.locator("[name=value]").fill("13912345678")
    page.get_by_role("button", name="Save").dblclick()
    expect(page).to_have_url(re.compile(rf"{view(bank.person)}$"))
    assert ContactPoint.objects.filter(customer=bank.person).count() == 2


def test_leaving_a_changed_drawer_asks_first(at_work, bank):
    page = at_work
    page.goto(view(bank.person))
    page.get_by_role("link", name="Add a contact point").click()
    page.locator("#drawer [name=value]").fill("13912345678")
    page.keyboard.press("Escape")
    question = page.locator("#ask")
    expect(question).to_contain_text("You have not saved what you typed.")
    expect(question.get_by_role("button", name="Keep editing")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#drawer [name=value]")).to_have_value("13912345678")
    page.keyboard.press("Escape")
    question.get_by_role("button", name="Discard").click()
    expect(page.locator("#drawer")).to_be_hidden()
    expect(page.get_by_role("link", name="Add a contact point")).to_be_focused()


def test_leaving_a_changed_page_asks_first(at_work, bank, watch):
    page = at_work
    page.goto(f"{view(bank.person)}change/")
    page.locator("[name=city]").press_sequentially("x")
    watch.answer_leaving(leaves=False)
    page.locator(".nav-i").first.click()
    page.wait_for_timeout(100)
    assert watch.asked == ["beforeunload"]
    expect(page).to_have_url(re.compile("change/$"))
