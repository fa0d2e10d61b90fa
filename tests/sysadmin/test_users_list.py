"""The list of users says what each may do, where, when they were last there, and by what."""

import datetime as dt
import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from crm.core.acting import acting
from crm.core.clock import clock_at, now
from crm.core.formats import moment
from sysadmin.models import Grant, LastSignIn, User
from tests.factories import BranchFactory, GrantFactory, RoleFactory, UserFactory
from tests.security.test_sign_in import sign_in

LIST = "/system/users/"
SEE = ("sysadmin.view_user", "sysadmin.view_role", "staff.view_branch")
ALL = (*SEE, "sysadmin.view_grant", "sysadmin.view_sessions_user")


@pytest.fixture
def reader(person, bank):
    return person(bank, *ALL, extent=Grant.Reach.BANK)


@pytest.fixture
def desk(signed_in, reader):
    return signed_in(reader)


@pytest.fixture
def teller(db):
    return RoleFactory(name="Teller", needs_second_factor=False)


def row_of(client, user, **asked):
    page = client.get(LIST, {"username": user.username} | asked).content.decode()
    row = re.search(rf"<tr[^>]*>(?:(?!</tr>).)*{user.username}<.*?</tr>", page, re.DOTALL)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row))


def found(client, **asked):
    rows = client.get(LIST, asked).context["table"].rows
    return {row.record.username for row in rows}


@pytest.mark.proves("SY-1")
@pytest.mark.proves("SY-2")
def test_a_line_says_roles_branch_last_sign_in_and_second_factor(desk, teller, branch):
    user = GrantFactory(role=teller, branch=branch).user
    row = row_of(desk, user)
    assert f"Teller {branch.shown_name} never none" in row
    with clock_at(now()):
        at = moment(now())
        sign_in(Client(), user.username)
    GrantFactory(user=user, role=RoleFactory(name="Lender"), branch=branch)
    row = row_of(desk, user)
    assert f"Teller, Lender {branch.shown_name} {at} missing" in row
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    for name in ("Guard", "Clerk"):
        GrantFactory(user=user, role=RoleFactory(name=name), branch=branch)
    row = row_of(desk, user)
    assert "Teller, Lender +2" in row
    assert "set up" in row


@pytest.mark.proves("SY-2")
def test_what_grants_and_sessions_tell_is_for_who_may_see_them(signed_in, person, bank, teller):
    user = GrantFactory(role=teller, branch=bank).user
    client = signed_in(person(bank, *SEE, extent=Grant.Reach.BANK))
    page = client.get(LIST).content.decode()
    for hidden in ("Teller", "Last signed in", "Days without", "that a role asks for"):
        assert hidden not in page
    UserFactory()
    everybody = User.objects.count()
    asked = {"role": teller.pk, "away_days": 1, "lacks_factor": "true", "branch": bank.pk}
    for name, value in asked.items():
        rows = client.get(LIST, {name: value}).context["table"].rows
        assert len(rows) == everybody, name
    assert user.username in page


@pytest.mark.proves("SY-1")
def test_users_are_found_by_role_branch_absence_and_missing_factor(desk, reader, teller, bank):
    city = BranchFactory(parent=bank)
    below, beside = BranchFactory(parent=city), BranchFactory(parent=bank)
    near = GrantFactory(role=teller, branch=below).user
    far = GrantFactory(role=RoleFactory(needs_second_factor=True), branch=beside).user
    ended = GrantFactory(role=teller, branch=below, valid=("2020-01-01", "2020-02-01")).user
    assert found(desk, role=teller.pk) == {near.username}
    assert found(desk, branch=city.pk) == {near.username}
    assert {near.username, far.username} < found(desk, branch=bank.pk)
    missing = found(desk, lacks_factor="true")
    assert far.username in missing
    assert not missing & {near.username, ended.username}
    Authenticator.objects.create(user=far, type="totp", data={"secret": "x"})
    assert far.username not in found(desk, lacks_factor="true")
    assert far.username in found(desk, lacks_factor="false")
    with clock_at(now() + dt.timedelta(days=91)):
        LastSignIn.objects.create(user=near, at=now() - dt.timedelta(days=90, minutes=-1))
        LastSignIn.objects.create(user=far, at=now() - dt.timedelta(days=90, minutes=1))
        newcomer = UserFactory()
        with acting(by=reader):  # has not had the time
            User.objects.filter(pk=newcomer.pk).update(created_at=now())
        client = Client()
        client.force_login(reader)
        away = found(client, away_days=90)
    assert {far.username, ended.username} <= away
    assert near.username not in away
    assert newcomer.username not in away
    assert "system" not in away


@pytest.mark.proves("SY-1")
def test_the_list_asks_no_more_for_many_users_than_for_one(
    desk, teller, bank, django_assert_num_queries
):
    desk.get(LIST)
    with django_assert_num_queries(7):
        desk.get(LIST)
    for user in UserFactory.create_batch(30):
        GrantFactory(user=user, role=teller, branch=bank)
        LastSignIn.objects.create(user=user, at=now())
    with django_assert_num_queries(7):
        page = desk.get(LIST, {"size": 25})
    assert len(page.context["table"].rows) == 25
    assert "after=" in page.content.decode()
