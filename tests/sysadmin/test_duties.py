"""Incompatible duties: nobody gets two roles that a rule keeps apart, whatever way they come."""

import datetime as dt
import threading

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection

from crm.core.acting import acting
from crm.core.clock import bank_today
from crm.core.operations import DomainError, insert
from crm.ops.roles import APART, ROLES
from staff.models import StaffMember
from sysadmin.duties.conflicts import refuse_incompatible
from sysadmin.models import Grant, IncompatibleDuties, Role, period, system_user
from tests.factories import (
    GrantFactory,
    IncompatibleDutiesFactory,
    PostRoleFactory,
    RoleFactory,
    StaffMemberFactory,
    UserFactory,
)
from tests.staff.test_people import ACTIONS, join, move

DAY = dt.timedelta(days=1)
DUTIES = "/system/duties/"
GRANTS = "/system/grants/add/"
RULES = tuple(f"sysadmin.{verb}_incompatibleduties" for verb in ("view", "add", "end"))
RIGHTS = ("sysadmin.view_grant", "sysadmin.add_grant", "sysadmin.view_role", "sysadmin.view_user")


@pytest.fixture
def desk(signed_in, person, bank):
    """A system administrator."""
    return signed_in(person(bank, *RULES, *RIGHTS, extent=Grant.Reach.BANK))


@pytest.fixture
def teller(db):
    return RoleFactory(name="Teller")


@pytest.fixture
def checker_role(db):
    return RoleFactory(name="Checker")


@pytest.fixture
def rule(teller, checker_role):
    return IncompatibleDutiesFactory(first=teller, second=checker_role, ground="four eyes")


def give(desk, keyed, user, role, branch, **values):
    sent = {"user": user.pk, "role": role.pk, "branch": branch.pk, "extent": "branch"}
    return desk.post(
        GRANTS, keyed(**sent | {"first_day": bank_today().isoformat(), "last_day": ""} | values)
    )


@pytest.mark.proves("SY-16")
def test_a_grant_that_conflicts_is_refused_and_names_the_other_one(
    desk, keyed, rule, teller, checker_role, branch
):
    user = UserFactory(latin_name="Xu Nuo")
    held = GrantFactory(user=user, role=checker_role, branch=branch)
    answer = give(desk, keyed, user, teller, branch)
    assert answer.status_code == 422
    (said,) = answer.context["form"].errors["role"]
    for part in ("Xu Nuo", "“Checker”", str(branch), held.shown_period, "“Teller”", "four eyes"):
        assert part in said
    assert Grant.objects.filter(user=user).count() == 1


@pytest.mark.proves("SY-16")
def test_roles_that_no_rule_keeps_apart_go_together(desk, keyed, rule, teller, branch):
    user = UserFactory()
    GrantFactory(user=user, branch=branch)
    assert give(desk, keyed, user, teller, branch).status_code == 302


@pytest.mark.parametrize(
    ("held", "wanted", "ruled", "refused"),
    [
        ((0, None), (5, None), (0, None), True),
        ((0, 5), (5, None), (0, None), False),
        ((0, None), (0, 5), (5, None), False),
        ((0, None), (0, 6), (5, None), True),
        ((0, None), (0, None), (0, 3), True),
        ((0, 9), (4, None), (0, 4), False),
    ],
)
def test_grants_conflict_on_the_days_that_they_and_the_rule_have_in_common(
    system, held, wanted, ruled, refused
):
    def days(span):
        first, beyond = span
        return period(
            bank_today() + first * DAY, None if beyond is None else bank_today() + beyond * DAY
        )

    rule = IncompatibleDutiesFactory(valid=days(ruled))
    held = GrantFactory(role=rule.first, valid=days(held))
    new = Grant(
        user=held.user, role=rule.second, branch=held.branch, extent="own", valid=days(wanted)
    )
    # the database judges by itself, and the operation the same before it
    if not refused:
        refuse_incompatible(new)
        with acting(by=system):
            insert(new)
        return
    with pytest.raises(DomainError, match="Nobody holds it together"):
        refuse_incompatible(new)
    with pytest.raises(DomainError, match="End that grant first"), acting(by=system):
        insert(new)


def test_the_database_refuses_a_change_that_makes_grants_conflict(system, rule):
    held = GrantFactory(role=rule.first)
    other = GrantFactory(user=held.user)
    with pytest.raises(IntegrityError, match="incompatible duties"), acting(by=system):
        Grant.objects.filter(pk=other.pk).update(role=rule.second)


def test_many_grants_at_once_are_judged_together(system, rule, branch):
    user = UserFactory()
    pair = [
        Grant(user=user, role=role, branch=branch, extent="own", valid=period(bank_today()))
        for role in (rule.first, rule.second)
    ]
    with pytest.raises(IntegrityError, match="incompatible duties"), acting(by=system):
        Grant.objects.bulk_create(pair)


@pytest.mark.django_db(transaction=True)
def test_of_two_conflicting_grants_given_at_once_one_is_refused():
    rule = IncompatibleDutiesFactory()
    user, branch = UserFactory(), StaffMemberFactory().branch
    told, gate = [], threading.Barrier(2)

    def work(role):
        try:
            gate.wait()
            GrantFactory(user=user, role=role, branch=branch)
        except IntegrityError as error:
            told.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(r,)) for r in (rule.first, rule.second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ["incompatible duties" in said for said in told] == [True]
    assert Grant.objects.filter(user=user).count() == 1


@pytest.mark.proves("SY-16")
def test_a_rule_is_entered_and_shows_who_holds_both_until_one_grant_ends(
    desk, keyed, teller, checker_role, branch, system
):
    user = UserFactory(latin_name="Xu Nuo")
    first, second = (
        GrantFactory(user=user, role=role, branch=branch) for role in (checker_role, teller)
    )
    sent = {"first": checker_role.pk, "second": teller.pk, "ground": "four eyes"}
    answer = desk.post(f"{DUTIES}add/", keyed(**sent, first_day=bank_today().isoformat()))
    assert answer.status_code == 302
    rule = IncompatibleDuties.objects.get()
    assert (rule.first, rule.second) == (teller, checker_role)  # whichever was named first
    page = desk.get(f"{DUTIES}{rule.pk}/").content.decode()
    assert "Xu Nuo" in page
    for grant in (first, second):
        assert f"/system/grants/{grant.pk}/" in page
    with acting(by=system):
        # what is held all the same can be ended
        Grant.objects.filter(pk=first.pk).update(valid=period(first.valid.lower, bank_today()))
    assert "Nobody holds both roles" in desk.get(f"{DUTIES}{rule.pk}/").content.decode()


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"second": "same"}, "second", "Choose two different roles."),
        ({"ground": ""}, "ground", "Enter the rule that asks for it."),
        ({"first_day": "2020-01-01"}, "first_day", "A rule cannot begin in the past."),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    desk, keyed, teller, checker_role, values, field, said
):
    sent = {"first": teller.pk, "second": checker_role.pk, "ground": "x"}
    sent |= {"first_day": bank_today().isoformat()} | values
    sent["second"] = teller.pk if sent["second"] == "same" else sent["second"]
    answer = desk.post(f"{DUTIES}add/", keyed(**sent))
    assert answer.status_code == 422
    assert said in answer.context["form"].errors[field][0]


def test_the_same_rule_twice_is_refused_also_the_other_way_round(desk, keyed, rule):
    sent = {"first": rule.second_id, "second": rule.first_id, "ground": "x"}
    answer = desk.post(f"{DUTIES}add/", keyed(**sent, first_day=bank_today().isoformat()))
    assert "are kept apart in that period already" in answer.content.decode()


def test_a_rule_ends_with_a_reason_and_is_kept(desk, keyed, rule, branch):
    address = f"{DUTIES}{rule.pk}/end/"
    assert desk.post(address, keyed(reason="")).status_code == 422
    assert desk.post(address, keyed(reason="merged branches")).status_code == 302
    user = UserFactory()
    GrantFactory(user=user, role=rule.first, branch=branch)
    assert give(desk, keyed, user, rule.second, branch).status_code == 302
    assert IncompatibleDuties.objects.filter(pk=rule.pk).exists()
    assert "has ended already" in desk.post(address, keyed(reason="again")).content.decode()


@pytest.mark.parametrize("days", [0, 5])
def test_a_rule_that_has_been_ended_is_not_offered_for_it_again(desk, keyed, teller, days):
    begins = period(bank_today() + days * DAY)
    rule = IncompatibleDutiesFactory(first=teller, second=RoleFactory(), valid=begins)
    page, step = f"{DUTIES}{rule.pk}/", f"{DUTIES}{rule.pk}/end/"
    assert step in desk.get(page).content.decode()
    assert desk.post(step, keyed(reason="merged branches")).status_code == 302
    assert step not in desk.get(page).content.decode()
    assert "has ended already" in desk.post(step, keyed(reason="again")).content.decode()


@pytest.mark.proves("SY-16")
def test_a_right_that_comes_with_a_post_is_refused_alike_with_what_to_do(
    signed_in, person, bank, rule, branch
):
    officer = signed_in(person(bank, *ACTIONS, extent=Grant.Reach.BANK))
    PostRoleFactory(post="sub_branch_head", role=rule.first, extent="branch")
    member = StaffMemberFactory(branch=branch)
    GrantFactory(user=member.user, role=rule.second, branch=branch)
    answer = move(officer, member, branch)
    assert answer.status_code == 422
    (said,) = answer.context["form"].errors["post"]
    assert "End that grant first, or choose another role or post." in said
    assert not member.assignments.exists()
    # whoever joins has no other grant that could be in the way
    assert join(officer, branch, post="sub_branch_head").status_code == 302
    assert StaffMember.objects.get(number="N00001").user.grants.get().role == rule.first


@pytest.mark.parametrize("action", ["customers.change_customer", "customers.reveal_customer"])
@pytest.mark.proves("SY-16")
def test_the_database_lets_a_role_that_only_reads_do_nothing_else(system, action):
    role = RoleFactory(actions=["customers.view_customer", "customers.history_customer"])
    with acting(by=system):
        Role.objects.filter(pk=role.pk).update(is_read_only=True)
    with pytest.raises(IntegrityError, match="sysadmin_role_only_reads"), acting(by=system):
        Role.objects.filter(pk=role.pk).update(actions=["customers.view_customer", action])


def test_first_values_keep_the_shipped_roles_apart_and_can_be_run_again(db):
    call_command("first_values")
    pairs = IncompatibleDuties.objects.count()
    assert pairs == len(APART)
    ended = IncompatibleDuties.objects.first()
    with acting(by=system_user()):
        IncompatibleDuties.objects.filter(pk=ended.pk).update(
            valid=period(bank_today() - DAY, bank_today())
        )
    call_command("first_values")
    assert IncompatibleDuties.objects.count() == pairs
    assert Role.objects.get(code="auditor").is_read_only
    known = {frozenset((d.first.code, d.second.code)) for d in IncompatibleDuties.objects.all()}
    three = ("system_administrator", "security_administrator", "auditor")
    for one in three:
        for other in three:
            assert one == other or frozenset((one, other)) in known
    assert {code for pair in APART for code in pair[:2]} <= {spec.code for spec in ROLES}
