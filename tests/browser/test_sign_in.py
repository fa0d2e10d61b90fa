"""Signing in with a password, and what a page says when it is wrong."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from crm.core.acting import acting
from crm.core.clock import now
from sysadmin.models import system_user

from .bank import PHRASE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_right_password_leads_to_the_first_page(desk, bank):
    page = desk()
    page.goto("/account/login/")
    expect(page.locator("[name=login]")).to_be_focused()
    page.keyboard.type(bank.manager.username)
    page.keyboard.press("Tab")
    page.keyboard.type(PHRASE)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"^https?://[^/]+/$"))
    expect(page.locator("h1")).to_have_text("Home")


def test_a_first_password_is_replaced_by_ones_own(desk, bank, watch):
    first, own = "a first password for one day", "harbour lantern under seven oaks"
    user = bank.manager
    with acting(by=system_user()):
        user.set_password(first)
        user.first_password_until = now() + dt.timedelta(days=3)
        user.save()
    page = desk()
    page.goto("/account/login/")
    page.fill("[name=login]", user.username)
    page.fill("[name=password]", first)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/account/password/$"))
    opened = []
    page.on("framenavigated", lambda frame: opened.append(frame.url))
    page.wait_for_load_state("networkidle")
    page.fill("[name=oldpassword]", first)
    page.fill("[name=password1]", own)
    page.fill("[name=password2]", own)
    assert opened == []  # what a page asks for by itself leads nowhere
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Password successfully changed.")
    page.goto("/")
    expect(page.locator("h1")).to_have_text("Home")


def test_a_wrong_password_is_refused_with_the_focus_where_to_type_again(desk, bank):
    page = desk()
    page.goto("/account/login/")
    page.fill("[name=login]", bank.manager.username)
    page.fill("[name=password]", "not this phrase at all")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not correct")
    expect(page.locator("[name=login]")).to_have_value(bank.manager.username)
    expect(page.locator("[name=password]")).to_be_focused()


def test_somebody_of_the_demonstration_signs_in_by_a_click(desk, demonstration):
    page = desk()
    page.goto("/account/login/")
    person = page.locator(".who button").last
    person.click()
    name = person.locator("code").text_content()
    expect(page.locator("[name=login]")).to_have_value(name)
    page.keyboard.press("Enter")
    expect(page.locator(".top details.menu:not(.bell)")).to_be_visible()


def test_signing_out_closes_the_bank(at_work):
    page = at_work
    page.goto("/customers/")
    page.locator(".top details.menu:not(.bell) > summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("h1")).to_have_text("Sign in")
    page.goto("/customers/")
    expect(page.locator("h1")).to_have_text("Sign in")
