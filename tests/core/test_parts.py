"""A part of a page that is opened by itself comes in the frame of a page."""

import pytest

from config_admin.models import WorkingWeek
from crm.ops.roles import CONFIGURE
from sysadmin.models import Grant
from tests.factories import DictionaryFactory, WorkingWeekFactory

PARTS = [
    "/configuration/dictionaries/filter/",
    "/configuration/dictionaries/count/",
    "/configuration/dictionaries/lookup/?q=purpose",
    "/lists/config_admin.dictionary/columns/",
    "/lists/config_admin.dictionary/views/",
    "/configuration/working-weeks/panel/calendar/{calendar}/",
]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(signed_in, person, bank):
    """Somebody who configures."""
    return signed_in(person(bank, *CONFIGURE, extent=Grant.Reach.BANK))


@pytest.mark.parametrize("address", PARTS)
def test_a_part_opened_in_a_new_tab_is_a_whole_page(client, address):
    DictionaryFactory(name="Purposes")
    WorkingWeekFactory()
    address = address.format(calendar=WorkingWeek.objects.get().calendar_id)
    part = client.get(address, headers=HTMX)
    assert "<html" not in part.content.decode()
    whole = client.get(address)
    assert whole.status_code == part.status_code == 200
    page = whole.content.decode()
    assert page.startswith("<!doctype html>")
    assert 'id="main"' in page
    # the part itself, but for what is different each time
    words = [line.strip() for line in part.content.decode().splitlines() if line.strip()]
    assert all(line in page for line in words)
