"""Nobody looks after themselves, those close to them or their own companies."""

import datetime as dt
import io
import uuid
from html import escape

import pytest
from django.db import DatabaseError, transaction

from crm.core.acting import acting
from crm.core.clock import bank_today
from crm.core.idempotency import FIELD
from crm.core.models import Approval, Job, JobRow
from customers import operations
from customers.imports.load import import_customers
from customers.imports.reader import read_table
from customers.models import ConflictOfInterest, Customer, HandedCustomer
from sysadmin.models import User, period
from tests import imports
from tests.customers.entries import change_form
from tests.customers.test_assignment import assign, leads
from tests.customers.test_ownership import ADD, sent
from tests.factories import (
    ApprovalPolicyFactory,
    ConflictFactory,
    CustomerFactory,
    GrantFactory,
    OwnershipFactory,
    RoleFactory,
    StaffMemberFactory,
)
from tests.jobs import work_off
from tests.matrix.subjects import enter_lines
from tests.staff.handing import proposed, step

KEEPER = [
    "customers.view_customer",
    "customers.view_conflictofinterest",
    "customers.add_conflictofinterest",
    "customers.end_conflictofinterest",
    "staff.view_staffmember",
]
RIGHTS = [
    "customers.view_customer",
    "customers.change_customer",
    "customers.assign_customer",
    "customers.import_customer",
    "customers.history_customer",
    "customers.add_ownership",
    "staff.view_staffmember",
    "core.view_job",
]
DECLARE = "/customers/conflicts/add/"
TODAY = period(bank_today())


@pytest.fixture
def keeper(person, bank):
    return person(bank, *KEEPER)


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
def close(branch):
    return StaffMemberFactory(branch=branch, latin_name="Qin Yue")


@pytest.fixture
def customer(branch, lead):
    return CustomerFactory(home_branch=branch, lead_manager=lead)


@pytest.fixture
def conflict(customer, close):
    return ConflictFactory(customer=customer, member=close, valid=TODAY)


TOLD = "A conflict of interest with this customer is declared for Qin Yue. Choose another."


def declared(customer, member, **changes):
    today = bank_today().isoformat()
    return {
        FIELD: str(uuid.uuid4()),
        "member": member.pk,
        "customer": customer.pk,
        "relation": "spouse",
        "first_day": today,
        "declared_on": today,
        "remark": "",
        "reason": "Selbstauskunft",
        **changes,
    }


@pytest.mark.proves("ST-12")
def test_a_conflict_is_declared_and_the_page_says_what_to_hand_over(
    signed_in, keeper, customer, lead
):
    entry = OwnershipFactory(customer=customer, member=lead, line="interbank", valid=TODAY)
    client = signed_in(keeper)
    answer = client.post(DECLARE, declared(customer, lead))
    row = ConflictOfInterest.objects.get()
    assert answer.headers["Location"] == f"/customers/conflicts/{row.pk}/"
    page = client.get(answer.headers["Location"])
    assert page.context["to_hand_over"].leads
    assert page.context["to_hand_over"].entries == [entry]
    told = "Lu Ming still leads this customer. Give the customer to another manager."
    assert told in page.content.decode()
    with acting(by=keeper):
        Customer.objects.filter(pk=customer.pk).update(lead_manager=None)
        type(entry).objects.filter(pk=entry.pk).update(is_withdrawn=True)
    assert not client.get(answer.headers["Location"]).context["to_hand_over"]


@pytest.mark.proves("ST-12")
def test_the_same_conflict_twice_and_one_of_tomorrow_are_refused(signed_in, keeper, conflict):
    client = signed_in(keeper)
    data = declared(conflict.customer, conflict.member)
    again = client.post(DECLARE, data)
    assert again.status_code == 422
    assert "This conflict of interest is declared already." in again.content.decode()
    tomorrow = (bank_today() + dt.timedelta(days=1)).isoformat()
    other = StaffMemberFactory(branch=conflict.member.branch)
    for field in ("first_day", "declared_on"):
        later = declared(conflict.customer, other, **{field: tomorrow})
        answer = client.post(DECLARE, later)
        told = "This day is still to come. Enter a day until today."
        assert answer.context["form"].errors[field] == [told]
    assert ConflictOfInterest.objects.count() == 1


@pytest.mark.proves("ST-12")
def test_whoever_is_close_can_neither_lead_nor_assist(desk, conflict):
    customer, close = conflict.customer, conflict.member
    form = change_form(customer, lead_manager=close.pk)
    answer = desk.post(f"/customers/{customer.pk}/change/", form)
    assert answer.status_code == 422
    assert answer.context["form"].errors["lead_manager"] == [TOLD]
    assert escape(TOLD) in answer.content.decode()
    answer = desk.post(ADD, sent(customer, close))
    assert answer.context["form"].errors["member"] == [TOLD]
    with acting(by=User.objects.get(is_system=True)):
        ConflictOfInterest.objects.filter(pk=conflict.pk).update(
            valid=period(bank_today() - dt.timedelta(days=9), bank_today())
        )
    assert desk.post(ADD, sent(customer, close)).status_code == 302


@pytest.mark.proves("ST-12")
def test_the_database_refuses_it_too(system, conflict):
    customer, close = conflict.customer, conflict.member
    for write in (
        lambda: Customer.objects.filter(pk=customer.pk).update(lead_manager=close),
        lambda: OwnershipFactory(customer=customer, member=close, valid=TODAY),
    ):
        with pytest.raises(DatabaseError) as refused, transaction.atomic(), acting(by=system):
            write()
        assert refused.value.__cause__.diag.constraint_name == "customers_conflict_of_interest"


def test_what_is_held_when_a_conflict_is_declared_can_be_ended(system, customer, close):
    entry = OwnershipFactory(customer=customer, member=close, valid=TODAY)
    ConflictFactory(customer=customer, member=close, valid=TODAY)
    with acting(by=system):
        type(entry).objects.filter(pk=entry.pk).update(
            valid=period(bank_today(), bank_today() + dt.timedelta(days=1))
        )
    entry.refresh_from_db()
    assert entry.last_day == bank_today()


@pytest.mark.proves("ST-12")
def test_many_at_once_leave_out_the_customer_in_conflict_and_say_why(desk, conflict, lead, branch):
    other = CustomerFactory(home_branch=branch, lead_manager=lead)
    customer, close = conflict.customer, conflict.member
    assign(desk, close, sel=[customer.pk, other.pk])
    work_off()
    assert leads(customer, other) == [lead.pk, close.pk]
    row = JobRow.objects.get(key=customer.pk)
    assert (row.outcome, row.cause) == (JobRow.Outcome.REFUSED, "conflict")
    page = desk.get(f"/system/jobs/{Job.objects.get().pk}/").content.decode()
    assert "A conflict of interest with the customer is declared for this manager." in page


@pytest.mark.proves("ST-12")
def test_an_import_refuses_the_row_with_its_cause(head, branch, lead, close):
    row = imports.row(branch, manager_no=lead.number)
    assert imported(head, row).created == 1
    customer = Customer.objects.get()
    ConflictFactory(customer=customer, member=close, valid=TODAY)
    report = imported(head, row | {"manager_no": close.number})
    assert [(f.code, f.column) for f in report.faults] == [("conflict_of_interest", "manager_no")]
    assert "A conflict of interest with the customer is declared" in report.faults[0].message
    assert leads(customer) == [lead.pk]
    assert imported(head, row | {"manager_no": ""}).updated == 1


def imported(by, row):
    content = imports.csv(row).encode()
    return import_customers(read_table(io.BytesIO(content), "customers.csv"), by=by)


@pytest.mark.proves("ST-12")
def test_nobody_decides_about_a_customer_to_whom_they_are_close(
    head, signed_in, branch, conflict, keyed
):
    decide = ["core.view_approval", "core.approve_approval"]
    policy = ApprovalPolicyFactory(operation="customers.close/1", role=RoleFactory(actions=decide))
    request = operations.close(conflict.customer, by=head, reason="weggezogen")
    told = "You have a conflict of interest with this customer. Somebody else decides."
    address = f"/system/approvals/{request.pk}/"
    for member, is_close in ((conflict.member, True), (StaffMemberFactory(branch=branch), False)):
        GrantFactory(user=member.user, role=policy.role, branch=branch, extent="branch")
        client = signed_in(member.user)
        assert (told in client.get(address).content.decode()) == is_close
        answer = client.post(f"{address}approve/", keyed(reason=""))
        if is_close:
            assert answer.status_code == 422
            assert told in answer.content.decode()
            assert Approval.objects.get().status == Approval.Status.PENDING
    assert "conflict of interest" not in client.get(address).content.decode()


@pytest.mark.proves("ST-12")
def test_managers_hear_nothing_of_conflicts(desk, signed_in, keeper, conflict):
    assert desk.get("/customers/conflicts/").status_code == 403
    assert desk.get(f"/customers/conflicts/{conflict.pk}/").status_code == 403
    history = desk.get(f"/customers/{conflict.customer.pk}/history/").content.decode()
    assert "conflict of interest" not in history
    assert conflict.remark not in history
    assert signed_in(keeper).get(f"/customers/conflicts/{conflict.pk}/").status_code == 200
    panel = f"/customers/conflicts/panel/customer/{conflict.customer.pk}/"
    page = f"/customers/{conflict.customer.pk}/"
    assert panel not in desk.get(page).content.decode()
    assert desk.get(panel).status_code == 403
    assert panel in signed_in(keeper).get(page).content.decode()
    assert "Qin Yue" in signed_in(keeper).get(panel).content.decode()


def test_a_conflict_ends_with_a_last_day(signed_in, keeper, conflict):
    client = signed_in(keeper)
    last = bank_today() + dt.timedelta(days=3)
    data = {FIELD: str(uuid.uuid4()), "version": 1, "last_day": last.isoformat(), "reason": "aus"}
    address = f"/customers/conflicts/{conflict.pk}/end/"
    assert client.post(address, data).status_code == 302
    conflict.refresh_from_db()
    assert conflict.last_day == last
    stale = client.post(address, data | {FIELD: str(uuid.uuid4())})
    assert stale.status_code == 409


@pytest.mark.proves("ST-12")
def test_a_handover_leaves_out_whom_the_successor_is_too_close_to(
    person, signed_in, branch, customer
):
    taker = person(branch, "staff.view_handover", "staff.accept_handover", extent="own")
    head = person(
        branch, "customers.view_customer", "customers.hand_over_customer", "staff.view_handover"
    )
    other = CustomerFactory(home_branch=branch, lead_manager=customer.lead_manager)
    ConflictFactory(customer=customer, member=taker.staff_member, valid=TODAY)
    handover = proposed(signed_in(head), taker.staff_member, member=customer.lead_manager_id)
    assert step(signed_in(taker), handover, "accept").status_code == 302
    assert leads(customer, other) == [customer.lead_manager_id, taker.staff_member.pk]
    assert HandedCustomer.objects.get(customer=customer).cause == HandedCustomer.Cause.CONFLICT
