"""What a relationship manager does in the browser, from sign-in to a saved change."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from crm.core.acting import acting
from sysadmin.models import User, system_user
from tests.factories import (
    BranchFactory,
    CustomerFactory,
    GrantFactory,
    RoleFactory,
    StaffMemberFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHRASE = "a long enough phrase"
ACTIONS = [
    f"customers.{verb}_customer" for verb in ("view", "add", "change", "reveal", "history")
] + ["staff.view_branch", "staff.view_staffmember"]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "preload": False}


@pytest.fixture
def user(transactional_db):
    assert system_user()
    bank = BranchFactory()
    member = StaffMemberFactory(branch=bank)
    GrantFactory(user=member.user, branch=bank, role=RoleFactory(actions=ACTIONS), extent="bank")
    CustomerFactory(home_branch=bank, lead_manager=member, name="欧阳晓月", city="杭州")
    CustomerFactory(home_branch=bank, name="王建国")
    return User.objects.get(pk=member.user_id)


def sign_in(page, live_server, user, phrase=PHRASE):
    page.goto(f"{live_server.url}/account/login/")
    page.fill("input[name=login]", user.username)
    page.fill("input[name=password]", phrase)
    page.press("input[name=password]", "Enter")


@pytest.mark.proves("CI-1")
def test_a_customer_is_found_changed_with_an_error_mended_and_saved(watched, live_server, user):
    page = watched
    sign_in(page, live_server, user)
    expect(page.locator("h1")).to_have_text("Customers")
    page.fill("input[name=q]", "欧阳")
    page.press("input[name=q]", "Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert "欧阳" not in page.url
    page.click("tbody tr a")
    page.click("text=Edit >> nth=0")
    page.fill("input[name=name]", "")
    page.click("button[type=submit]:has-text('Save')")
    expect(page.locator("body")).to_contain_text("Enter the customer's name.")
    page.fill("input[name=name]", "欧阳晓星")
    page.click("button[type=submit]:has-text('Save')")
    expect(page).to_have_url(re.compile(r"/customers/\d+/$"))
    expect(page.locator("h1")).to_contain_text("欧阳晓星")


def test_a_wrong_password_is_refused_in_words(watched, live_server, user):
    sign_in(watched, live_server, user, "a wrong long phrase")
    expect(watched.locator("body")).to_contain_text("not correct")


@pytest.mark.proves("XX-4")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_are_accessible_in_both_themes_and_languages(
    watched, live_server, user, theme, language
):
    page = watched
    sign_in(page, live_server, user)
    expect(page.locator("h1")).to_be_visible()
    with acting(by=user):
        User.objects.filter(pk=user.pk).update(theme=theme, language=language)
    key = page.locator("tbody tr a").first.get_attribute("href")
    for address in ("/customers/", key, f"{key}change/", f"{key}history/", "/organisation/staff/"):
        page.goto(f"{live_server.url}{address}")
        page.wait_for_load_state("networkidle")
        assert page.locator("html").get_attribute("data-bs-theme") == theme
        found = Axe().run(page, options=RULES).response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"][:120]) for fault in found] == []
