"""Work without a mouse: keys that move, open, search and leave."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CUSTOMERS = re.compile(r"/customers/$")


@pytest.fixture
def at_the_list(at_work):
    """The manager's page with the list of customers."""
    at_work.goto("/customers/")
    return at_work


def link(page, row):
    return page.locator("#table tbody tr").nth(row).locator("a").first


def test_a_slash_goes_to_the_search_of_the_list(at_the_list):
    page = at_the_list
    page.keyboard.press("/")
    expect(page.locator("[data-listsearch]")).to_be_focused()
    expect(page.locator("[data-listsearch]")).to_have_value("")


def test_rows_are_walked_and_opened(at_the_list):
    page = at_the_list
    second = link(page, 1).get_attribute("href")
    page.keyboard.press("j")
    expect(link(page, 0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(link(page, 2)).to_be_focused()
    page.keyboard.press("j")
    expect(link(page, 2)).to_be_focused()
    page.keyboard.press("k")
    expect(link(page, 1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"{second}$"))


def test_e_edits_the_record_that_is_shown(at_work, bank):
    page = at_work
    page.goto(f"/customers/{bank.person.pk}/")
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile(rf"/customers/{bank.person.pk}/change/$"))


def test_g_and_a_letter_go_to_a_page(at_work):
    page = at_work
    page.goto("/account/password/")
    page.locator("h1").click()
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page).to_have_url(CUSTOMERS)


def test_a_question_mark_shows_the_keys_and_escape_leads_back(at_the_list):
    page = at_the_list
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    expect(page.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#shortcuts")).to_be_hidden()
    expect(link(page, 0)).to_be_focused()


def test_keys_work_again_after_the_palette_was_left(at_the_list):
    page = at_the_list
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    # at once, before the browser has drawn the page without the palette
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#palette")).to_be_hidden()
    expect(page.locator("#shortcuts")).to_be_visible()


def test_the_palette_finds_a_page_and_opens_it(at_the_list):
    page = at_the_list
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Search or type a command")
    offered = page.locator("#palette [role=option]:visible")
    expect(field).to_be_focused()
    expect(offered).not_to_have_count(1)
    page.keyboard.type("staf")
    expect(offered).to_have_count(1)
    expect(offered).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Staff")


def test_the_palette_says_when_nothing_is_found_and_closes(at_the_list):
    page = at_the_list
    page.keyboard.press("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("no such page")
    expect(page.locator("#palette .none")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    expect(page.locator("[data-listsearch]")).to_be_focused()
    expect(page).to_have_url(CUSTOMERS)


def test_the_palette_offers_what_the_page_can_do(at_work, bank):
    page = at_work
    page.goto(f"/customers/{bank.person.pk}/")
    page.keyboard.press("Control+k")
    page.keyboard.type("edit")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/change/$"))


def test_letters_are_typed_while_a_field_has_the_focus(at_the_list):
    page = at_the_list
    page.keyboard.press("/")
    page.keyboard.type("gc?jk/")
    expect(page.locator("[data-listsearch]")).to_have_value("gc?jk/")
    expect(page.locator("#shortcuts")).to_be_hidden()
    expect(page).to_have_url(CUSTOMERS)


def test_single_keys_can_be_switched_off_and_stay_off(at_the_list):
    page = at_the_list
    page.keyboard.press("?")
    page.get_by_label("Use single keys").uncheck()
    page.keyboard.press("Escape")
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("?")
        page.keyboard.press("/")
        expect(page.locator("#shortcuts")).to_be_hidden()
        expect(page.locator("[data-listsearch]")).not_to_be_focused()
        expect(page.locator("tr.cur")).to_have_count(0)
        page.reload()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
