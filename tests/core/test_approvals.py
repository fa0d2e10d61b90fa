"""Maker and checker: held back by a policy, asked for, decided by a second person, carried out."""

import datetime as dt
import threading
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from crm.core.acting import acting
from crm.core.approvals import policies_for, reached
from crm.core.idempotency import FIELD
from crm.core.models import Approval, AuditEvent
from crm.core.tasks import housekeeping
from customers import operations
from customers.models import Customer, IdentityDocument
from sysadmin.models import Grant, system_user
from tests.deciding import DECIDE, INBOX, LIST, MAKE, change, close, decide, decider
from tests.factories import (
    ApprovalPolicyFactory,
    CustomerFactory,
    GrantFactory,
    RoleFactory,
    StaffMemberFactory,
    resident_id,
)
from tests.jobs import work_off


def status_of(customer):
    return Customer.objects.get(pk=customer.pk).status


@pytest.mark.proves("SY-6")
@pytest.mark.proves("CI-18")
def test_what_a_policy_holds_back_waits_for_a_second_person_who_carries_it_out(
    signed_in, maker, checker, held_back, customer
):
    held_back("customers.close/1")
    desk = signed_in(maker)
    answer = close(desk, customer)
    assert answer.headers["Location"] == f"/customers/{customer.pk}/"
    page = desk.get(f"/customers/{customer.pk}/").content.decode()
    assert "waits for a second person" in page
    assert status_of(customer) == "active"
    request = Approval.objects.get()
    assert (request.maker, request.reason, request.status) == (maker, "because", "pending")
    other = signed_in(checker)
    inbox = other.get(f"{INBOX}?decide=true").content.decode()
    assert "Closing of a customer" in inbox
    assert "Wang Meihua" in inbox
    shown = other.get(f"{INBOX}{request.pk}/").content.decode()
    assert "Active" in shown
    assert "Closed" in shown
    assert decide(other, "approve").status_code == 302
    assert status_of(customer) == "closed"
    request.refresh_from_db()
    assert (request.status, request.checker, request.remark) == ("approved", checker, "seen")
    event = AuditEvent.objects.filter(table_name="customers_customer").latest("id")
    assert event.actor == checker
    gone = desk.get(f"/customers/{customer.pk}/").content.decode()
    assert "a second person (" not in gone


def test_without_a_policy_in_force_it_simply_happens(signed_in, maker, held_back, customer):
    held_back("customers.close/1", is_active=False)
    close(signed_in(maker), customer)
    assert status_of(customer) == "closed"
    assert not Approval.objects.exists()


@pytest.mark.proves("SY-6")
def test_nobody_decides_on_their_own_request_even_with_both_roles(
    signed_in, maker, deciders, branch, held_back, customer
):
    held_back("customers.close/1")
    GrantFactory(user=maker, role=deciders, branch=branch)
    desk = signed_in(maker)
    close(desk, customer)
    page = desk.get(f"{INBOX}{Approval.objects.get().pk}/").content.decode()
    assert "Nobody decides on their own request." in page
    assert "/approve/" not in page
    for verb in ("approve", "reject", "send_back"):
        answer = decide(desk, verb)
        assert answer.status_code == 422
        assert "Nobody decides on their own request." in answer.content.decode()
    assert Approval.objects.get().status == "pending"
    assert status_of(customer) == "active"


def test_the_database_itself_refuses_a_maker_as_second_person(maker, held_back, customer):
    held_back("customers.close/1")
    request = operations.close(customer, by=maker, reason="x")
    with pytest.raises(Exception, match="core_approval_second_person"), acting(by=system_user()):
        Approval.objects.filter(pk=request.pk).update(checker=maker, status="approved")


@pytest.mark.proves("SY-6")
def test_who_may_not_see_the_request_that_waits_is_led_nowhere(
    signed_in, maker, held_back, customer, person, branch
):
    held_back("customers.close/1")
    close(signed_in(maker), customer)
    other = person(branch, "customers.view_customer", "customers.close_customer")
    said = close(signed_in(other), customer).content.decode()
    assert "The same is waiting for a second person already." in said
    assert INBOX not in said


@pytest.mark.proves("SY-6")
def test_a_second_request_for_the_same_thing_is_refused(signed_in, maker, held_back, customer):
    held_back("customers.close/1")
    desk = signed_in(maker)
    close(desk, customer)
    again = close(desk, customer)
    assert again.status_code == 422
    said = again.content.decode()
    assert "The same is waiting for a second person already." in said
    assert f'<a href="{INBOX}{Approval.objects.get().pk}/">Look at that request.</a>' in said


def test_only_the_role_of_the_policy_decides(signed_in, maker, held_back, customer, branch):
    held_back("customers.close/1")
    close(signed_in(maker), customer)
    stranger = decider(branch, RoleFactory(actions=list(DECIDE)))
    answer = decide(signed_in(stranger), "approve")
    assert answer.status_code == 422
    assert "This is decided by" in answer.content.decode()
    assert status_of(customer) == "active"


def test_a_request_out_of_reach_is_not_there(
    signed_in, maker, deciders, held_back, customer, other_branch
):
    held_back("customers.close/1")
    close(signed_in(maker), customer)
    far = signed_in(decider(other_branch, deciders))
    assert decide(far, "approve").status_code == 404
    assert far.get(f"{INBOX}{Approval.objects.get().pk}/").status_code == 404
    assert (
        "Closing of a customer"
        not in far.get(f"{INBOX}?sort=oldest").content.decode().partition("<tbody")[2]
    )


@pytest.mark.parametrize(("verb", "status"), [("reject", "rejected"), ("send_back", "returned")])
def test_a_refused_request_changes_nothing_and_tells_why(
    signed_in, maker, checker, held_back, customer, verb, status
):
    held_back("customers.close/1")
    close(signed_in(maker), customer)
    other = signed_in(checker)
    assert decide(other, verb, reason="").status_code == 422
    decide(other, verb, reason="no letter on file")
    request = Approval.objects.get()
    assert (request.status, request.remark) == (status, "no letter on file")
    assert status_of(customer) == "active"
    page = signed_in(maker).get(f"{INBOX}{request.pk}/").content.decode()
    assert "no letter on file" in page
    late = decide(other, "approve")
    assert "has been decided already" in late.content.decode()
    assert close(signed_in(maker), customer).status_code == 302  # it may be asked for again


def test_a_request_is_withdrawn_by_its_maker_alone(
    signed_in, maker, checker, branch, held_back, customer, person
):
    held_back("customers.close/1")
    close(signed_in(maker), customer)
    colleague = signed_in(person(branch, *MAKE))
    assert "Only those who asked" in decide(colleague, "withdraw").content.decode()
    assert decide(signed_in(maker), "withdraw").status_code == 302
    assert Approval.objects.get().status == "withdrawn"
    assert decide(signed_in(checker), "approve").status_code == 422


def test_a_request_is_closed_as_overtaken_when_the_facts_have_moved(
    signed_in, maker, checker, held_back, customer
):
    policy = held_back("customers.close/1")
    close(signed_in(maker), customer)
    with acting(by=system_user()):
        policy.is_active = False
        policy.save()
    Customer.objects.get(pk=customer.pk)
    close(signed_in(maker), customer)
    assert status_of(customer) == "closed"
    other = signed_in(checker)
    decide(other, "approve")
    request = Approval.objects.get()
    assert request.status == "overtaken"
    page = other.get(f"{INBOX}{request.pk}/").content.decode()
    assert "is not carried out. Status now: Overtaken." in page


def test_a_change_elsewhere_on_the_record_does_not_overtake_a_request(
    signed_in, maker, checker, held_back, customer
):
    held_back("customers.identify/1")
    desk = signed_in(maker)
    change(desk, customer, latin_name="Wang Mei-hua")
    customer.refresh_from_db()
    change(desk, customer, city="宁波")
    customer.refresh_from_db()
    assert (customer.city, customer.latin_name) == ("宁波", "Wang Meihua")
    decide(signed_in(checker), "approve")
    customer.refresh_from_db()
    assert (customer.city, customer.latin_name) == ("宁波", "Wang Mei-hua")


@pytest.mark.proves("CI-18")
def test_of_a_form_only_what_is_sensitive_waits(
    signed_in, maker, checker, held_back, customer, branch
):
    held_back("customers.identify/1")
    desk = signed_in(maker)
    manager = StaffMemberFactory(branch=branch)
    assert "who reads this" in desk.get(f"/customers/{customer.pk}/change/").content.decode()
    values = {"name": "王美桦", "latin_name": "", "city": "宁波", "lead_manager": manager.pk}
    answer = change(desk, customer, **values, why="as in the household register")
    assert answer.status_code == 302
    assert "Everything else is saved." in desk.get(LIST).content.decode()
    customer.refresh_from_db()
    assert (customer.name, customer.city, customer.lead_manager) == ("王美华", "宁波", None)
    page = signed_in(checker).get(f"{INBOX}{Approval.objects.get().pk}/").content.decode()
    assert "as in the household register" in page
    assert "王美桦" in page
    assert "王美华" in page
    assert str(manager) in page
    decide(signed_in(checker), "approve")
    customer.refresh_from_db()
    assert (customer.name, customer.lead_manager) == ("王美桦", manager)
    assert customer.latin_name == "Wang Meihua"


def test_what_the_operation_refuses_is_said_to_the_maker_at_once(
    signed_in, maker, held_back, customer
):
    held_back("customers.identify/1")
    answer = change(signed_in(maker), customer, name="王\u202e美华")
    assert answer.status_code == 422
    assert not Approval.objects.exists()


@pytest.mark.proves("CI-18")
def test_a_new_identity_document_waits_and_its_number_rests_sealed(
    signed_in, maker, checker, held_back, branch
):
    customer = CustomerFactory(home_branch=branch)
    held_back("customers.add_document/1")
    number = resident_id()
    sent = {
        FIELD: str(uuid.uuid4()),
        "document_kind": "resident_id",
        "document_country": "CN",
        "document_number": number,
        "valid_until": "2035-01-31",
    }
    before = IdentityDocument.objects.filter(customer=customer).count()
    assert (
        signed_in(maker).post(f"/customers/{customer.pk}/documents/add/", sent).status_code == 302
    )
    request = Approval.objects.get()
    assert number not in str(request.arguments) + str(request.changes)
    assert number.encode() not in bytes(request.sealed)
    page = signed_in(checker).get(f"{INBOX}{request.pk}/").content.decode()
    assert number not in page
    assert number[-4:] in page
    decide(signed_in(checker), "approve")
    assert IdentityDocument.objects.filter(customer=customer).count() == before + 1
    taken = CustomerFactory(home_branch=branch)
    sent[FIELD] = str(uuid.uuid4())
    refused = signed_in(maker).post(f"/customers/{taken.pk}/documents/add/", sent)
    assert "Another customer already has this identity number." in refused.content.decode()


def test_a_maker_who_may_no_longer_do_it_stops_the_request(
    signed_in, maker, checker, held_back, customer
):
    held_back("customers.close/1")
    close(signed_in(maker), customer)
    with acting(by=system_user()):
        role = maker.grants.get().role
        role.actions = ["customers.view_customer"]
        role.save()
    answer = decide(signed_in(checker), "approve")
    assert answer.status_code == 422
    assert "may no longer do this" in answer.content.decode()
    assert status_of(customer) == "active"


def test_what_nobody_decides_in_time_expires(signed_in, maker, checker, held_back, customer):
    held_back("customers.close/1", days=3)
    close(signed_in(maker), customer)
    request = Approval.objects.get()
    assert request.expires_at.date() == (timezone.now() + dt.timedelta(days=3)).date()
    with acting(by=system_user()):
        Approval.objects.update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    assert "has expired" in decide(signed_in(checker), "approve").content.decode()
    housekeeping(0)
    assert Approval.objects.get().status == "expired"
    assert status_of(customer) == "active"


def test_a_grant_waits_and_begins_when_approved(signed_in, branch, bank, held_back, deciders):
    held_back("sysadmin.give/1")
    admin = StaffMemberFactory(branch=bank).user
    see = ["sysadmin.view_user", "sysadmin.view_role", "sysadmin.view_grant", "sysadmin.add_grant"]
    GrantFactory(user=admin, role=RoleFactory(actions=[*see, *MAKE]), branch=bank, extent="bank")
    checker = StaffMemberFactory(branch=bank).user
    GrantFactory(user=checker, role=deciders, branch=bank, extent="bank")
    person = StaffMemberFactory(branch=branch).user
    role = RoleFactory(name="Teller")
    sent = {
        FIELD: str(uuid.uuid4()),
        "user": person.pk,
        "role": role.pk,
        "branch": branch.pk,
        "extent": "branch",
        "first_day": timezone.localdate().isoformat(),
        "last_day": "",
    }
    assert signed_in(admin).post("/system/grants/add/", sent).status_code == 302
    assert not Grant.objects.filter(user=person).exists()
    page = signed_in(checker).get(f"{INBOX}{Approval.objects.get().pk}/").content.decode()
    assert "Teller" in page
    assert str(branch) in page
    decide(signed_in(checker), "approve")
    given = Grant.objects.get(user=person)
    assert (given.role, given.extent, given.valid.upper) == (role, "branch", None)


@pytest.mark.django_db(transaction=True)
def test_of_fifty_who_decide_at_once_one_wins_and_it_happens_once(
    signed_in, maker, deciders, branch, held_back, customer
):
    held_back("customers.close/1")
    close(signed_in(maker), customer)
    desks = [signed_in(decider(branch, deciders)) for _ in range(50)]
    answers, gate = [], threading.Barrier(10)

    def work(mine):
        try:
            gate.wait()
            answers.extend([decide(desk, "approve").status_code for desk in mine])
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(desks[n::10],)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [302, *[422] * 49]
    assert status_of(customer) == "closed"
    events = AuditEvent.objects.filter(table_name="customers_customer", operation="U")
    assert events.count() == 1


@pytest.mark.proves("SY-6")
def test_policies_are_made_and_changed_on_their_pages(signed_in, person, bank):
    rights = ("view", "add", "change")
    desk = signed_in(
        person(
            bank, *(f"core.{r}_approvalpolicy" for r in rights), "sysadmin.view_role", extent="bank"
        )
    )
    role = RoleFactory(actions=["core.approve_approval"])
    sent = {
        "operation": "customers.close/1",
        "from_amount": "",
        "role": role.pk,
        "days": 7,
        "is_active": "on",
    }
    first = desk.post("/system/policies/add/", sent | {FIELD: str(uuid.uuid4())})
    assert first.status_code == 302
    twice = desk.post("/system/policies/add/", sent | {FIELD: str(uuid.uuid4())})
    assert twice.status_code == 422
    assert "There is a policy in force for this operation and amount." in twice.content.decode()
    priced = desk.post(
        "/system/policies/add/",
        sent
        | {FIELD: str(uuid.uuid4()), "operation": "customers.add_document/1", "from_amount": "100"},
    )
    assert "This operation has no amount." in priced.content.decode()
    made = ApprovalPolicyFactory(operation="customers.add_document/1", role=role)
    changed = sent | {"operation": made.operation, "from_amount": "100", "version": 1}
    later = desk.post(f"/system/policies/{made.pk}/change/", changed | {FIELD: str(uuid.uuid4())})
    assert later.context["form"].errors["from_amount"] == [
        "This operation has no amount. Leave the field empty."
    ]
    idle = RoleFactory(actions=["core.view_approval"])
    other = sent | {FIELD: str(uuid.uuid4()), "operation": "customers.reopen/1", "role": idle.pk}
    refused = desk.post("/system/policies/add/", other)
    assert "Nobody with this role can approve." in refused.content.decode()
    none = desk.post(
        "/system/policies/add/", sent | {FIELD: str(uuid.uuid4()), "days": 0, "operation": "x"}
    )
    assert none.status_code == 422
    assert "Closing of a customer" in desk.get("/system/policies/").content.decode()


def test_of_several_policies_that_of_the_highest_amount_reached_decides(db):
    made = {n: ApprovalPolicyFactory(operation="x/1", from_amount=n) for n in (None, 100, 1000)}
    assert reached(policies_for("x/1"), None) == made[None]
    for amount, from_amount in ((99, None), (100, 100), (999, 100), (5000, 1000)):
        assert reached(policies_for("x/1"), Decimal(amount)) == made[from_amount], amount


def test_a_role_with_markup_in_its_name_stays_text_in_the_form(
    signed_in, maker, held_back, deciders, customer
):
    with acting(by=system_user()):
        deciders.name = "<img src=x>"
        deciders.save()
    held_back("customers.identify/1")
    page = signed_in(maker).get(f"/customers/{customer.pk}/change/").content.decode()
    assert "<img src=x>" not in page
    assert "(&lt;img src=x&gt;), who reads this" in page


def test_many_assigned_at_once_leave_out_those_whose_change_waits(
    signed_in, person, maker, held_back, branch
):
    held_back("customers.identify/1")
    free, waits = (CustomerFactory(home_branch=branch) for _ in range(2))
    manager = StaffMemberFactory(branch=branch)
    change(signed_in(maker), waits, lead_manager=manager.pk)
    rights = ("customers.view_customer", "customers.assign_customer", "core.view_job")
    desk = signed_in(person(branch, *rights))
    sent = {FIELD: str(uuid.uuid4()), "lead_manager": manager.pk, "reason": "x"}
    started = desk.post("/customers/assign/", sent | {"sel": [free.pk, waits.pk]})
    work_off()
    leads = {c.pk: c.lead_manager for c in Customer.objects.all()}
    assert leads == {free.pk: manager, waits.pk: None}
    page = desk.get(started.headers["Location"]).content.decode()
    assert "A change of the customer waits for a second person." in page
