"""How a reader wants pages shown: at once, on every page after, and after a new start."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def row_height(page):
    return page.locator("#table tbody tr").first.bounding_box()["height"]


@pytest.mark.proves("XX-2")
def test_a_language_is_chosen_on_the_page_and_kept(at_work, desk, bank):
    page = at_work
    page.goto("/customers/?status=active")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.locator("h1")).to_have_text("客户")
    assert page.url.endswith("/customers/?status=active")
    page.reload()
    expect(page.locator("h1")).to_have_text("客户")
    elsewhere = desk(bank.manager)
    elsewhere.goto("/customers/")
    expect(elsewhere.locator("h1")).to_have_text("客户")
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Customers")


@pytest.mark.proves("XX-2")
def test_a_language_is_chosen_before_signing_in(desk, bank):
    page = desk(locale="en-GB")
    page.goto("/account/login/")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("h1")).to_have_text("登录")
    page.reload()
    expect(page.locator("h1")).to_have_text("登录")


def test_a_theme_is_chosen_at_once_and_kept(at_work, desk, bank):
    page = at_work
    page.goto("/customers/")
    html = page.locator("html")
    bright = page.evaluate("getComputedStyle(document.body).backgroundColor")
    expect(html).to_have_attribute("data-bs-theme", "light")
    switch = page.get_by_role("button", name="Switch between light and dark")
    switch.click()
    expect(html).to_have_attribute("data-bs-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != bright
    page.reload()
    expect(html).to_have_attribute("data-bs-theme", "dark")
    elsewhere = desk(bank.manager)
    elsewhere.goto("/customers/")
    expect(elsewhere.locator("html")).to_have_attribute("data-bs-theme", "dark")
    switch.click()
    expect(html).to_have_attribute("data-bs-theme", "light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == bright


def test_rows_are_made_higher_at_once_and_stay_so(at_work):
    page = at_work
    page.goto("/customers/")
    before = row_height(page)
    page.get_by_role("button", name="Switch between compact and comfortable rows").click()
    expect(page.locator("html")).to_have_attribute("data-density", "comfortable")
    higher = row_height(page)
    assert higher > before
    page.reload()
    assert row_height(page) == higher
