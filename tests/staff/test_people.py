"""Members of staff join, move, report to somebody, hold licences and leave."""

import datetime as dt
import threading
import uuid

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client

from crm.core.clock import bank_today, clock_at, now
from crm.core.idempotency import FIELD
from crm.core.models import AuditEvent
from crm.ops.roles import POST_ROLES, ROLES
from customers.models import Customer
from staff import effective
from staff.models import StaffMember
from staff.people.rules import one_at_a_time
from staff.tasks import effective_today
from sysadmin.adapters import AccountAdapter
from sysadmin.models import Grant, User, period
from tests.factories import (
    BranchFactory,
    CustomerFactory,
    GrantFactory,
    LicenceFactory,
    PostRoleFactory,
    RoleFactory,
    StaffAssignmentFactory,
    StaffMemberFactory,
)
from tests.jobs import marking
from tests.matrix.test_at_once import until, waiting

ACTIONS = (
    "staff.view_branch",
    "staff.view_staffmember",
    "staff.add_staffmember",
    "staff.change_staffmember",
    "staff.move_staffmember",
    "staff.leave_staffmember",
    "staff.view_staffassignment",
    "staff.change_staffassignment",
    "staff.withdraw_staffassignment",
    "staff.view_licence",
    "staff.add_licence",
    "staff.change_licence",
)
STAFF = "/organisation/staff/"


@pytest.fixture
def officer(bank, person):
    """Somebody who looks after the staff."""
    return person(bank, *ACTIONS, extent=Grant.Reach.BANK)


@pytest.fixture
def desk(officer, signed_in):
    """The officer at work."""
    return signed_in(officer)


@pytest.fixture
def rules(db):
    """What comes with being a wealth manager and with heading a sub-branch."""
    look = ["customers.view_customer"]
    post = StaffMember.Post
    return {
        "manager": PostRoleFactory(
            post=post.WEALTH_MANAGER, role=RoleFactory(actions=look), extent=Grant.Reach.OWN
        ),
        "head": PostRoleFactory(
            post=post.SUB_BRANCH_HEAD, role=RoleFactory(actions=look), extent=Grant.Reach.BRANCH
        ),
    }


def send(client, url, **data):
    """Send a form with a key of its own."""
    return client.post(url, {FIELD: str(uuid.uuid4()), **data})


def join(client, at, **data):
    """Send the form with which somebody joins."""
    sent = {"number": "N00001", "name": "许诺", "latin_name": "Xu Nuo", "branch": at.pk}
    sent |= {"post": "wealth_manager", "joined_on": bank_today().isoformat(), "username": "xu.nuo"}
    return send(client, f"{STAFF}add/", **sent | data)


def move(client, member, branch, post="sub_branch_head", *, days=10, **data):
    """Send the form that gives somebody another post or branch."""
    member.refresh_from_db()
    sent = {"branch": branch.pk, "post": post, "first_day": in_days(days).isoformat()}
    sent |= {"version": member.version, "reason": "Rotation"}
    return send(client, f"{STAFF}{member.pk}/move/", **sent | data)


def leave(client, member, *, days=10, **data):
    """Send the form with which somebody leaves."""
    member.refresh_from_db()
    sent = {"last_day": in_days(days).isoformat(), "version": member.version, "reason": "Pension"}
    return send(client, f"{STAFF}{member.pk}/leave/", **sent | data)


def in_days(days):
    """A day so many days from today."""
    return bank_today() + dt.timedelta(days=days)


def errors(answer):
    """What a refused form says."""
    assert answer.status_code == 422
    return str(answer.context["form"].errors)


def later(days):
    """The clock so many days on."""
    return clock_at(now() + dt.timedelta(days=days))


def joined(client, branch, **data):
    """Somebody who has joined today."""
    assert join(client, branch, **data).status_code == 302
    return StaffMember.objects.latest("pk")


def spans(member):
    """The assignments of a member: post, first day, day beyond."""
    found = member.assignments.order_by("valid")
    return [(a.post, a.valid.lower, a.valid.upper) for a in found]


# --- joining --------------------------------------------------------------------------------------


@pytest.mark.proves("ST-2")
def test_whoever_joins_gets_a_sign_in_and_the_rights_of_the_post(desk, rules, branch):
    answer = join(desk, branch)
    assert answer.status_code == 302
    member = StaffMember.objects.get(number="N00001")
    page = desk.get(answer.headers["Location"]).content.decode()
    password = page.partition("shown this once: ")[2].split()[0].partition("<")[0]
    assert Client().login(username="xu.nuo", password=password)
    assert password not in desk.get(answer.headers["Location"]).content.decode()
    grant = Grant.objects.get(user=member.user)
    rule = rules["manager"]
    assert (grant.role, grant.extent, grant.branch) == (rule.role, rule.extent, branch)
    assert grant.valid == period(bank_today())
    assert spans(member) == [("wealth_manager", bank_today(), None)]


@pytest.mark.proves("ST-2")
def test_joining_is_refused_where_it_contradicts_and_leaves_nothing_behind(desk, rules, branch):
    said = errors(join(desk, branch, joined_on=in_days(-32).isoformat()))
    assert "entered within 31 days" in said
    taken = StaffMemberFactory(branch=branch)
    users, events = User.objects.count(), AuditEvent.objects.count()
    assert "number" in join(desk, branch, number=taken.number).context["form"].errors
    again = join(desk, branch, username=taken.user.username.upper())
    assert "taken" in str(again.context["form"].errors["username"])
    assert "Choose one of" in errors(join(desk, branch, branch="999999"))
    assert (User.objects.count(), AuditEvent.objects.count()) == (users, events)


@pytest.mark.proves("ST-2")
def test_all_that_stands_against_joining_is_said_at_once(desk, rules, bank, branch):
    taken = StaffMemberFactory(branch=branch)
    later_on = BranchFactory(parent=bank, opened_on=in_days(9))
    gone = StaffMemberFactory(branch=branch, leaves_on=in_days(1))
    answer = join(
        desk,
        later_on,
        number=taken.number,
        username=taken.user.username.upper(),
        joined_on=in_days(3).isoformat(),
        supervisor=gone.pk,
    )
    assert set(answer.context["form"].errors) == {"number", "username", "branch", "supervisor"}
    old = join(desk, branch, number="x", joined_on=in_days(-40).isoformat())
    assert set(old.context["form"].errors) == {"number", "joined_on"}


@pytest.mark.proves("ST-2")
def test_whoever_began_some_days_ago_is_entered_with_rights_from_today(desk, rules, branch):
    member = joined(desk, branch, joined_on=in_days(-31).isoformat())
    assert spans(member) == [("wealth_manager", in_days(-31), None)]
    assert Grant.objects.get(user=member.user).valid == period(bank_today())


@pytest.mark.proves("ST-2")
def test_a_post_that_administers_gives_no_right_of_itself_and_ends_the_one_given_by_hand(
    desk, rules, branch
):
    post = StaffMember.Post.SYSTEM_ADMINISTRATOR
    rule = PostRoleFactory(post=post, extent=Grant.Reach.BANK, by_hand=True)
    member = joined(desk, branch, post=post)
    assert not member.user.grants.exists()
    given = GrantFactory(
        user=member.user,
        role=rule.role,
        branch=branch,
        extent=rule.extent,
        valid=period(in_days(0)),
    )
    assert move(desk, member, branch, "wealth_manager", days=10).status_code == 302
    given.refresh_from_db()
    assert given.valid.upper == in_days(10)


def test_the_rights_of_posts_name_shipped_roles_and_every_post():
    assert set(POST_ROLES) == set(StaffMember.Post.values)
    assert {role for role, _extent in POST_ROLES.values()} <= {spec.code for spec in ROLES}


# --- moving ---------------------------------------------------------------------------------------


@pytest.mark.proves("SY-16")
def test_who_knows_a_first_password_gives_no_other_post_before_it_is_replaced(
    desk, rules, branch, person, bank, signed_in
):
    member = joined(desk, branch)
    for days in (1, 3):
        answer = move(desk, member, branch, days=days)
        assert answer.status_code == 422
        assert "You know the first password" in errors(answer)
    colleague = signed_in(person(bank, *ACTIONS, extent=Grant.Reach.BANK))
    assert move(colleague, member, branch, days=1).status_code == 302


@pytest.mark.proves("ST-2")
def test_whoever_moves_changes_rights_and_post_on_the_day(desk, rules, branch, other_branch):
    member = joined(desk, branch)
    assert move(desk, member, other_branch).status_code == 302
    member.refresh_from_db()
    assert (member.branch, member.post) == (branch, "wealth_manager")
    day = in_days(10)
    assert spans(member) == [
        ("wealth_manager", bank_today(), day),
        ("sub_branch_head", day, None),
    ]
    page = desk.get(f"{STAFF}{member.pk}/").content.decode()
    assert "Planned" in page
    customer = CustomerFactory(home_branch=other_branch)
    user = User.objects.get(pk=member.user_id)
    assert not Customer.objects.permitted(user).exists()
    with later(9):
        effective_today(timestamp=0)
        member.refresh_from_db()
        assert member.branch == branch
    with later(10):
        effective_today(timestamp=0)
        effective_today(timestamp=0)
        member.refresh_from_db()
        assert (member.branch, member.post) == (other_branch, "sub_branch_head")
        user = User.objects.get(pk=member.user_id)
        assert list(Customer.objects.permitted(user)) == [customer]
        live = Grant.objects.filter(user=user, valid__contains=bank_today())
        assert [grant.role for grant in live] == [rules["head"].role]
    event = AuditEvent.objects.filter(table_name="staff_staffmember").latest("id")
    assert event.reason == effective.REASON


@pytest.mark.proves("ST-2")
def test_a_move_from_today_shows_at_once_and_ends_what_the_post_before_gave(
    desk, rules, branch, other_branch
):
    member = StaffMemberFactory(branch=branch)
    StaffAssignmentFactory(member=member, post="wealth_manager", valid=period(dt.date(2020, 1, 1)))
    old = GrantFactory(
        user=member.user,
        role=rules["manager"].role,
        branch=branch,
        extent=Grant.Reach.OWN,
        valid=period(dt.date(2020, 1, 1)),
    )
    by_hand = GrantFactory(user=member.user, branch=branch)
    assert move(desk, member, other_branch, days=0).status_code == 302
    member.refresh_from_db()
    assert (member.branch, member.post) == (other_branch, "sub_branch_head")
    old.refresh_from_db()
    by_hand.refresh_from_db()
    assert old.valid.upper == bank_today()
    assert by_hand.valid.upper is None


@pytest.mark.proves("ST-2")
def test_who_goes_to_another_branch_is_asked_once_to_whom_they_report_there(
    desk, rules, bank, branch, other_branch
):
    old = StaffMemberFactory(branch=branch, post="sub_branch_head")
    head = StaffMemberFactory(branch=other_branch, post="sub_branch_head")
    member = joined(desk, branch, supervisor=old.pk)
    asked = move(desk, member, other_branch, "teller", supervisor=old.pk)
    assert set(asked.context["form"].errors) == {"supervisor"}
    page = asked.content.decode()
    assert f"{head}, who heads {other_branch}, is entered instead" in page
    assert f'name="supervisor" value="{head.pk}"' in page
    assert f'name="proposed_at" value="{other_branch.pk}"' in page
    answer = {"supervisor": head.pk, "proposed_at": other_branch.pk}
    assert move(desk, member, other_branch, "teller", **answer).status_code == 302
    assert member.assignments.order_by("valid").last().supervisor == head
    kept = joined(desk, branch, number="N00002", username="", supervisor=old.pk)
    answer["supervisor"] = old.pk
    assert move(desk, kept, other_branch, "teller", **answer).status_code == 302
    above = StaffMemberFactory(branch=bank)
    third = joined(desk, branch, number="N00003", username="", supervisor=above.pk)
    assert move(desk, third, other_branch, "teller", supervisor=above.pk).status_code == 302
    empty = BranchFactory(parent=bank)
    fourth = joined(desk, branch, number="N00004", username="", supervisor=old.pk)
    assert "nobody heads" in errors(move(desk, fourth, empty, "teller", supervisor=old.pk))


@pytest.mark.proves("ST-6")
def test_moving_somebody_names_what_stays_in_their_hands_with_the_way_to_hand_it_over(
    person, signed_in, bank, branch
):
    mover = (*ACTIONS, "customers.hand_over_customer")
    desk = signed_in(person(bank, *mover, extent=Grant.Reach.BANK))
    member = StaffMemberFactory(branch=branch)
    url = f"{STAFF}{member.pk}/move/"
    assert "stays in their hands" not in desk.get(url).content.decode()
    CustomerFactory(home_branch=branch, lead_manager=member)
    page = desk.get(url).content.decode()
    for said in ("stays in their hands", "1 customer", f"/customers/hand-over/?member={member.pk}"):
        assert said in page


@pytest.mark.proves("ST-2")
def test_a_move_that_contradicts_is_refused_and_changes_nothing(
    desk, officer, rules, branch, other_branch
):
    member = joined(desk, branch)
    before = spans(member)
    assert "in the past" in errors(move(desk, member, other_branch, days=-1))
    same = move(desk, member, branch, "wealth_manager")
    assert "where they are on that day already" in errors(same)
    assert "Enter a later day" in errors(move(desk, member, other_branch, days=0))
    assert move(desk, member, other_branch, version=0).status_code == 409
    assert "report" in errors(move(desk, member, other_branch, supervisor=member.pk))
    assert "first_day" in move(desk, member, other_branch, first_day="x").context["form"].errors
    mine = officer.staff_member
    assert "themselves" in errors(move(desk, mine, other_branch))
    assert spans(member) == before
    assert move(desk, member, other_branch, days=20).status_code == 302
    assert "is planned from" in errors(move(desk, member, other_branch, days=5))
    assert Grant.objects.filter(user=member.user).count() == 2


@pytest.mark.proves("ST-2")
def test_nobody_moves_staff_beyond_their_reach(signed_in, person, branch, other_branch):
    client = signed_in(person(branch, *ACTIONS))
    member = StaffMemberFactory(branch=other_branch)
    assert "outside your reach" in errors(move(client, member, branch))
    assert "outside your reach" in errors(leave(client, member))
    change = {"name": "远", "latin_name": "Far", "version": member.version}
    assert "outside your reach" in errors(send(client, f"{STAFF}{member.pk}/change/", **change))


@pytest.mark.proves("ST-2")
def test_a_planned_move_can_be_changed_until_it_begins(desk, officer, rules, branch, other_branch):
    member = joined(desk, branch)
    move(desk, member, other_branch, days=10)
    planned = member.assignments.latest("valid")
    url = f"/organisation/assignments/{planned.pk}/change/"
    form = desk.get(url)
    assert in_days(10).isoformat() in form.content.decode()
    sent = {"branch": branch.pk, "post": "sub_branch_head", "version": planned.version}
    for days in (4, 15):
        planned.refresh_from_db()
        sent |= {"first_day": in_days(days).isoformat(), "version": planned.version}
        assert send(desk, url, **sent).status_code == 302
        assert spans(member) == [
            ("wealth_manager", bank_today(), in_days(days)),
            ("sub_branch_head", in_days(days), None),
        ]
        grants = Grant.objects.filter(user=member.user).order_by("pk")
        assert [g.valid for g in grants] == [
            period(bank_today(), in_days(days)),
            period(in_days(days)),
        ]
        assert grants[1].branch == branch
    planned.refresh_from_db()
    sent["version"] = planned.version
    today = sent | {"first_day": bank_today().isoformat()}
    assert "begins after today" in errors(send(desk, url, **today))
    # a post that gives no right: what was planned is taken back and never was in force
    assert send(desk, url, **sent | {"post": "teller"}).status_code == 302
    live = Grant.objects.filter(user=member.user, valid__overlap=period(in_days(15)))
    assert not live.exists()
    with later(20):
        late = Client()
        late.force_login(officer)
        planned.refresh_from_db()
        sent["version"] = planned.version
        sent["first_day"] = in_days(3).isoformat()
        assert "has begun" in errors(send(late, url, **sent))


def test_the_database_lets_nobody_be_in_two_places(system, branch):
    member = StaffMemberFactory(branch=branch)
    StaffAssignmentFactory(member=member, valid=period(in_days(5), in_days(9)))
    with pytest.raises(IntegrityError, match="staff_assignment_one_at_a_time"):
        StaffAssignmentFactory(member=member, valid=period(in_days(8)))


# --- who reports to whom --------------------------------------------------------------------------


@pytest.mark.proves("ST-2")
def test_a_line_of_reporting_never_leads_back(desk, branch):
    top = StaffMemberFactory(branch=branch)
    middle = StaffMemberFactory(branch=branch, supervisor=top)
    below = StaffMemberFactory(branch=branch, supervisor=middle)
    said = errors(move(desk, top, branch, supervisor=below.pk))
    assert "directly or through others" in said
    assert move(desk, below, branch, supervisor=top.pk, days=10).status_code == 302
    # by then the one below reports to the top directly, and until then still through the middle
    assert move(desk, middle, branch, supervisor=below.pk, days=12).status_code == 302
    assert "through others" in errors(move(desk, top, branch, supervisor=middle.pk, days=1))


def test_a_plan_may_not_close_a_circle_on_a_later_day(desk, branch):
    first, second = StaffMemberFactory.create_batch(2, branch=branch)
    assert move(desk, first, branch, supervisor=second.pk, days=20).status_code == 302
    assert "through others" in errors(move(desk, second, branch, supervisor=first.pk, days=5))


@pytest.mark.proves("ST-2")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_close_a_circle_at_once_one_is_told(officer, branch):
    first, second = StaffMemberFactory.create_batch(2, branch=branch)
    client, codes = Client(), []
    client.force_login(officer)

    def act(member, above):
        try:
            codes.append(move(client, member, branch, supervisor=above.pk).status_code)
        finally:
            connections.close_all()

    pairs = [(first, second), (second, first)]
    threads = [threading.Thread(target=act, args=pair) for pair in pairs]
    with transaction.atomic():
        one_at_a_time()
        for thread in threads:
            thread.start()
        until(lambda: waiting() == 2)
    for thread in threads:
        thread.join()
    assert sorted(codes) == [302, 422]


# --- licences and skills --------------------------------------------------------------------------


@pytest.mark.proves("ST-3")
def test_licences_are_entered_and_those_that_expire_soon_are_found(desk, branch):
    member, other = StaffMemberFactory.create_batch(2, branch=branch)
    form = desk.get("/organisation/licences/add/", {"member": member.pk})
    assert member.latin_name in form.content.decode()
    facts = {"member": member.pk, "kind": "funds", "certificate": "A1", "issued_on": "2024-01-01"}
    soon = facts | {"expires_on": in_days(30).isoformat()}
    assert send(desk, "/organisation/licences/add/", **soon).status_code == 302
    LicenceFactory(member=other, expires_on=in_days(31))
    expired = LicenceFactory(member=other, expires_on=in_days(-1))
    LicenceFactory(member=other, expires_on=None)

    def listed(url, **asked):
        return [row.record for row in desk.get(url, asked).context["table"].rows]

    assert [row.certificate for row in listed("/organisation/licences/", expires="soon")] == ["A1"]
    assert listed("/organisation/licences/", expires="expired") == [expired]
    assert listed(STAFF, licence="soon") == [member]
    assert listed(STAFF, licence="expired") == [other]
    assert "expires on" in desk.get(f"{STAFF}{member.pk}/").content.decode()
    assert "expired on" in desk.get(f"{STAFF}{other.pk}/").content.decode()


@pytest.mark.proves("ST-3")
def test_licences_and_assignments_show_to_those_with_the_right_and_to_oneself(
    signed_in, person, branch
):
    colleague = person(branch, "staff.view_branch", "staff.view_staffmember")
    licence = LicenceFactory(member=colleague.staff_member)
    StaffAssignmentFactory(member=colleague.staff_member, decision="No. 4711")
    page = f"{STAFF}{colleague.staff_member.pk}/"
    own = signed_in(colleague).get(page).content.decode()
    other = signed_in(person(branch, "staff.view_branch", "staff.view_staffmember")).get(page)
    for shown in (licence.certificate, "No. 4711"):
        assert shown in own
        assert shown not in other.content.decode()


@pytest.mark.proves("ST-3")
def test_a_licence_that_contradicts_itself_or_another_is_refused(desk, branch):
    member = StaffMemberFactory(branch=branch)
    known = LicenceFactory(member=member)
    facts = {"member": member.pk, "kind": known.kind, "issued_on": "2024-01-01"}
    url = "/organisation/licences/add/"
    assert "entered already" in errors(send(desk, url, certificate=known.certificate, **facts))
    wrong = facts | {"certificate": "B1", "expires_on": "2023-12-31"}
    assert "expires after it is issued" in errors(send(desk, url, **wrong))
    ahead = facts | {"certificate": "B1", "issued_on": in_days(1).isoformat()}
    assert "Enter today or earlier" in errors(send(desk, url, **ahead))
    assert member.licences.count() == 1


def test_skills_are_chosen_from_the_bank_s_own(desk, branch):
    member = StaffMemberFactory(branch=branch)
    url = f"{STAFF}{member.pk}/change/"
    facts = {"name": "许诺", "latin_name": "Xu Nuo", "version": member.version}
    assert send(desk, url, skills=["english", "rural"], **facts).status_code == 302
    page = desk.get(f"{STAFF}{member.pk}/").content.decode()
    assert "English, Farming and villages" in page
    facts["version"] = 2
    assert "Select a valid choice" in errors(send(desk, url, skills=["magic"], **facts))


# --- leaving --------------------------------------------------------------------------------------


@pytest.mark.proves("ST-6")
def test_whoever_leaves_keeps_sign_in_and_rights_to_the_end_of_the_last_day(
    desk, rules, branch, signed_in
):
    member = joined(desk, branch)
    by_hand = GrantFactory(user=member.user, branch=branch)
    CustomerFactory(home_branch=branch, lead_manager=member)
    StaffMemberFactory(branch=branch, supervisor=member)
    marking(member.user)
    form = desk.get(f"{STAFF}{member.pk}/leave/").content.decode()
    for left in ("1 customer", "1 person who reports to them", "1 open job"):
        assert left in form
    assert leave(desk, member).status_code == 302
    AccountAdapter().set_password(member.user, "seven quiet herons wade")
    leaver = signed_in(member.user)
    with later(10):
        effective_today(timestamp=0)
        assert leaver.get("/customers/").status_code == 200
    with later(11):
        effective_today(timestamp=0)
        assert leaver.get("/customers/").headers["Location"].startswith("/account/login/")
        by_hand.refresh_from_db()
        assert by_hand.valid.upper == bank_today()
        assert spans(member) == [("wealth_manager", in_days(-11), bank_today())]
        assert not Grant.objects.filter(user=member.user, valid__contains=bank_today()).exists()
        shown = desk.get(f"{STAFF}lookup/", {"q": member.number, "action": "staff.add_licence"})
        assert member.latin_name not in shown.content.decode()


@pytest.mark.proves("ST-6")
def test_leaving_is_refused_where_it_contradicts(desk, officer, rules, branch, other_branch):
    member = joined(desk, branch)
    assert "cannot lie in the past" in errors(leave(desk, member, days=-1))
    assert "themselves" in errors(leave(desk, officer.staff_member))
    assert leave(desk, member, version=0).status_code == 409
    follower = StaffMemberFactory(branch=branch)
    assert move(desk, follower, branch, supervisor=member.pk, days=20).status_code == 302
    assert "is to report to them" in errors(leave(desk, member, days=10))
    assert move(desk, member, other_branch, days=30).status_code == 302
    assert "is planned from" in errors(leave(desk, member, days=25))
    member.refresh_from_db()
    assert member.leaves_on is None
    gone = joined(desk, branch, number="N00002", username="gone")
    assert leave(desk, gone, days=2).status_code == 302
    late = move(desk, follower, branch, "teller", supervisor=gone.pk, days=25)
    assert "has left by then" in errors(late)


def withdraw(client, assignment, reason="The branch stays as it is"):
    """Send the form that withdraws a planned assignment."""
    return send(client, f"/organisation/assignments/{assignment.pk}/withdraw/", reason=reason)


@pytest.mark.proves("ST-2")
def test_a_planned_move_is_withdrawn_and_the_assignment_before_goes_on(
    desk, rules, branch, other_branch
):
    member = joined(desk, branch)
    first = member.assignments.get()
    move(desk, member, other_branch)
    planned = member.assignments.get(branch=other_branch)
    gone = planned.grant
    page = desk.get(f"{STAFF}{member.pk}/").content.decode()
    assert f"/organisation/assignments/{planned.pk}/withdraw/" in page
    assert withdraw(desk, planned, reason="").status_code == 422
    assert withdraw(desk, planned).status_code == 302
    first.refresh_from_db()
    planned.refresh_from_db()
    gone.refresh_from_db()
    assert (first.valid.upper, first.grant.valid.upper) == (None, None)
    assert (planned.withdrawn_on, planned.grant) == (bank_today(), None)
    assert gone.valid.upper <= member.joined_on  # a right that nobody could use
    with later(days=30):
        effective.apply()
        member.refresh_from_db()
        assert (member.branch, member.post) == (branch, "wealth_manager")
        assert member.user.has_action("customers.view_customer")
    page = desk.get(f"{STAFF}{member.pk}/").content.decode()
    assert "Withdrawn" in page
    assert f"/organisation/assignments/{planned.pk}/withdraw/" not in page
    # and another move may be planned for the same days
    assert move(desk, member, other_branch).status_code == 302


@pytest.mark.proves("ST-2")
def test_what_has_begun_or_is_withdrawn_is_not_withdrawn(
    desk, signed_in, person, rules, branch, other_branch
):
    member = joined(desk, branch)
    begun = member.assignments.get()
    assert "has begun, or it is withdrawn already" in errors(withdraw(desk, begun))
    move(desk, member, other_branch)
    planned = member.assignments.get(branch=other_branch)
    far = signed_in(person(other_branch, *ACTIONS))
    assert "outside your reach" in errors(withdraw(far, planned))
    withdraw(desk, planned)
    assert "has begun, or it is withdrawn already" in errors(withdraw(desk, planned))
    planned.refresh_from_db()
    sent = {"branch": branch.pk, "post": "teller", "first_day": in_days(20).isoformat()}
    answer = send(
        desk, f"/organisation/assignments/{planned.pk}/change/", version=planned.version, **sent
    )
    assert "This assignment is withdrawn." in errors(answer)


def test_somebody_who_is_to_join_keeps_the_assignment_with_which_they_do(desk, rules, branch):
    join(desk, branch, joined_on=in_days(5).isoformat())
    planned = StaffMember.objects.get(number="N00001").assignments.get()
    assert "Nobody joins without an assignment." in errors(withdraw(desk, planned))


def test_after_a_withdrawal_the_same_right_given_by_hand_goes_on(desk, branch):
    right = PostRoleFactory(post="sub_branch_head", role=RoleFactory(), extent="branch")
    member = StaffMemberFactory(branch=branch)
    StaffAssignmentFactory(
        member=member, post="wealth_manager", valid=period(bank_today() - dt.timedelta(days=9))
    )
    by_hand = GrantFactory(user=member.user, role=right.role, branch=branch)
    move(desk, member, branch)
    by_hand.refresh_from_db()
    assert by_hand.valid.upper == in_days(10)
    assert withdraw(desk, member.assignments.get(valid__startswith=in_days(10))).status_code == 302
    by_hand.refresh_from_db()
    assert by_hand.valid.upper is None
