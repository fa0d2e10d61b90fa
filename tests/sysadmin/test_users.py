"""What the pages of users and grants say of them."""

import re

import pytest
from django.core.exceptions import ValidationError

from crm.core.acting import acting
from sysadmin.models import Grant, system_user
from tests.factories import GrantFactory, UserFactory


@pytest.fixture
def client(signed_in, person, bank):
    actions = ("sysadmin.view_user", "sysadmin.view_grant", "sysadmin.end_grant")
    return signed_in(person(bank, *actions, extent=Grant.Reach.BANK))


@pytest.mark.parametrize(
    ("language", "said"), [("", "As the browser asks"), ("en", "English"), ("zh-hans", "中文")]
)
def test_a_users_language_is_called_by_its_own_name(client, language, said):
    user = UserFactory(language=language)
    page = client.get(f"/system/users/{user.pk}/").content.decode()
    assert re.search(rf"<dt>Language</dt>\s*<dd>\s*{said}\s*</dd>", page)
    asked = {"sort": "-created_at", "columns": "language"}
    table = client.get("/system/users/", asked).content.decode()
    row = table[table.index(user.username) :]
    assert f">{said}</td>" in row[: row.index("</tr>")]


def test_the_step_that_ends_a_grant_says_what_it_ends(client):
    grant = GrantFactory()
    page = client.get(f"/system/grants/{grant.pk}/").content.decode()
    assert re.search(r">\s*End grant\s*</a>", page)
    confirm = client.get(f"/system/grants/{grant.pk}/end/").content.decode()
    assert re.search(r"<button[^>]*>\s*End grant\s*</button>", confirm)


def test_a_language_that_nobody_offers_is_not_kept(db):
    user = UserFactory()
    with acting(by=system_user()):
        user.language = "fr"
        with pytest.raises(ValidationError, match="language"):
            user.full_clean()
