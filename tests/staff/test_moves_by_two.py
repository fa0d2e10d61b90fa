"""Moves of staff that wait for a second person, with the rights that come with them."""

import pytest

from crm.core.acting import acting
from crm.core.clock import bank_today
from crm.core.models import Approval
from staff.models import PostRole, StaffAssignment, StaffMember
from sysadmin.models import Grant, system_user
from tests.deciding import DECIDE, INBOX, decide
from tests.factories import GrantFactory, PostRoleFactory, RoleFactory, StaffMemberFactory
from tests.staff.test_people import ACTIONS, STAFF, in_days, join, move, send, withdraw

LOOK = ["customers.view_customer"]


@pytest.fixture
def officer(bank, person):
    """Somebody who looks after the staff."""
    return person(bank, *ACTIONS, extent=Grant.Reach.BANK)


@pytest.fixture
def desk(officer, signed_in):
    return signed_in(officer)


@pytest.fixture
def second(signed_in, bank, deciders):
    """Somebody who decides, and may move nobody."""
    user = StaffMemberFactory(branch=bank).user
    GrantFactory(user=user, role=deciders, branch=bank, extent=Grant.Reach.BANK)
    return signed_in(user)


@pytest.fixture
def rules(db, held_back):
    """Heading a sub-branch gives a right, and moves wait."""
    held_back("staff.assign/1")
    for post in ("wealth_manager", "sub_branch_head"):
        PostRoleFactory(post=post, role=RoleFactory(actions=LOOK), extent=Grant.Reach.BRANCH)


def grants_of(member):
    return Grant.objects.filter(user=member.user)


@pytest.mark.proves("SY-6")
def test_a_move_waits_with_its_rights_until_a_second_person_approves(
    desk, second, rules, branch, other_branch
):
    member = StaffMemberFactory(branch=branch)
    assert move(desk, member, other_branch, days=0).status_code == 302
    assert not StaffAssignment.objects.exists()
    assert not grants_of(member).exists()
    page = desk.get(f"{STAFF}{member.pk}/").content.decode()
    assert "waits for a second person" in page
    shown = second.get(f"{INBOX}?decide=true").content.decode()
    for said in (str(branch), str(other_branch), "Head of sub-branch", "Rotation"):
        assert said in shown
    assert decide(second, "approve").status_code == 302
    member.refresh_from_db()
    assert (member.branch, member.post) == (other_branch, "sub_branch_head")
    given = grants_of(member).get()
    assert (given.role.actions, given.branch) == (LOOK, other_branch)


def test_a_move_that_is_refused_gives_nothing(desk, second, rules, branch, other_branch):
    member = StaffMemberFactory(branch=branch)
    move(desk, member, other_branch)
    decide(second, "reject", reason="no vacancy")
    assert not StaffAssignment.objects.exists()
    assert not grants_of(member).exists()


def test_what_a_move_contradicts_is_said_to_the_maker_at_once(desk, rules, branch, other_branch):
    member = StaffMemberFactory(branch=branch)
    answer = move(desk, member, other_branch, days=-1)
    assert answer.status_code == 422
    assert "cannot begin in the past" in answer.content.decode()
    assert not Approval.objects.exists()


def test_a_second_person_does_not_lend_their_reach_to_the_maker(
    signed_in, person, deciders, bank, branch, other_branch, held_back
):
    held_back("staff.assign/1")
    officer = person(branch, *ACTIONS)
    far = StaffMemberFactory(branch=other_branch)
    answer = move(signed_in(officer), far, branch)
    assert "outside your reach" in answer.content.decode()
    near = StaffMemberFactory(branch=branch)
    move(signed_in(officer), near, branch)
    widest = StaffMemberFactory(branch=bank).user
    role = RoleFactory(actions=[*DECIDE, *ACTIONS])
    GrantFactory(user=widest, role=role, branch=bank, extent=Grant.Reach.BANK)
    GrantFactory(user=widest, role=deciders, branch=bank, extent=Grant.Reach.BANK)
    grant = officer.grants.get()
    GrantFactory(user=officer, role=grant.role, branch=other_branch)
    with acting(by=system_user()):
        Grant.objects.filter(pk=grant.pk).delete()
    answer = decide(signed_in(widest), "approve")
    assert answer.status_code == 422
    assert "outside your reach" in answer.content.decode()
    assert not StaffAssignment.objects.exists()


def test_a_change_of_a_planned_move_waits_by_the_same_policy(
    desk, second, rules, branch, other_branch
):
    member = StaffMemberFactory(branch=branch)
    move(desk, member, other_branch)
    decide(second, "approve")
    planned = StaffAssignment.objects.get()
    sent = {"branch": branch.pk, "post": "teller", "first_day": in_days(20).isoformat()}
    answer = send(
        desk, f"/organisation/assignments/{planned.pk}/change/", version=planned.version, **sent
    )
    assert answer.status_code == 302
    planned.refresh_from_db()
    assert planned.post == "sub_branch_head"
    request = Approval.objects.get(status="pending")
    assert decide(second, "approve", request).status_code == 302
    planned.refresh_from_db()
    assert (planned.post, planned.valid.lower) == ("teller", in_days(20))


def test_whoever_joins_can_sign_in_and_gets_the_rights_when_they_are_approved(
    desk, second, rules, branch
):
    assert join(desk, branch).status_code == 302
    member = StaffMember.objects.get(number="N00001")
    assert member.user.is_active
    assert not grants_of(member).exists()
    page = desk.get(f"{STAFF}{member.pk}/").content.decode()
    assert "Rights of somebody who joins: waits for a second person" in page
    assert decide(second, "approve").status_code == 302
    given = grants_of(member).get()
    assert (given.branch, given.valid.lower) == (branch, bank_today())
    assert StaffAssignment.objects.get().grant == given


def test_a_policy_is_made_for_moves_as_one(signed_in, person, bank):
    rights = [f"core.{verb}_approvalpolicy" for verb in ("view", "add")]
    page = signed_in(person(bank, *rights, extent=Grant.Reach.BANK)).get("/system/policies/add/")
    assert "staff.assign/1" in page.content.decode()
    assert "staff.amend/1" not in page.content.decode()


def test_a_withdrawal_waits_by_the_same_policy(desk, second, rules, branch, other_branch):
    member = StaffMemberFactory(branch=branch)
    move(desk, member, other_branch)
    decide(second, "approve")
    planned = StaffAssignment.objects.get()
    assert withdraw(desk, planned).status_code == 302
    planned.refresh_from_db()
    assert planned.withdrawn_on is None
    assert decide(second, "approve", Approval.objects.get(status="pending")).status_code == 302
    planned.refresh_from_db()
    assert planned.withdrawn_on == bank_today()


def test_which_role_comes_with_a_post_is_decided_by_two(signed_in, person, second, bank, held_back):
    held_back("staff.set_right/1")
    rights = [f"staff.{verb}_postrole" for verb in ("view", "add", "change")]
    desk = signed_in(
        person(bank, *rights, "sysadmin.view_role", "staff.view_branch", extent=Grant.Reach.BANK)
    )
    rule = PostRoleFactory(post="teller")
    before, wider = rule.role, RoleFactory(name="Wider")
    sent = {"post": "teller", "role": wider.pk, "extent": "bank", "version": rule.version}
    assert send(desk, f"/organisation/posts/{rule.pk}/change/", **sent).status_code == 302
    rule.refresh_from_db()
    assert rule.role == before
    assert "Wider" in second.get(f"{INBOX}?decide=true").content.decode()
    assert decide(second, "approve").status_code == 302
    rule.refresh_from_db()
    assert (rule.role, rule.extent) == (wider, "bank")
    new = {"post": "agent", "role": wider.pk, "extent": "own"}
    assert send(desk, "/organisation/posts/add/", **new).status_code == 302
    assert not PostRole.objects.filter(post="agent").exists()
    decide(second, "approve", Approval.objects.get(status="pending"))
    assert PostRole.objects.get(post="agent").role == wider
