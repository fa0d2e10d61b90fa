"""What a role carries is changed with the difference before one's eyes."""

import io
import re

import pytest
from django.core.management import CommandError, call_command

from crm.core.acting import acting
from crm.core.clock import bank_today
from crm.core.models import Approval, AuditEvent
from crm.ops.roles import ROLES
from sysadmin.models import Grant, IncompatibleDuties, Role, period, system_user
from tests.deciding import decide
from tests.factories import (
    ApprovalPolicyFactory,
    GrantFactory,
    IncompatibleDutiesFactory,
    RoleFactory,
    UserFactory,
    load_roles,
)
from tests.staff.test_people import in_days

ROLE = {role.code: role.actions for role in ROLES}
SEE, CLOSE = "customers.view_customer", "customers.close_customer"


@pytest.fixture
def officer(person, bank):
    return person(bank, *ROLE["security_administrator"], extent=Grant.Reach.BANK)


@pytest.fixture
def desk(signed_in, officer):
    return signed_in(officer)


@pytest.fixture
def teller(db):
    return RoleFactory(name="Teller", name_zh="柜员", actions=[SEE])


def change(desk, keyed, role, actions, **values):
    sent = {"name": role.name, "name_zh": role.name_zh, "version": role.version}
    sent |= {"actions": actions, "needs_second_factor": "on"} | values
    return desk.post(f"/system/roles/{role.pk}/change/", keyed(**sent))


def meant(actions):
    return {"actions_is_meant": str(sorted(actions))}


@pytest.mark.proves("SY-2")
def test_the_difference_is_shown_before_a_role_changes(desk, keyed, teller):
    shown = desk.get(f"/system/roles/{teller.pk}/change/").content.decode()
    assert f'value="{SEE}" checked' in shown
    assert f'value="{CLOSE}">' in shown
    answer = change(desk, keyed, teller, [CLOSE])
    assert answer.status_code == 422
    (said,) = answer.context["form"].errors["actions"]
    page = answer.content.decode()
    # at the top, as a question and not as a mistake
    assert f"{said} If this is meant, tick it below" in page
    assert "needs attention" not in page
    assert "would give: Customers: Close the relationship" in said
    assert "would no longer give: Customers: See" in said
    teller.refresh_from_db()
    assert teller.actions == [SEE]
    assert change(desk, keyed, teller, [CLOSE], **meant([CLOSE])).status_code == 302
    teller.refresh_from_db()
    assert teller.actions == [CLOSE]


@pytest.mark.proves("SY-2")
def test_a_change_bites_on_the_next_request_of_whoever_holds_the_role(
    desk, keyed, signed_in, teller, bank
):
    user = UserFactory()
    GrantFactory(user=user, role=teller, branch=bank)
    client = signed_in(user)
    assert client.get("/customers/").status_code == 200
    change(desk, keyed, teller, [CLOSE], **meant([CLOSE]))
    assert client.get("/customers/").status_code == 403


@pytest.mark.proves("SY-2")
def test_nobody_gives_more_to_a_role_that_they_hold(desk, keyed, officer):
    own = Role.objects.get(grants__user=officer)
    more = [*own.actions, SEE]
    answer = change(desk, keyed, own, more, **meant(more))
    assert "Nobody gives more to a role that they hold" in answer.content.decode()
    less = [action for action in own.actions if action != "core.approve_approval"]
    assert change(desk, keyed, own, less, **meant(less)).status_code == 302


@pytest.mark.proves("SY-2")
def test_nobody_gets_more_by_a_role_that_they_were_given_while_it_waited(
    desk, keyed, officer, signed_in, person, bank, teller
):
    other = person(bank, *ROLE["security_administrator"], extent=Grant.Reach.BANK)
    deciders = Role.objects.get(grants__user=other)
    ApprovalPolicyFactory(operation="sysadmin.change_role/1", role=deciders)
    change(desk, keyed, teller, [SEE, CLOSE], **meant([SEE, CLOSE]))
    GrantFactory(user=officer, role=teller, branch=bank)
    answer = decide(signed_in(other), "approve")
    assert answer.status_code == 422
    assert "Nobody gives more to a role that they hold" in answer.content.decode()
    teller.refresh_from_db()
    assert teller.actions == [SEE]


def test_an_action_that_there_is_not_and_a_change_by_a_reader_are_refused(desk, keyed, teller):
    answer = change(desk, keyed, teller, ["customers.invent_customer"])
    assert "customers.invent_customer is not one of" in answer.content.decode()
    answer = change(desk, keyed, teller, [CLOSE], is_read_only="on", **meant([CLOSE]))
    assert "A role that only reads has no action that changes" in answer.content.decode()


@pytest.mark.proves("SY-2")
@pytest.mark.proves("SY-6")
def test_where_a_policy_asks_a_second_person_decides_on_a_role(
    desk, keyed, signed_in, person, bank, teller
):
    other = person(bank, *ROLE["security_administrator"], extent=Grant.Reach.BANK)
    deciders = Role.objects.get(grants__user=other)
    ApprovalPolicyFactory(operation="sysadmin.change_role/1", role=deciders)
    change(desk, keyed, teller, [SEE, CLOSE], **meant([SEE, CLOSE]))
    teller.refresh_from_db()
    assert teller.actions == [SEE]
    request = Approval.objects.get()
    checker = signed_in(other)
    page = checker.get(f"/system/approvals/{request.pk}/").content.decode()
    assert CLOSE in page
    done = checker.post(
        f"/system/approvals/{request.pk}/approve/", keyed(version=request.version, reason="")
    )
    assert done.status_code == 302
    teller.refresh_from_db()
    assert sorted(teller.actions) == [CLOSE, SEE]


@pytest.mark.proves("SY-16")
def test_a_role_made_like_another_is_kept_apart_from_the_same_roles(desk, keyed, teller):
    rule = IncompatibleDutiesFactory(first=teller, second=RoleFactory(), ground="four eyes")
    IncompatibleDutiesFactory(
        first=teller,
        second=RoleFactory(),
        valid=period(bank_today().replace(year=2020), bank_today()),
    )
    page = desk.get(f"/system/roles/add/?like={teller.pk}").content.decode()
    assert f'name="like" value="{teller.pk}"' in page
    assert f'value="{SEE}" checked' in page
    sent = {"code": "teller-2", "name": "Teller 2", "name_zh": "柜员二", "actions": [SEE]}
    assert desk.post("/system/roles/add/", keyed(like=teller.pk, **sent)).status_code == 302
    made = Role.objects.get(code="teller-2")
    copied = IncompatibleDuties.objects.latest("id")
    assert {copied.first_id, copied.second_id} == {made.pk, rule.second_id}
    assert copied.ground == "four eyes"
    assert IncompatibleDuties.objects.count() == 3


@pytest.mark.proves("SY-2")
def test_how_many_grants_are_in_force_leads_to_them(desk, teller, bank):
    GrantFactory(role=teller, branch=bank)
    GrantFactory(
        role=teller, branch=bank, valid=period(bank_today().replace(year=2020), bank_today())
    )
    page = desk.get(f"/system/roles/{teller.pk}/").content.decode()
    assert "1 grant in force" in page
    rows = desk.get("/system/grants/", {"role": teller.pk, "now": "true"}).context["table"].rows
    assert len(rows) == 1


@pytest.mark.parametrize("role", ["system_administrator", "auditor", "branch_manager"])
def test_who_gives_roles_or_audits_does_not_define_them(signed_in, person, bank, teller, role):
    client = signed_in(person(bank, *ROLE[role], extent=Grant.Reach.BANK))
    assert client.get(f"/system/roles/{teller.pk}/change/").status_code == 403
    assert client.get("/system/roles/add/").status_code == 403


def roles(*arguments):
    said = io.StringIO()
    call_command("roles", *arguments, stdout=said)
    return said.getvalue()


@pytest.mark.proves("SY-2")
def test_the_command_shows_how_roles_differ_from_the_shipped_ones_and_changes_them_on_demand(
    officer, held_back
):
    held = load_roles()
    assert roles() == "All shipped roles are as they are shipped.\n"
    teller, agent = held["wealth_manager"], held["service_agent"]
    with acting(by=system_user()):
        for role in (teller, agent):
            role.actions = [*role.actions[1:], "sysadmin.view_role"]
            role.save()
        held["auditor"].delete()
    lacks = ROLE["wealth_manager"][0]
    told = roles()
    assert f"wealth_manager: + {lacks} (" in told
    assert "wealth_manager: - sysadmin.view_role (Roles: See)" in told
    assert "auditor: is missing" in told
    # shown is not changed
    assert roles() == told
    assert roles("--give", "wealth_manager", "--as", officer.username) == (
        "wealth_manager: changed.\n"
    )
    teller.refresh_from_db()
    assert set(teller.actions) == {*ROLE["wealth_manager"], "sysadmin.view_role"}
    assert AuditEvent.objects.latest("id").actor_id == officer.pk
    held_back("sysadmin.change_role/1")
    both = roles("--give", "all", "--take", "all", "--as", officer.username)
    assert both.count("waits for a second person") == 2
    agent.refresh_from_db()
    assert "sysadmin.view_role" in agent.actions


@pytest.mark.proves("SY-2")
def test_the_command_changes_nothing_for_who_may_not_nor_what_is_unknown(officer):
    load_roles()
    for arguments, said in (
        (("--give", "all"), "Name a user who may change roles"),
        (("--give", "all", "--as", UserFactory().username), "Name a user who may change roles"),
        (("--give", "baker", "--as", officer.username), "No role is shipped as baker"),
    ):
        with pytest.raises(CommandError, match=said):
            roles(*arguments)


@pytest.mark.proves("SY-3")
def test_the_page_of_a_role_leads_to_why_each_holder_can_or_cannot(
    desk, teller, bank, django_assert_num_queries
):
    holders = [GrantFactory(role=teller, branch=bank).user for _one in range(3)]
    desk.get("/system/roles/")
    with django_assert_num_queries(6):
        page = desk.get(f"/system/roles/{teller.pk}/").content.decode()
    assert all(f'href="/system/users/{user.pk}/why/"' in page for user in holders)


@pytest.mark.proves("SY-16")
def test_the_page_of_a_role_names_the_roles_that_it_is_never_held_together_with(
    desk, signed_in, person, bank, teller
):
    IncompatibleDutiesFactory(first=teller, second=RoleFactory(name="Checker"), ground="four eyes")
    ends = period(bank_today(), in_days(9))
    IncompatibleDutiesFactory(first=teller, second=RoleFactory(name="Baker"), valid=ends)
    over = period(in_days(-9), bank_today())
    IncompatibleDutiesFactory(first=teller, second=RoleFactory(name="Cook"), valid=over)
    page = desk.get(f"/system/roles/{teller.pk}/").content.decode()
    for said in ("Never held together with", ">Checker</a>", ">Baker</a>", "four eyes"):
        assert said in page
    assert "Cook" not in page
    other = signed_in(person(bank, "sysadmin.view_role", extent=Grant.Reach.BANK))
    assert "Checker" not in other.get(f"/system/roles/{teller.pk}/").content.decode()


@pytest.mark.proves("SY-2")
def test_the_list_of_roles_says_how_many_hold_each_to_who_may_see_grants(
    desk, signed_in, person, bank, teller, django_assert_num_queries
):
    first = GrantFactory(role=teller, branch=bank)
    GrantFactory(role=teller, user=first.user)
    GrantFactory(role=teller, branch=bank)
    GrantFactory(role=teller, branch=bank, valid=period(in_days(-9), bank_today()))
    desk.get("/system/roles/")
    with django_assert_num_queries(4):
        page = desk.get("/system/roles/").content.decode()
    row = page[page.index(teller.code) :]
    assert re.search(r"<td[^>]*>2</td>", row[: row.index("</tr>")])
    other = signed_in(person(bank, "sysadmin.view_role", extent=Grant.Reach.BANK))
    assert "Holders" not in other.get("/system/roles/").content.decode()
