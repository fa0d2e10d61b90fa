"""Tasks and appointments in the browser: by keyboard, by one click and back, open to all."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from crm.core.clock import bank_today, now
from services.agenda.reports import week_of
from services.models import Task
from tests.factories_services.agenda import AppointmentFactory, TaskFactory
from tests.matrix.subjects import enter_purposes

from .test_pages import MANNERS, reader  # noqa: F401  (a fixture)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TODAY = "/service/agenda/"


@pytest.mark.proves("CS-6")
def test_a_task_is_entered_by_a_key_done_by_a_click_and_opened_again(at_work, bank):
    page = at_work
    page.goto(reverse("customers:customer_view", args=[bank.person.pk]))
    expect(page.get_by_role("heading", name="Open tasks")).to_be_visible()
    page.keyboard.press("t")
    drawer = page.locator("#drawer")
    expect(drawer.locator("[name=title]")).to_be_focused()
    page.keyboard.type("Send the statement")
    drawer.get_by_label("Reminder").select_option("0")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast-x")).to_contain_text("added")
    expect(page.get_by_role("link", name="Send the statement")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("t")
    row = page.locator("#agenda").get_by_role("link", name="Send the statement")
    expect(row).to_be_visible()
    page.keyboard.press("j")
    expect(row).to_be_focused()
    page.get_by_role("button", name="Done: Send the statement").click()
    expect(row).to_have_count(0)
    toast = page.locator(".toast-x")
    expect(toast).to_contain_text("“Send the statement” is done.")
    toast.get_by_role("button", name="Undo").click()
    expect(row).to_be_visible()
    assert Task.objects.get().status == "open"
    page.get_by_role("button", name="Put off to tomorrow: Send the statement").click()
    expect(row).to_have_count(0)
    assert Task.objects.get().due_on == bank_today() + dt.timedelta(days=1)


@pytest.mark.proves("CS-6")
def test_the_calendar_is_turned_by_keys_and_a_reminder_shows_at_the_top(at_work, bank):
    page = at_work
    TaskFactory(member=bank.lead, title="Ring up", remind_before=0, remind_at=now())
    page.goto("/customers/")
    expect(page.get_by_role("link", name="1 reminder")).to_be_visible()
    page.get_by_role("link", name="1 reminder").click()
    page.wait_for_url("**/agenda/")
    shown = page.get_by_role("link", name="Ring up")

    def turn(key, address):
        page.keyboard.press(key)
        # the key is heard when the page has come with its script
        page.wait_for_url(re.compile(address))

    turn("w", "/week/$")
    expect(shown).to_be_visible()
    turn("j", r"/week/\?day=")
    expect(shown).to_have_count(0)
    turn("k", rf"/week/\?day={week_of('')[-1]}$")
    expect(shown).to_be_visible()
    turn("m", "/month/$")
    expect(
        page.locator("td[aria-current=date]").get_by_role("link", name="Ring up")
    ).to_be_visible()


@pytest.mark.proves("XX-4")
@pytest.mark.parametrize(("language", "theme"), MANNERS)
def test_the_calendar_and_the_board_are_open_to_all(reader, bank, language, theme):  # noqa: F811
    enter_purposes()
    me = bank.everyone.staff_member
    somebody = reader(language, theme)
    somebody.open(TODAY, reverse("services:calendar_address"))
    for days, priority in ((-2, 2), (0, 1), (0, 3)):
        TaskFactory(
            member=me,
            customer=bank.person,
            due_on=bank_today() + dt.timedelta(days=days),
            priority=priority,
        )
    TaskFactory(member=me, due_on=bank_today() + dt.timedelta(days=9))
    begins = now() + dt.timedelta(minutes=1)
    AppointmentFactory(
        member=me, customer=bank.person, begins_at=begins, ends_at=begins + dt.timedelta(hours=2)
    )
    somebody.open(
        TODAY,
        reverse("services:agenda_week"),
        reverse("services:agenda_month"),
        reverse("services:board"),
        reverse("services:task_put_off", args=[Task.objects.latest("id").pk]),
    )
    page = somebody.page
    page.goto(reverse("services:calendar_address"))
    page.locator("[name=step][value=renew]").click()
    expect(page.locator("#calendar-address")).to_be_visible()
    somebody.judge("an address that was made")
    assert somebody.barred == []
