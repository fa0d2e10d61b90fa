"""Rights are given by one person to another, at the very next request and not before."""

import pytest

from crm.core.acting import acting
from crm.core.clock import bank_today
from crm.core.models import Approval, AuditEvent
from staff.models import StaffMember
from sysadmin.models import Grant
from tests.deciding import decide
from tests.factories import (
    BranchFactory,
    GrantFactory,
    RoleFactory,
    StaffMemberFactory,
    UserFactory,
)
from tests.staff.test_people import in_days

ADD, LOOK = "sysadmin.add_grant", "sysadmin.view_grant"
PATH = "/system/grants/add/"


@pytest.fixture
def administrator(person, bank):
    return person(bank, ADD, LOOK, extent=Grant.Reach.BANK)


@pytest.fixture
def form(keyed, bank):
    def make(user, role):
        return keyed(
            user=user.pk,
            role=role.pk,
            branch=bank.pk,
            extent=Grant.Reach.BANK,
            first_day=bank_today().isoformat(),
        )

    return make


@pytest.mark.proves("SY-2")
def test_nobody_gives_rights_to_themselves(signed_in, administrator, form):
    client, role = signed_in(administrator), RoleFactory(actions=["sysadmin.view_user"])
    events = AuditEvent.objects.count()
    answer = client.post(PATH, form(administrator, role))
    assert answer.status_code == 422
    assert answer.context["form"].errors["user"] == [
        "Nobody gives rights to themselves. Ask another administrator."
    ]
    assert AuditEvent.objects.count() == events
    assert client.get("/system/users/").status_code == 403


@pytest.mark.proves("SY-2")
def test_rights_given_to_another_open_pages_at_the_next_request(signed_in, administrator, form):
    other = UserFactory()
    client, theirs = signed_in(administrator), signed_in(other)
    assert theirs.get("/system/users/").status_code == 403
    sent = form(other, RoleFactory(actions=["sysadmin.view_user"], needs_second_factor=False))
    assert client.post(PATH, sent).status_code == 302
    assert theirs.get("/system/users/").status_code == 200
    event = AuditEvent.objects.latest("id")
    assert (event.table_name, event.actor_id) == ("sysadmin_grant", administrator.pk)


@pytest.mark.proves("SY-2")
@pytest.mark.parametrize("day", ["9999-01-01", "2200-01-01", "1026-11-26"])
@pytest.mark.parametrize("field", ["first_day", "last_day"])
def test_a_day_that_nobody_can_mean_is_refused(signed_in, administrator, form, day, field):
    sent = form(UserFactory(), RoleFactory(actions=["sysadmin.view_user"])) | {field: day}
    answer = signed_in(administrator).post(PATH, sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == ["Enter a day from 1 Jan 1900 to 31 Dec 2199."]
    assert f'name="{field}" value="{day}" min="1900-01-01"' in answer.content.decode()


@pytest.mark.proves("SY-6")
def test_the_list_of_grants_shows_what_waits_to_those_who_may_see_it(
    signed_in, person, bank, form, held_back, django_assert_num_queries
):
    held_back("sysadmin.give/1")
    asker = signed_in(person(bank, ADD, LOOK, "core.view_approval", extent=Grant.Reach.BANK))
    role, users = RoleFactory(name="Teller"), UserFactory.create_batch(3)
    for user in users:
        asker.post(PATH, form(user, role))
    asker.get("/system/grants/")
    with django_assert_num_queries(8):
        page = asker.get("/system/grants/").content.decode()
    for request, user in zip(Approval.objects.order_by("id"), users, strict=True):
        named = f"New grant · {user} · Teller · {bank}"
        assert f'<a href="/system/approvals/{request.pk}/">{named}</a>' in page
    other = signed_in(person(bank, LOOK, extent=Grant.Reach.BANK))
    assert "waits for a second person" not in other.get("/system/grants/").content.decode()


@pytest.mark.proves("SY-16")
def test_who_asked_for_a_grant_and_then_learns_the_first_password_does_not_get_it(
    signed_in, person, bank, form, held_back, keyed
):
    policy = held_back("sysadmin.give/1")
    actions = (ADD, LOOK, "sysadmin.give_password_user", "sysadmin.view_user")
    asker = person(bank, *actions, extent=Grant.Reach.BANK)
    checker = GrantFactory(role=policy.role, branch=bank, extent=Grant.Reach.BANK).user
    desk, user = signed_in(asker), UserFactory()
    desk.post(PATH, form(user, RoleFactory(actions=["sysadmin.view_user"])))
    answer = desk.post(f"/system/users/{user.pk}/give_password/", keyed(reason="forgotten"))
    assert answer.status_code == 302
    refused = decide(signed_in(checker), "approve")
    assert refused.status_code == 422
    assert "knows the first password of the user" in refused.content.decode()
    assert not user.grants.exists()


@pytest.mark.proves("SY-2")
def test_nobody_has_rights_after_their_last_day(signed_in, administrator, form, bank):
    leaver = StaffMemberFactory(leaves_on=in_days(10)).user
    client, role = signed_in(administrator), RoleFactory(actions=["sysadmin.view_user"])
    sent = form(leaver, role)
    for days in ({}, {"last_day": in_days(11).isoformat()}):
        answer = client.post(PATH, sent | days)
        assert answer.status_code == 422
        assert "Let the grant end by then" in answer.context["form"].errors["last_day"][0]
    assert client.post(PATH, sent | {"last_day": in_days(10).isoformat()}).status_code == 302


@pytest.mark.proves("SY-2")
def test_nobody_gives_rights_that_begin_after_they_have_left(
    signed_in, administrator, form, system
):
    with acting(by=system):
        StaffMember.objects.filter(user=administrator).update(leaves_on=in_days(10))
    client, role = signed_in(administrator), RoleFactory(actions=["sysadmin.view_user"])
    sent = form(UserFactory(), role)
    answer = client.post(PATH, sent | {"first_day": in_days(11).isoformat()})
    assert answer.status_code == 422
    assert "begins after the last day" in answer.context["form"].errors["first_day"][0]
    assert client.post(PATH, sent | {"first_day": in_days(10).isoformat()}).status_code == 302


@pytest.mark.proves("SY-2")
def test_grants_are_found_by_user_and_by_branch_with_those_below(signed_in, person, bank):
    city = BranchFactory(parent=bank)
    below, beside = BranchFactory(parent=city), BranchFactory(parent=bank)
    near, far = GrantFactory(branch=below), GrantFactory(branch=beside)
    reading = (LOOK, "sysadmin.view_user", "staff.view_branch")
    client = signed_in(person(bank, *reading, extent=Grant.Reach.BANK))

    def found(**asked):
        rows = client.get("/system/grants/", asked).context["table"].rows
        return {row.record for row in rows}

    assert found(branch=city.pk) == {near}
    assert {near, far} < found(branch=bank.pk)
    assert found(user=far.user_id) == {far}
