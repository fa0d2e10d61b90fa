"""Sign-ins opened, switched off and on, given anew: by whom, with which consequences."""

import datetime as dt
import html
import re
import threading

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client

from crm.core.clock import bank_today, clock_at, now
from crm.core.models import AccessEvent, Approval, AuditEvent
from crm.ops.roles import ROLES
from staff.models import StaffMember
from sysadmin.models import Grant, Notification, User
from sysadmin.signing_in.operations import RESET_FACTORS, disable
from tests.deciding import decide
from tests.factories import (
    ApprovalPolicyFactory,
    GrantFactory,
    PostRoleFactory,
    RoleFactory,
    StaffAssignmentFactory,
    StaffMemberFactory,
    UserFactory,
)
from tests.security.test_sign_in import PASSWORD, change, is_signed_in, sign_in

ROLE = {role.code: role.actions for role in ROLES}
OWN = "seven quiet herons wade"
Reach = Grant.Reach


@pytest.fixture
def administrator(person, bank):
    return person(bank, *ROLE["system_administrator"], extent=Reach.BANK)


@pytest.fixture
def desk(signed_in, administrator):
    return signed_in(administrator)


@pytest.fixture
def clerk(person, branch):
    return person(branch, "customers.view_customer")


@pytest.fixture
def step(desk, keyed):
    """Takes a step with a user; gives back the answer."""

    def take(user, verb, client=desk, **sent):
        sent = keyed(reason="asked for by telephone", **sent)
        return client.post(f"/system/users/{user.pk}/{verb}/", sent)

    return take


def told(client, answer):
    """What the next page says of what was done."""
    assert answer.status_code == 302, answer.content.decode()
    return html.unescape(client.get(answer.headers["Location"]).content.decode())


def first_password(client, answer):
    return re.search(r"shown this once: ([^\s<]+)", told(client, answer))[1]


def refused(answer, said):
    assert answer.status_code == 422
    assert said in html.unescape(answer.content.decode())


def set_up_factor(user):
    return Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})


# --- opened -------------------------------------------------------------------------------


@pytest.mark.proves("SY-1")
def test_a_sign_in_is_opened_for_a_member_of_staff_with_the_rights_of_the_post(desk, keyed, branch):
    member = StaffMemberFactory(branch=branch, user=None, post="teller")
    StaffAssignmentFactory(member=member, branch=branch, post="teller")
    role = PostRoleFactory(post="teller").role
    page = f"/organisation/staff/{member.pk}/"
    assert "Open a sign-in" in desk.get(page).content.decode()
    taken = UserFactory().username
    sent = {"username": taken.upper(), "reason": "works at the counter now"}
    refused(desk.post(f"{page}open_sign_in/", keyed(**sent)), "This user name is taken")
    sent |= {"username": "new.teller"}
    password = first_password(desk, desk.post(f"{page}open_sign_in/", keyed(**sent)))
    user = StaffMember.objects.get(pk=member.pk).user
    assert (user.username, user.display_name) == ("new.teller", member.name)
    assert [grant.role for grant in user.grants.all()] == [role]
    refused(desk.post(f"{page}open_sign_in/", keyed(**sent)), "has a sign-in already")
    listed = desk.get("/system/users/?first_password=true").content.decode()
    assert "new.teller" in listed
    assert taken not in listed
    client = Client()
    assert sign_in(client, "new.teller", password).status_code == 302
    assert client.get("/customers/").headers["Location"] == "/account/password/"


@pytest.mark.proves("SY-1")
def test_a_first_password_opens_nothing_but_the_choice_of_an_own_one(desk, step, clerk):
    password = first_password(desk, step(clerk, "give_password"))
    client = Client()
    sign_in(client, clerk.username, password)
    for path in ("/", "/customers/", "/system/notifications/", "/administration/"):
        assert client.get(path).headers["Location"] == "/account/password/"
    page = client.get("/account/password/").content.decode()
    assert "Choose a password of your own" in page
    same = change(client, password, old=password)
    assert "This is the password you were given" in same.content.decode()
    assert not is_signed_in(client)
    assert change(client, OWN, old=password).status_code == 302
    assert is_signed_in(client)
    clerk.refresh_from_db()
    assert (clerk.first_password_until, clerk.first_password_by) == (None, None)


@pytest.mark.proves("SY-1")
@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Your first password holds no more"), ("zh-hans", "初始密码已失效")],
)
def test_a_first_password_that_is_not_used_for_three_days_holds_no_more(
    desk, step, clerk, language, said
):
    password = first_password(desk, step(clerk, "give_password"))
    with clock_at(now() + dt.timedelta(days=3, minutes=1)):
        client = Client(HTTP_ACCEPT_LANGUAGE=language)
        answer = sign_in(client, clerk.username, password)
        assert said in client.get(answer.headers["Location"]).content.decode()
        assert not is_signed_in(client)
    assert AccessEvent.objects.filter(kind="sign_in_failed", actor=clerk).count() == 1


# --- switched off and on ------------------------------------------------------------------


@pytest.mark.proves("SY-1")
def test_who_is_switched_off_is_out_at_once_and_comes_back_by_signing_in_anew(desk, step, clerk):
    client = Client()
    sign_in(client, clerk.username)
    assert "may not sign in any more" in told(desk, step(clerk, "disable"))
    assert not is_signed_in(client)
    refused(step(clerk, "disable"), "switched off already")
    refused(step(clerk, "give_password"), "Switch it on again first")
    event = AuditEvent.objects.filter(table_name="sysadmin_user", row_key=clerk.pk).latest("id")
    assert event.reason == "asked for by telephone"
    assert event.after["is_active"] is False
    page = desk.get("/system/users/?is_active=false").content.decode()
    assert clerk.username in page
    assert "may sign in again" in told(desk, step(clerk, "enable"))
    # the session from before does not come back with it
    assert not is_signed_in(client)
    sign_in(client, clerk.username)
    assert is_signed_in(client)


@pytest.mark.proves("SY-1")
def test_what_somebody_asked_for_waits_on_when_they_are_switched_off(
    step, keyed, signed_in, held_back, person, bank
):
    held_back("sysadmin.end/1")
    asker = person(bank, "sysadmin.view_grant", "sysadmin.end_grant", extent=Reach.BANK)
    grant = GrantFactory()
    signed_in(asker).post(f"/system/grants/{grant.pk}/end/", keyed(reason="moved"))
    assert step(asker, "disable").status_code == 302
    assert Approval.objects.get().status == "pending"


@pytest.mark.proves("SY-1")
def test_nobody_switches_themselves_off_nor_the_last_who_could_undo_it(
    desk, step, administrator, signed_in, person, bank
):
    for verb in ("disable", "give_password"):
        refused(step(administrator, verb), "Nobody does this to their own sign-in")
    guard = person(bank, *ROLE["security_administrator"], extent=Reach.BANK)
    refused(step(administrator, "disable", client=signed_in(guard)), "nobody could give rights")
    person(bank, *ROLE["system_administrator"], extent=Reach.BANK)
    assert step(administrator, "disable", client=signed_in(guard)).status_code == 302
    assert not is_signed_in(desk)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_switch_each_other_off_at_once_leave_one():
    role = RoleFactory(actions=list(ROLE["system_administrator"]))
    pair = [GrantFactory(role=role, extent=Reach.BANK).user for _one in range(2)]
    outcomes = []

    def switch_off(user, by):
        try:
            disable(User.objects.get(pk=user.pk), by=by, reason="dispute")
        except Exception as refusal:  # noqa: BLE001 - whatever it is, it is compared
            outcomes.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=switch_off, args=order) for order in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [said.split(".")[0] for said in outcomes] == [
        "There would be a day on which nobody could give rights any more"
    ]
    assert User.objects.filter(pk__in=[user.pk for user in pair], is_active=True).count() == 1


# --- given anew -----------------------------------------------------------------------------


@pytest.mark.proves("SY-1")
def test_a_new_password_ends_sessions_and_leaves_the_second_factor(desk, step, clerk):
    set_up_factor(clerk)
    client = Client()
    client.force_login(clerk)
    assert is_signed_in(client)
    password = first_password(desk, step(clerk, "give_password"))
    assert not is_signed_in(client)
    assert sign_in(client, clerk.username, PASSWORD).status_code == 200
    answer = sign_in(client, clerk.username, password)
    assert answer.headers["Location"].startswith("/account/factors/check/")
    assert Authenticator.objects.filter(user=clerk).exists()
    kept = AuditEvent.objects.filter(table_name="sysadmin_user", row_key=clerk.pk).latest("id")
    assert password not in repr(kept.after)


@pytest.mark.proves("SY-16")
def test_who_knows_a_first_password_gives_its_user_no_rights(desk, step, keyed, clerk, bank):
    password = first_password(desk, step(clerk, "give_password"))
    sent = {"user": clerk.pk, "role": RoleFactory().pk, "branch": bank.pk, "extent": "bank"}
    sent |= {"first_day": bank_today().isoformat()}
    refused(desk.post("/system/grants/add/", keyed(**sent)), "You know the first password")
    client = Client()
    sign_in(client, clerk.username, password)
    change(client, OWN, old=password)
    assert desk.post("/system/grants/add/", keyed(**sent)).status_code == 302


@pytest.fixture
def second(person, bank):
    """Somebody who decides on resets of second factors."""
    role = RoleFactory(actions=list(ROLE["security_administrator"]))
    ApprovalPolicyFactory(operation=RESET_FACTORS, role=role)
    return GrantFactory(role=role, branch=bank, extent=Reach.BANK).user


@pytest.mark.proves("SY-1")
def test_a_second_factor_is_taken_away_by_two_persons(desk, step, signed_in, clerk, second):
    set_up_factor(clerk)
    told(desk, step(clerk, "reset_factors"))
    assert Authenticator.objects.filter(user=clerk).exists()
    page = desk.get(f"/system/users/{clerk.pk}/").content.decode()
    assert "waits for a second person" in page
    checker = signed_in(second)
    assert decide(checker, "approve").status_code == 302
    assert not Authenticator.objects.filter(user=clerk).exists()
    assert AccessEvent.objects.filter(kind="factor", row_key=str(clerk.pk)).count() == 1
    page = signed_in(User.objects.get(pk=clerk.pk)).get("/system/notifications/")
    assert f"Your second factor was taken away. {second} decided it." in page.content.decode()
    # neither of the two gives the password with which they could get in
    refused(step(clerk, "give_password"), "You had part in taking away")
    set_up_factor(clerk)
    assert step(clerk, "give_password").status_code == 302
    told_to = Notification.objects.filter(recipient=clerk, kind="sysadmin.sign_in_changed")
    assert told_to.get().code == "give_password"


@pytest.mark.proves("SY-16")
def test_nobody_alone_takes_a_factor_away_nor_who_has_given_the_password(
    desk, step, clerk, request
):
    set_up_factor(clerk)
    refused(step(clerk, "reset_factors"), "This always takes two persons")
    request.getfixturevalue("second")
    step(clerk, "give_password")
    refused(step(clerk, "reset_factors"), "has no part in taking away")
    refused(step(UserFactory(), "reset_factors"), "The user has no second factor")


# --- seen -----------------------------------------------------------------------------------


@pytest.mark.proves("SY-1")
def test_the_page_of_a_user_says_who_it_is_what_they_may_and_where_they_are(
    desk, clerk, django_assert_num_queries
):
    sign_in(Client(REMOTE_ADDR="10.0.0.7"), clerk.username)
    set_up_factor(clerk)
    address = f"/system/users/{clerk.pk}/"
    desk.get(address)
    with django_assert_num_queries(9):
        page = html.unescape(desk.get(address).content.decode())
    role = clerk.held[0].role_label
    for said in (role, "10.0.0.7", "Code of an app", "Open sessions", "Switch off"):
        assert said in page
    assert f'href="/organisation/staff/{clerk.staff_member.pk}/"' in page


@pytest.mark.proves("SY-16")
def test_each_administrator_has_their_part_and_the_auditor_sees_it(signed_in, person, bank, clerk):
    steps = ("disable", "enable", "give_password", "reset_factors", "end_sessions")
    wanted = {
        "system_administrator": set(steps),
        "security_administrator": {"disable", "end_sessions"},
        "auditor": set(),
    }
    for role, may in wanted.items():
        client = signed_in(person(bank, *ROLE[role], extent=Reach.BANK))
        page = client.get(f"/system/users/{clerk.pk}/")
        assert page.status_code == 200
        open_to = {
            verb
            for verb in steps
            if client.get(f"/system/users/{clerk.pk}/{verb}/").status_code == 200
        }
        assert open_to == may
