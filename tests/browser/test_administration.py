"""The administration site in a browser: clean under the policy, and open to all readers."""

import pytest
from django.test import Client
from django.urls import reverse

from sysadmin.operations import set_manner
from tests.administration import address, confirm
from tests.factories import ContactPointFactory

from .test_pages import MANNERS, Reader

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.proves("SY-14")
@pytest.mark.parametrize(("language", "theme"), MANNERS)
def test_the_site_is_read_from_its_entry_in_the_menu_to_a_record(
    desk, bank, watch, language, theme
):
    set_manner(bank.everyone, language=language, theme=theme)
    page = desk(bank.everyone)
    lately_signed_in(page, bank.everyone)
    contact = ContactPointFactory(customer=bank.person)
    somebody = Reader(page, watch)
    page.goto("/")
    page.locator(f'.side a[href="{reverse("administration:index")}"]').click()
    somebody.judge("index")
    somebody.open(
        address(type(bank.grant), "changelist"),
        address(type(contact), "change", contact.pk),
        address(type(bank.person), "history", bank.person.pk),
    )
    page.goto(address(type(bank.person), "changelist"))
    page.locator("#searchbar").fill(bank.person.name)
    page.locator("#searchbar").press("Enter")
    page.locator("#result_list tbody a").click()
    somebody.judge("record")
    page.locator(".read-only a").click()
    page.wait_for_url(f"**/customers/{bank.person.pk}/")
    assert len(somebody.judged) == 5
    assert somebody.barred == []


def lately_signed_in(page, user):
    """Let the browser's session say that the user has just given the password."""
    client = Client()
    for cookie in page.context.cookies():
        client.cookies[cookie["name"]] = cookie["value"]
    confirm(client, user)
