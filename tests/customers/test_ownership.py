"""Who looks after a customer in which line of business, today, before and from some day on."""

import datetime as dt
import uuid
from contextlib import contextmanager
from html import escape

import pytest
from django.db import DatabaseError, connection, transaction

from crm.core.acting import acting
from crm.core.clock import bank_today, clock_at, now
from crm.core.idempotency import FIELD
from crm.core.models import AuditEvent
from customers.models import Customer, Ownership, OwnershipPeriod
from staff.models import StaffMember
from sysadmin.models import Grant, User, period
from tests.factories import CustomerFactory, HoldingFactory, OwnershipFactory, StaffMemberFactory
from tests.matrix.subjects import enter_lines

Role = Ownership.Role
TODAY = period(bank_today())
RIGHTS = [
    "customers.view_customer",
    "customers.view_ownership",
    "customers.add_ownership",
    "customers.end_ownership",
    "customers.withdraw_ownership",
    "staff.view_staffmember",
]
ADD = "/customers/managers/add/"


@pytest.fixture
def head(person, branch):
    return person(branch, *RIGHTS)


@pytest.fixture
def desk(signed_in, head):
    enter_lines()
    return signed_in(head)


@pytest.fixture
def lead(branch):
    return StaffMemberFactory(branch=branch, latin_name="Lu Ming")


@pytest.fixture
def helper(branch):
    return StaffMemberFactory(branch=branch, latin_name="Qin Yue")


@pytest.fixture
def customer(branch, lead):
    return CustomerFactory(home_branch=branch, lead_manager=lead)


def days(count):
    return bank_today() + dt.timedelta(days=count)


def give(customer, by, manager=None, *, after=0, **changes):
    """Another lead manager or branch, so many days from today."""
    changes |= {"lead_manager": manager} if manager else {}
    with clock_at(now() + dt.timedelta(days=after)), acting(by=by, reason="Nachfolge"):
        Customer.objects.filter(pk=customer.pk).update(**changes)


def history(customer):
    rows = Ownership.objects.filter(customer=customer).order_by("valid")
    return [(row.member_id, row.branch_id, row.valid.lower, row.valid.upper) for row in rows]


@pytest.mark.proves("CI-17")
def test_the_database_keeps_who_led_a_customer_and_where_until_which_day(
    head, branch, other_branch
):
    first, second = StaffMemberFactory(branch=branch), StaffMemberFactory(branch=branch)
    customer = CustomerFactory(home_branch=branch, lead_manager=first)
    assert history(customer) == []
    give(customer, head, second, after=10)
    give(customer, head, after=30, home_branch=other_branch)
    give(customer, head, after=40, name="王同")
    assert history(customer) == [
        (first.pk, branch.pk, days(0), days(10)),
        (second.pk, branch.pk, days(10), days(30)),
    ]
    customer.refresh_from_db()
    assert customer.managed_since == days(30)
    on = {
        day: OwnershipPeriod.objects.filter(customer=customer).on(days(day)).get().member_id
        for day in (0, 9, 10, 29, 30, 400)
    }
    assert on == {
        0: first.pk, 9: first.pk, 10: second.pk, 29: second.pk, 30: second.pk, 400: second.pk,
    }  # fmt: skip


def test_hands_that_change_twice_on_one_day_leave_no_empty_period(head, branch):
    first, second, third = (StaffMemberFactory(branch=branch) for _ in range(3))
    customer = CustomerFactory(home_branch=branch, lead_manager=first)
    give(customer, head, second)
    assert history(customer) == []
    give(customer, head, third, after=5)
    give(customer, head, first, after=5)
    assert history(customer) == [(second.pk, branch.pk, days(0), days(5))]
    assert OwnershipPeriod.objects.filter(customer=customer).on(days(5)).get().member == first


def test_many_at_once_are_kept_in_one_statement_and_the_pool_is_part_of_the_history(head, branch):
    manager = StaffMemberFactory(branch=branch)
    customers = [CustomerFactory(home_branch=branch, lead_manager=None) for _ in range(3)]
    with clock_at(now() + dt.timedelta(days=1)), acting(by=head):
        Customer.objects.filter(pk__in=[c.pk for c in customers]).update(lead_manager=manager)
    assert [history(c) for c in customers] == [[(None, branch.pk, days(0), days(1))]] * 3


COPIED = """
insert into customers_ownership (id, created_at, updated_at, version, customer_id, line, role,
    member_id, branch_id, valid, is_withdrawn, is_main)
select -id, created_at, updated_at, version, customer_id, line, role, member_id, branch_id,
    '[2001-01-01,2001-02-01)', false, {is_main}
from customers_ownership
"""


@pytest.mark.parametrize(
    "statement",
    [
        "update customers_ownership set valid = daterange('2020-01-01', null) where is_main",
        "delete from customers_ownership where is_main",
        COPIED.format(is_main="true"),
        COPIED.format(is_main="false"),
    ],
)
@pytest.mark.proves("CI-17")
def test_nobody_writes_the_history_of_the_main_line_by_hand(head, branch, statement):
    customer = CustomerFactory(home_branch=branch, lead_manager=StaffMemberFactory(branch=branch))
    give(customer, head, StaffMemberFactory(branch=branch), after=3)
    before = history(customer)
    with refused_by("customers_ownership_main_line"), acting(by=head):
        connection.cursor().execute(statement)
    assert history(customer) == before


def test_a_change_of_hands_needs_to_know_the_banks_day(head, branch):
    customer = CustomerFactory(home_branch=branch)
    context = f'{{"actor": {head.pk}, "reason": ""}}'
    with pytest.raises(DatabaseError, match="which day it is"), transaction.atomic():  # noqa: PT012
        with connection.cursor() as cursor:
            cursor.execute("select set_config('meridian.context', %s, true)", [context])
        Customer.objects.filter(pk=customer.pk).update(
            lead_manager=StaffMemberFactory(branch=branch)
        )


# --- pages -----------------------------------------------------------------------------


@pytest.mark.proves("CI-17")
def test_the_customers_page_tells_who_leads_who_assists_and_who_did_before(
    desk, head, branch, other_branch, customer, lead, helper
):
    give(customer, head, helper, after=-40, home_branch=other_branch)
    give(customer, head, after=-30, home_branch=branch)
    give(customer, head, lead, after=-10)
    OwnershipFactory(customer=customer, member=helper, valid=TODAY)
    OwnershipFactory(customer=customer, member=helper, line="interbank")
    page = desk.get(f"/customers/{customer.pk}/managers/").content.decode()
    for told in ("Retail", "Private banking", "Assists", "Lu Ming", "Qin Yue", "Planned"):
        assert told in page
    hands = desk.get(f"/customers/{customer.pk}/managers/").context["hands"]
    assert [(one.member, one.first) for one in hands.today] == [
        (lead, days(-10)),
        (helper, days(0)),
    ]
    assert [(one.member, one.first) for one in hands.ahead] == [(helper, days(1))]
    assert [(one.member, one.first, one.beyond) for one in hands.earlier] == [
        (helper, days(-40), days(-10))
    ]
    assert [(one.branch, one.first) for one in hands.branches] == [
        (branch, days(-30)),
        (other_branch, days(-40)),
    ]
    address = f"/customers/{customer.pk}/managers/"
    card = desk.get(address, headers={"HX-Request": "true"})
    assert "<html" not in card.content.decode()
    assert address in desk.get(f"/customers/{customer.pk}/").content.decode()


def test_the_managers_of_a_customer_are_read_in_a_fixed_number_of_statements(
    desk, head, customer, helper, django_assert_max_num_queries
):
    for after in (-30, -20, -10):
        give(customer, head, StaffMemberFactory(branch=helper.branch), after=after)
        OwnershipFactory(customer=customer, member=StaffMemberFactory(branch=helper.branch))
    desk.get(f"/customers/{customer.pk}/managers/")
    with django_assert_max_num_queries(9):
        desk.get(f"/customers/{customer.pk}/managers/")


def test_the_managers_of_a_customer_out_of_reach_are_not_told(desk, other_branch):
    foreign = CustomerFactory(home_branch=other_branch)
    assert desk.get(f"/customers/{foreign.pk}/managers/").status_code == 404


# --- entering --------------------------------------------------------------------------


def sent(customer, member, **changes):
    return {
        FIELD: str(uuid.uuid4()),
        "customer": customer.pk,
        "role": "assisting",
        "line": "private_banking",
        "member": member.pk,
        "first_day": days(0).isoformat(),
        "last_day": "",
        "reason": "Anlage beraten",
        **changes,
    }


def refused(answer, sentence, field):
    assert answer.status_code == 422
    assert [str(e) for e in answer.context["form"].errors.get(field, [])] == [sentence]
    assert escape(sentence) in answer.content.decode()


@pytest.mark.proves("CI-17")
def test_somebody_is_entered_who_assists_from_a_day_until_another(desk, head, customer, helper):
    form = desk.get(f"{ADD}?customer={customer.pk}").content.decode()
    assert customer.latin_name in form
    data = sent(customer, helper, last_day=days(30).isoformat())
    answer = desk.post(ADD, data)
    assert answer.headers["Location"] == f"/customers/{customer.pk}/managers/"
    row = Ownership.objects.get()
    assert (row.member, row.line, row.role, row.branch) == (
        helper, "private_banking", Role.ASSISTING, helper.branch,
    )  # fmt: skip
    assert (row.valid.lower, row.last_day) == (days(0), days(30))
    event = AuditEvent.objects.filter(table_name="customers_ownership").get()
    assert (event.actor_id, event.reason, event.subject_id) == (
        head.pk, "Anlage beraten", customer.pk,
    )  # fmt: skip
    assert desk.post(ADD, data).headers["Location"] == answer.headers["Location"]
    assert Ownership.objects.count() == 1


@pytest.mark.proves("CI-17")
def test_another_line_has_one_lead_at_a_time(desk, customer, lead, helper):
    first = sent(customer, helper, role="lead", last_day=days(9).isoformat())
    assert desk.post(ADD, first).status_code == 302
    second = sent(customer, lead, role="lead", first_day=days(5).isoformat())
    told = Ownership.objects.get().shown_period
    refused(desk.post(ADD, second), f"Qin Yue leads this line, {told}. End that first.", "line")
    later = sent(customer, lead, role="lead", first_day=days(10).isoformat())
    assert desk.post(ADD, later).status_code == 302
    assert Ownership.objects.count() == 2


@pytest.mark.proves("CI-17")
@pytest.mark.parametrize(
    ("changes", "sentence", "field"),
    [
        (
            {"role": "lead", "line": "retail"},
            "This is the main line: change the lead manager of the customer instead.",
            "line",
        ),
        (
            {"first_day": days(-1).isoformat()},
            "This cannot begin in the past. Enter today or later.",
            "first_day",
        ),
        (
            {"first_day": days(5).isoformat(), "last_day": days(4).isoformat()},
            "The last day is before the first. Enter a later day.",
            "last_day",
        ),
    ],
)
def test_what_cannot_be_entered_is_refused_beside_its_field(
    desk, customer, helper, changes, sentence, field
):
    refused(desk.post(ADD, sent(customer, helper, **changes)), sentence, field)
    assert not Ownership.objects.exists()


def test_the_same_person_twice_in_a_line_is_refused(desk, customer, lead, helper):
    own = sent(customer, lead, line="retail")
    refused(desk.post(ADD, own), "Lu Ming leads the customer in this line already.", "member")
    assert desk.post(ADD, sent(customer, helper)).status_code == 302
    told = Ownership.objects.get().shown_period
    again = sent(customer, helper, role="lead", first_day=days(3).isoformat())
    refused(
        desk.post(ADD, again),
        f"Qin Yue looks after the customer in this line already, {told}.",
        "member",
    )


def test_somebody_who_has_left_by_then_is_refused(desk, head, customer, helper):
    with acting(by=head):
        StaffMember.objects.filter(pk=helper.pk).update(leaves_on=days(5))
    planned = sent(customer, helper, first_day=days(6).isoformat())
    refused(desk.post(ADD, planned), "Qin Yue has left by then. Choose somebody else.", "member")
    assert desk.post(ADD, sent(customer, helper)).status_code == 302


@pytest.mark.proves("SY-2")
def test_neither_a_customer_nor_a_member_out_of_reach_can_be_chosen(
    desk, customer, helper, other_branch
):
    foreign = CustomerFactory(home_branch=other_branch)
    stranger = StaffMemberFactory(branch=other_branch)
    told = "Choose one of the entries offered."
    refused(desk.post(ADD, sent(foreign, helper)), told, "customer")
    refused(desk.post(ADD, sent(customer, stranger)), told, "member")
    assert not Ownership.objects.exists()


@contextmanager
def refused_by(constraint):
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        yield
    assert refusal.value.__cause__.diag.constraint_name == constraint


def test_two_leads_at_the_same_time_are_refused_by_the_database(customer, lead, helper):
    OwnershipFactory(customer=customer, member=helper, role=Role.LEAD)
    with refused_by("customers_ownership_one_lead"):
        OwnershipFactory(customer=customer, member=lead, role=Role.LEAD)
    OwnershipFactory(customer=customer, member=helper, line="interbank")
    with refused_by("customers_ownership_assists_once"):
        OwnershipFactory(customer=customer, member=helper, line="interbank")
    with refused_by("customers_ownership_not_empty"):
        OwnershipFactory(customer=customer, member=lead, valid=period(days(3), days(3)))


# --- ending ----------------------------------------------------------------------------


def end(desk, row, day, version=None):
    data = {
        FIELD: str(uuid.uuid4()),
        "version": version or row.version,
        "last_day": day.isoformat(),
        "reason": "fertig",
    }
    return desk.post(f"/customers/managers/{row.pk}/end/", data)


@pytest.mark.proves("CI-17")
def test_an_entry_ends_with_a_last_day_and_a_stale_form_is_told_so(desk, customer, helper):
    row = OwnershipFactory(customer=customer, member=helper, valid=period(days(-9)))
    assert "Enter the last day" in desk.get(f"/customers/managers/{row.pk}/").content.decode()
    refused(
        end(desk, row, days(-1)),
        "The last day cannot lie in the past. Enter today or later.",
        "last_day",
    )
    assert end(desk, row, days(7)).status_code == 302
    stale = end(desk, row, days(3), version=1)
    assert stale.status_code == 409
    row.refresh_from_db()
    assert (row.last_day, row.version) == (days(7), 2)


def withdraw(desk, row):
    data = {FIELD: str(uuid.uuid4()), "reason": "doch nicht"}
    return desk.post(f"/customers/managers/{row.pk}/withdraw/", data)


def test_what_has_not_begun_is_withdrawn_and_makes_room(desk, customer, lead, helper):
    row = OwnershipFactory(customer=customer, member=helper, role=Role.LEAD)
    assert withdraw(desk, row).status_code == 302
    assert not OwnershipPeriod.objects.filter(customer=customer, is_main=False).exists()
    again = sent(customer, lead, role="lead", first_day=days(1).isoformat())
    assert desk.post(ADD, again).status_code == 302
    begun = OwnershipFactory(customer=customer, member=helper, line="corporate", valid=TODAY)
    refused(withdraw(desk, begun), "This has begun, or it is withdrawn already.", "__all__")


# --- reach -----------------------------------------------------------------------------

LOOK = ["customers.view_customer", "customers.view_holding", "staff.view_staffmember"]


@pytest.fixture
def manager(person, branch):
    return person(branch, *LOOK, extent=Grant.Reach.OWN)


def sees(client, customer):
    """Whether each of the ways to a customer leads to them."""
    name = customer.latin_name
    hits = client.post("/palette/", {"q": customer.name}).content.decode()
    listed = client.get("/customers/", {"size": "100"}).content.decode()
    found = client.post("/customers/find/", {"q": customer.name})
    return {
        "page": client.get(f"/customers/{customer.pk}/").status_code == 200,
        "holdings": client.get(f"/customers/{customer.pk}/holdings/").status_code == 200,
        "list": name in listed,
        "count": client.get("/customers/count/").context["count"].n > 0,
        "box": name in hits,
        "found": name in client.get(found.headers["Location"]).content.decode(),
        "look-up": name in client.post("/customers/lookup/", {"q": customer.name}).content.decode(),
    }


@pytest.mark.proves("SY-2")
@pytest.mark.parametrize("role", Role.values)
def test_those_who_assist_today_reach_the_customer_as_their_own(signed_in, manager, customer, role):
    HoldingFactory(customer=customer)
    client = signed_in(manager)
    assert set(sees(client, customer).values()) == {False}
    OwnershipFactory(
        customer=customer, member=manager.staff_member, role=role, valid=period(days(0), days(1))
    )
    assert set(sees(client, customer).values()) == {True}
    with clock_at(now() + dt.timedelta(days=1)):
        assert not Customer.objects.permitted(User.objects.get(pk=manager.pk)).exists()


@pytest.mark.proves("SY-2")
def test_a_plan_and_a_withdrawn_entry_give_nothing(signed_in, manager, customer):
    member = manager.staff_member
    OwnershipFactory(customer=customer, member=member)
    OwnershipFactory(customer=customer, member=member, valid=period(days(-9), days(0)))
    OwnershipFactory(customer=customer, member=member, valid=TODAY, is_withdrawn=True)
    assert set(sees(signed_in(manager), customer).values()) == {False}


@pytest.mark.proves("SY-2")
def test_the_leader_of_a_team_reaches_whom_the_team_assists(
    signed_in, person, branch, customer, helper, head
):
    leader = person(branch, *LOOK, extent=Grant.Reach.TEAM)
    OwnershipFactory(customer=customer, member=helper, valid=TODAY)
    client = signed_in(leader)
    assert not sees(client, customer)["page"]
    with acting(by=head):
        StaffMember.objects.filter(pk=helper.pk).update(supervisor=leader.staff_member)
    HoldingFactory(customer=customer)
    assert set(sees(client, customer).values()) == {True}


def test_a_manager_who_assists_nobody_reads_the_list_along_one_index(manager, customer):
    rows = Customer.objects.permitted(manager)
    assert "union" not in str(rows.query).lower()
    OwnershipFactory(customer=customer, member=manager.staff_member, valid=TODAY)
    rows = Customer.objects.permitted(User.objects.get(pk=manager.pk))
    assert "union" in str(rows.query).lower()
    assert "or" not in str(rows.query).lower().split()


def test_whoever_leaves_is_told_whom_they_assist(signed_in, person, bank, customer, helper):
    OwnershipFactory(customer=customer, member=helper)
    OwnershipFactory(customer=customer, member=helper, line="interbank", valid=TODAY)
    OwnershipFactory(customer=customer, member=helper, line="retail", is_withdrawn=True)
    client = signed_in(person(bank, "staff.view_staffmember", "staff.leave_staffmember"))
    page = client.get(f"/organisation/staff/{helper.pk}/leave/").content.decode()
    assert "2 customers whom they assist or lead in another line" in page
