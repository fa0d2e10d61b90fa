"""Nobody can lock the bank out: the last who can give rights back keep what they need for it."""

import datetime as dt
import html
import threading

import pytest
from django.db import connection

from crm.core.clock import bank_today
from crm.ops.roles import ROLES
from staff.models import StaffMember
from sysadmin.models import Grant, Role, User, period
from sysadmin.operations import end
from sysadmin.roles.operations import change_role
from tests.deciding import decide
from tests.factories import (
    GrantFactory,
    PostRoleFactory,
    RoleFactory,
    StaffAssignmentFactory,
    StaffMemberFactory,
)
from tests.staff.test_people import ACTIONS as STAFF_ACTIONS
from tests.staff.test_people import leave, move
from tests.sysadmin.test_policies import sent

ROLE = {role.code: role.actions for role in ROLES}
GIVE = "sysadmin.add_grant"
Reach = Grant.Reach
POLICIES = tuple(f"core.{right}_approvalpolicy" for right in ("view", "add", "change"))
# each of them may all that could take somebody's rights, and gives none
BESIDE = (
    *STAFF_ACTIONS,
    *POLICIES,
    "sysadmin.view_grant",
    "sysadmin.end_grant",
    "sysadmin.view_user",
    "sysadmin.disable_user",
    "sysadmin.view_role",
    "sysadmin.change_role",
    "core.view_approval",
    "core.withdraw_approval",
)


@pytest.fixture
def officer(person, bank):
    return person(bank, *BESIDE, extent=Reach.BANK)


@pytest.fixture
def desk(signed_in, officer):
    return signed_in(officer)


@pytest.fixture
def giver(bank):
    """The one and only who can give rights."""
    member = StaffMemberFactory(branch=bank)
    role = RoleFactory(actions=[GIVE], code="giver")
    grant = GrantFactory(user=member.user, role=role, branch=bank, extent=Reach.BANK)
    StaffAssignmentFactory(member=member, post=member.post, valid=grant.valid, grant=grant)
    return member


@pytest.fixture
def other(giver, bank):
    """Makes another who can give rights."""

    def make(**values):
        held = {"role": Role.objects.get(code="giver"), "branch": bank, "extent": Reach.BANK}
        return GrantFactory(**held | values)

    return make


def end_grant(client, member, keyed):
    (grant,) = member.user.grants.all()
    return client.post(f"/system/grants/{grant.pk}/end/", keyed(reason="moved"))


def switch_off(client, member, keyed):
    return client.post(f"/system/users/{member.user_id}/disable/", keyed(reason="moved"))


def empty_role(client, _member, keyed):
    role = Role.objects.get(code="giver")
    kept = ["sysadmin.view_role"]
    sent = {"name": role.name, "name_zh": role.name_zh, "version": role.version}
    sent |= {"actions": kept, "actions_is_meant": str(kept)}
    return client.post(f"/system/roles/{role.pk}/change/", keyed(**sent))


def see_off(client, member, _keyed):
    return leave(client, member)


def leave_today(client, member, _keyed):
    return leave(client, member, days=0)


def give_another_post(client, member, _keyed):
    return move(client, member, member.branch, "teller")


WAYS = (end_grant, switch_off, empty_role, see_off, leave_today, give_another_post)


@pytest.mark.proves("SY-16")
@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_to_a_day_on_which_nobody_can_give_rights(desk, keyed, giver, other, way):
    answer = way(desk, giver, keyed)
    assert answer.status_code == 422
    page = html.unescape(answer.content.decode())
    assert "nobody could give rights any more" in page
    # what was refused has not happened, and is not said to have
    assert "already" not in page
    held = User.objects.get(pk=giver.user_id)
    assert held.has_action(GIVE)
    assert held.grants.get().valid.upper is None
    if way is empty_role:  # whoever else has the role loses it as well
        GrantFactory(role=RoleFactory(actions=[GIVE]), extent=Reach.BANK)
    else:
        other()
    assert way(desk, giver, keyed).status_code == 302


@pytest.mark.proves("SY-16")
def test_whoever_reaches_less_leaves_sooner_or_never_signed_in_does_not_take_over(
    desk, keyed, giver, other, bank
):
    other(extent=Reach.BRANCHES_BELOW)
    leaving = other(valid=period(bank_today(), bank_today() + dt.timedelta(days=30)))
    other(valid=period(bank_today() + dt.timedelta(days=31)))
    other(user__is_active=False)
    other(user__first_password_until=dt.datetime(2199, 1, 1, tzinfo=dt.UTC))
    assert end_grant(desk, giver, keyed).status_code == 422
    other(user=leaving.user, role=RoleFactory(actions=[GIVE]), valid=period(leaving.valid.upper))
    assert end_grant(desk, giver, keyed).status_code == 302


@pytest.mark.proves("SY-16")
@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("sysadmin.enable_user", "nobody could let people sign in again"),
        ("sysadmin.change_role", "nobody could change roles any more"),
    ],
)
def test_what_rights_are_mended_with_stays_too(signed_in, person, bank, keyed, giver, action, said):
    desk = signed_in(person(bank, "sysadmin.view_grant", "sysadmin.end_grant", extent="bank"))
    held = GrantFactory(role=RoleFactory(actions=[action]), extent=Reach.BANK)
    address = f"/system/grants/{held.pk}/end/"
    assert said in desk.post(address, keyed(reason="moved")).content.decode()
    GrantFactory(role=RoleFactory(actions=[action]), extent=Reach.BANK)
    assert desk.post(address, keyed(reason="moved")).status_code == 302


@pytest.mark.proves("SY-16")
def test_another_post_with_the_same_rights_is_one_stroke(desk, keyed, giver, branch):
    role = Role.objects.get(code="giver")
    PostRoleFactory(post=StaffMember.Post.TELLER, role=role, extent=Reach.BANK)
    assert move(desk, giver, branch, "teller").status_code == 302
    first, second = giver.user.grants.order_by("valid")
    assert first.valid.upper == second.valid.lower


@pytest.mark.proves("SY-6")
@pytest.mark.proves("SY-16")
def test_a_second_person_is_refused_what_was_still_possible_when_it_was_asked_for(
    desk, keyed, signed_in, giver, other, held_back, bank
):
    policy = held_back("sysadmin.end/1")
    checker = GrantFactory(role=policy.role, branch=bank, extent=Reach.BANK).user
    second = other(role=RoleFactory(actions=[GIVE]), user=StaffMemberFactory(branch=bank).user)
    assert end_grant(desk, giver, keyed).status_code == 302
    assert switch_off(desk, second.user.staff_member, keyed).status_code == 302
    answer = decide(signed_in(checker), "approve")
    assert answer.status_code == 422
    assert "nobody could give rights any more" in html.unescape(answer.content.decode())
    assert giver.user.grants.get().valid.upper is None


@pytest.mark.proves("SY-6")
@pytest.mark.proves("SY-16")
def test_where_grants_take_two_the_last_who_decides_stays_as_well(
    desk, keyed, giver, held_back, deciders, bank
):
    held_back("sysadmin.give/1")
    decider = GrantFactory(role=deciders, branch=bank, extent=Reach.BANK)
    address = f"/system/grants/{decider.pk}/end/"
    answer = desk.post(address, keyed(reason="moved"))
    assert "nobody could decide on new grants" in html.unescape(answer.content.decode())
    GrantFactory(role=deciders, branch=bank, extent=Reach.BANK)
    assert desk.post(address, keyed(reason="moved")).status_code == 302


@pytest.mark.proves("SY-6")
@pytest.mark.proves("SY-16")
def test_a_policy_by_which_grants_would_wait_for_nobody_is_refused(desk, giver, held_back, bank):
    policy = held_back("sysadmin.give/1", is_active=False)
    address = f"/system/policies/{policy.pk}/change/"

    def switch_on():
        policy.refresh_from_db()
        return desk.post(address, sent(policy))

    answer = switch_on()
    assert answer.status_code == 422
    assert "Nobody could decide on it" in answer.context["form"].errors["role"][0]
    GrantFactory(role=policy.role, branch=bank, extent=Reach.BANK, user=giver.user)
    assert switch_on().status_code == 422
    GrantFactory(role=policy.role, branch=bank, extent=Reach.BANK)
    assert switch_on().status_code == 302


def at_once(*deeds):
    """What each of the deeds, begun together, was refused with."""
    said = []

    def do(deed):
        try:
            deed()
        except Exception as refusal:  # noqa: BLE001 - whatever it is, it is compared
            said.append(str(refusal).split(".")[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


@pytest.mark.proves("SY-16")
@pytest.mark.django_db(transaction=True)
def test_two_who_take_it_from_each_other_at_once_leave_one():
    roles = [RoleFactory(actions=[GIVE]) for _one in range(2)]
    one, two = (GrantFactory(role=role, extent=Reach.BANK) for role in roles)

    def end_one():
        end(Grant.objects.get(pk=one.pk), by=two.user, reason="dispute")

    def empty_the_other():
        role = roles[1]
        role.actions = ["sysadmin.view_role"]
        change_role(role, by=one.user, fields=["actions"], version=role.version)

    assert at_once(end_one, empty_the_other) == [
        "There would be a day on which nobody could give rights any more"
    ]
    assert [User.objects.get(pk=g.user_id).has_action(GIVE) for g in (one, two)].count(True) == 1


@pytest.mark.proves("SY-16")
@pytest.mark.django_db(transaction=True)
def test_two_who_end_the_grants_of_each_other_at_once_leave_one():
    role = RoleFactory(actions=[GIVE])
    pair = [GrantFactory(role=role, extent=Reach.BANK) for _one in range(2)]

    def ending(grant, by):
        return lambda: end(Grant.objects.get(pk=grant.pk), by=by.user, reason="dispute")

    refused = at_once(ending(*pair), ending(*pair[::-1]))
    assert refused == ["There would be a day on which nobody could give rights any more"]
    assert Grant.objects.filter(role=role, valid__endswith=None).count() == 1
