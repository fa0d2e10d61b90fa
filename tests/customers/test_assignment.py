"""Many customers given to another lead manager: those ticked, or all that a list holds."""

import uuid
from html import escape

import pytest

from crm.core.acting import acting
from crm.core.idempotency import FIELD
from crm.core.models import AuditEvent, Job, JobProgress
from customers.models import Customer
from tests.factories import CustomerFactory, StaffMemberFactory
from tests.jobs import work_off

RIGHTS = (
    "customers.view_customer",
    "customers.assign_customer",
    "staff.view_staffmember",
    "core.view_job",
)
PAGE = "/customers/assign/"


@pytest.fixture
def head(person, branch):
    return person(branch, *RIGHTS)


@pytest.fixture
def desk(signed_in, head):
    return signed_in(head)


@pytest.fixture
def successor(branch):
    return StaffMemberFactory(branch=branch, latin_name="Lu Ming")


@pytest.fixture
def customers(branch):
    manager = StaffMemberFactory(branch=branch)
    return [CustomerFactory(home_branch=branch, lead_manager=manager) for _ in range(4)]


def assign(desk, manager, **chosen):
    return desk.post(
        PAGE,
        {FIELD: str(uuid.uuid4()), "lead_manager": manager.pk, "reason": "Nachfolge", **chosen},
    )


def leads(*customers):
    return list(
        Customer.objects.filter(pk__in=[c.pk for c in customers])
        .order_by("pk")
        .values_list("lead_manager_id", flat=True)
    )


def progress(job):
    found = JobProgress.objects.get(job=job)
    return found.total, found.done, found.changed, found.refused


@pytest.mark.proves("CI-22")
def test_the_ticked_customers_get_the_new_manager_in_one_job(desk, head, successor, customers):
    first, _second, third, _fourth = customers
    old = first.lead_manager_id
    preview = desk.get(PAGE, {"sel": [first.pk, third.pk]}).content.decode()
    assert "Concerns 2 records." in preview
    answer = assign(desk, successor, sel=[first.pk, third.pk])
    job = Job.objects.get()
    assert answer.headers["Location"] == f"/system/jobs/{job.pk}/"
    assert leads(*customers) == [old] * 4
    work_off()
    assert leads(*customers) == [successor.pk, old, successor.pk, old]
    assert progress(job) == (2, 2, 2, 0)
    page = desk.get(answer.headers["Location"]).content.decode()
    assert "to Lu Ming" in page
    events = AuditEvent.objects.filter(table_name="customers_customer", operation="U")
    assert {(e.actor_id, e.reason) for e in events} == {(head.pk, "Nachfolge")}
    assert {e.subject_id for e in events} == {first.pk, third.pk}


@pytest.mark.proves("CI-22")
def test_all_that_the_list_holds_are_meant_beyond_its_page(desk, successor, customers, branch):
    kept = CustomerFactory(home_branch=branch, status=Customer.Status.DORMANT)
    chosen = {"sel": [customers[0].pk], "matching": "1", "list": "status=active&size=25"}
    assert "Concerns 4 records." in desk.get(PAGE, chosen).content.decode()
    assert assign(desk, successor, **chosen).status_code == 302
    work_off()
    assert leads(*customers) == [successor.pk] * 4
    assert leads(kept) == [None]
    assert progress(Job.objects.get()) == (4, 4, 4, 0)


@pytest.mark.proves("CI-22")
def test_what_is_out_of_reach_is_never_assigned(desk, successor, customers, other_branch):
    foreign = CustomerFactory(home_branch=other_branch)
    everyone = [foreign.pk, customers[0].pk]
    assert "Concerns 1 record." in desk.get(PAGE, {"sel": everyone}).content.decode()
    assert assign(desk, successor, sel=everyone).status_code == 302
    assert assign(desk, successor, matching="1", list="").status_code == 302
    work_off()
    assert leads(foreign) == [None]
    assert leads(*customers) == [successor.pk] * 4
    alone = assign(desk, successor, sel=[foreign.pk])
    assert alone.status_code == 422
    assert "Choose at least one customer." in alone.content.decode()


def test_a_customer_who_left_the_reach_meanwhile_is_refused_with_the_reason(
    desk, system, successor, customers, other_branch
):
    assign(desk, successor, sel=[c.pk for c in customers])
    moved = customers[0]
    with acting(by=system):
        Customer.objects.filter(pk=moved.pk).update(home_branch=other_branch, status="active")
    work_off()
    job = Job.objects.get()
    assert progress(job) == (4, 4, 3, 1)
    page = desk.get(f"/system/jobs/{job.pk}/").content.decode()
    assert "outside the reach of the person who started the job" in page
    assert "Outside your reach" in page
    assert moved.latin_name not in page


def test_a_relationship_that_has_ended_is_refused_by_name(desk, successor, customers, branch):
    ended = CustomerFactory(home_branch=branch, status=Customer.Status.CLOSED)
    assign(desk, successor, sel=[ended.pk, customers[0].pk])
    work_off()
    page = desk.get(f"/system/jobs/{Job.objects.get().pk}/").content.decode()
    assert "The relationship with the customer has ended." in page
    assert escape(ended.latin_name) in page
    assert leads(ended) == [None]


def test_a_manager_out_of_reach_is_refused_beside_the_field(desk, customers, other_branch):
    foreign = StaffMemberFactory(branch=other_branch)
    answer = assign(desk, foreign, sel=[customers[0].pk])
    assert answer.status_code == 422
    assert "lead_manager" in answer.context["form"].errors
    assert not Job.objects.exists()


@pytest.mark.proves("CI-22")
def test_an_assignment_is_taken_back_except_where_somebody_came_since(
    desk, system, successor, customers
):
    old = customers[0].lead_manager_id
    assign(desk, successor, sel=[c.pk for c in customers])
    work_off()
    third = StaffMemberFactory(branch=successor.branch)
    with acting(by=system):
        Customer.objects.filter(pk=customers[3].pk).update(lead_manager=third)
    job = Job.objects.get()
    desk.post(f"/system/jobs/{job.pk}/undo/", {FIELD: str(uuid.uuid4()), "reason": "Irrtum"})
    work_off()
    assert leads(*customers) == [old, old, old, third.pk]
    undone = Job.objects.get(undoes=job)
    assert progress(undone) == (4, 4, 3, 1)
    page = desk.get(f"/system/jobs/{undone.pk}/").content.decode()
    assert "Somebody else assigned the customer since then." in page


def test_who_may_not_assign_sees_no_boxes_and_no_page(signed_in, person, branch, customers):
    client = signed_in(person(branch, "customers.view_customer"))
    assert 'name="sel"' not in client.get("/customers/").content.decode()
    assert client.get(PAGE, {"sel": customers[0].pk}).status_code == 403
    assert client.post(PAGE, {"sel": customers[0].pk}).status_code == 403


def test_who_may_assign_ticks_rows_in_the_list(desk, customers):
    page = desk.get("/customers/").content.decode()
    assert page.count('name="sel"') == 4
    assert 'name="list" value=""' in page


@pytest.mark.parametrize("sel", ["", "x", "-1", "9" * 30, "²", "1\x00"])
def test_odd_keys_choose_nobody(desk, successor, customers, sel):
    assert assign(desk, successor, sel=[sel]).status_code == 422


@pytest.mark.parametrize(
    "address", ["status=nonsense", "%%%", "v=not-a-token", "after=x", "x" * 5000]
)
def test_an_odd_address_of_a_list_is_no_fault(desk, successor, customers, address):
    answer = assign(desk, successor, matching="1", list=address)
    assert answer.status_code in {302, 422}
    work_off()
