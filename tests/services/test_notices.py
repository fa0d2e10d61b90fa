"""Who is told of deadlines, of what is given, of referrals, promises and appointments."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.core.acting import acting
from crm.core.clock import bank_today, clock_at, now
from services import tasks
from services.appointments import operations as appointments
from services.models import Complaint, Referral
from services.notices import COMPLAINT_OVERDUE, FEW
from services.referrals.operations import expire
from sysadmin.models import Delivery, Grant, Notification, User, system_user
from sysadmin.notices.operations import choose
from tests.factories import (
    CustomerFactory,
    QueueMemberFactory,
    ServiceRequestFactory,
    StaffMemberFactory,
)
from tests.factories_services.agenda import AppointmentFactory, TaskFactory, free_time
from tests.factories_services.complaints import ComplaintFactory, prepare
from tests.factories_services.contacts import PromiseFactory
from tests.factories_services.opportunities import OpportunityStageFactory, office
from tests.services.test_complaints import received as sent_in
from tests.services.test_referral_answers import ANSWER, REFER, answer, referred, sent
from tests.staff.handing import HEAD, MANAGER, proposed, send
from tests.sysadmin.test_notices import ALL, words

REQUESTS, COMPLAINTS = "/service/requests/", "/service/complaints/"
DAY = dt.timedelta(days=1)


def told(*kinds):
    """Who has been told of something, by their keys."""
    rows = Notification.objects.filter(kind__in=[f"services.{kind}" for kind in kinds])
    return sorted(rows.values_list("recipient", flat=True))


def keys(*members):
    """The keys of the users of some members of staff."""
    return sorted(member.user_id for member in members)


def led(branch):
    """A member of staff with somebody above them."""
    return StaffMemberFactory(branch=branch, supervisor=StaffMemberFactory(branch=branch))


# --- requests ------------------------------------------------------------------------------------


@pytest.mark.proves("CS-2")
def test_who_handles_a_request_is_told_of_its_risk_and_with_their_leader_of_its_breach(
    service, customer, branch, signed_in
):
    owner = led(branch)
    request = ServiceRequestFactory(service=service, customer=customer, owner=owner)
    for _again in range(2):
        with clock_at(now() + dt.timedelta(minutes=50)):
            tasks.mark_requests(timestamp=0)
    assert told("request_at_risk") == keys(owner)
    for _again in range(2):
        with clock_at(now() + dt.timedelta(minutes=70)):
            tasks.mark_requests(timestamp=0)
    assert told("request_breached") == keys(owner, owner.supervisor)
    request.refresh_from_db()
    assert request.pressure == "breached"


@pytest.mark.proves("CS-2")
def test_of_a_breach_in_the_queue_those_are_told_who_lead_its_workers_at_the_branch(
    service, customer, branch, other_branch
):
    here, elsewhere = led(branch), led(other_branch)
    for member in (here, elsewhere):
        QueueMemberFactory(queue=service.queue, member=member)
    ServiceRequestFactory(service=service, customer=customer)
    with clock_at(now() + DAY):
        tasks.mark_requests(timestamp=0)
    assert told("request_breached") == keys(here.supervisor)


@pytest.mark.proves("SY-8")
def test_who_is_assigned_a_request_is_told_by_whom_and_who_takes_one_is_not(
    desk, agent, leader, queued, step, signed_in
):
    above = signed_in(leader.user)
    step(above, queued, "assign", member=agent.pk, reason="near you")
    assert words(desk) == [f"{leader.user.shown_name} gave you: {queued}."]
    Notification.objects.all().delete()
    step(desk, queued, "hand_back", reason="not mine")
    step(desk, queued, "take")
    assert not Notification.objects.exists()


def test_many_breaches_are_told_in_as_many_statements_as_one(service, customer, branch):
    owner, counts = led(branch), []
    for many in (1, 12):
        for _ in range(many):
            ServiceRequestFactory(service=service, customer=customer, owner=owner)
        with clock_at(now() + DAY), CaptureQueriesContext(connection) as queries:
            tasks.mark_requests(timestamp=0)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert len(told("request_breached")) == 26


# --- complaints ----------------------------------------------------------------------------------


@pytest.mark.proves("CS-2")
@pytest.mark.proves("CS-3")
def test_a_complaint_is_told_of_before_its_last_day_and_cannot_be_silenced_after_it(
    customer, branch
):
    prepare()
    handler = led(branch)
    ComplaintFactory(
        customer=customer, status="assigned", handler=handler, due_on=bank_today() + 3 * DAY
    )
    off = {"services.complaint_due": Delivery.OFF}
    quiet = {"quiet_from": dt.time(0), "quiet_until": dt.time(23, 59)}
    for user in (handler.user, handler.supervisor.user):
        choose(user, deliveries={}, **quiet)
    for _again in range(2):
        tasks.watch_complaints(timestamp=0)
        Notification.objects.update(read_at=now())
    assert told("complaint_due") == keys(handler)
    choose(handler.user, deliveries=off, **quiet)
    for _again in range(2):
        with clock_at(now() + 4 * DAY):
            tasks.watch_complaints(timestamp=0)
            Notification.objects.update(read_at=now())
    assert told("complaint_overdue") == keys(handler, handler.supervisor)
    late = Notification.objects.filter(kind=COMPLAINT_OVERDUE.code)
    assert all(notice.shown_from == notice.at for notice in late)


@pytest.mark.proves("CS-3")
def test_nobody_who_keeps_away_from_a_complaint_is_told_of_it(customer, branch):
    prepare()
    boss = StaffMemberFactory(branch=branch)
    handler = StaffMemberFactory(branch=branch, supervisor=boss)
    ComplaintFactory(
        customer=customer,
        status="assigned",
        handler=handler,
        about=boss,
        due_on=bank_today() - DAY,
    )
    tasks.watch_complaints(timestamp=0)
    assert told("complaint_due", "complaint_overdue") == keys(handler)


RECEIVE = ["customers.view_customer", "services.view_complaint", "services.add_complaint"]
MAY_ASSIGN = [*RECEIVE, "services.assign_complaint"]


@pytest.mark.proves("CS-3")
def test_of_a_complaint_that_nobody_has_those_are_told_who_may_assign_it_nearest_to_the_branch(
    person, bank, branch, other_branch, customer, signed_in, keyed
):
    prepare()
    clerk, near, second = (
        person(branch, *actions).staff_member for actions in (RECEIVE, MAY_ASSIGN, MAY_ASSIGN)
    )
    above = person(bank, *MAY_ASSIGN, extent=Grant.Reach.BANK).staff_member
    person(other_branch, *MAY_ASSIGN)
    person(branch, *MAY_ASSIGN, extent=Grant.Reach.OWN)

    def receive(**values):
        Notification.objects.all().delete()
        client = signed_in(clerk.user)
        assert (
            client.post(f"{COMPLAINTS}add/", keyed(**sent_in(customer, **values))).status_code
            == 302
        )
        return Complaint.objects.latest("id")

    complaint = receive()
    assert told("complaint_to_assign") == keys(near, second)
    desk = signed_in(near.user)
    assert words(desk) == [f"The complaint {complaint} is to be assigned."]
    (line,) = desk.get(f"{COMPLAINTS}?status=received&sort=due_on").context["table"].rows
    assert line.record == complaint
    assert "To be assigned" in desk.get(COMPLAINTS).content.decode()
    sent_by = keyed(reason="Settled with the customer")
    withdrawn = signed_in(person(branch, *RECEIVE, "services.withdraw_complaint"))
    assert withdrawn.post(f"{COMPLAINTS}{complaint.pk}/withdraw/", sent_by).status_code == 302
    assert not Notification.objects.unread().exists()
    receive(about=near.pk)
    assert told("complaint_to_assign") == keys(second)
    with acting(by=system_user()):
        User.objects.filter(pk=second.user_id).update(is_active=False)
    receive(about=near.pk)
    assert told("complaint_to_assign") == keys(above)
    for _ in range(FEW + 1):
        person(branch, *MAY_ASSIGN)
    receive()
    assert told("complaint_to_assign") == []


# --- referrals -----------------------------------------------------------------------------------


@pytest.fixture
def author(person, branch):
    return person(branch, *REFER)


@pytest.fixture
def taker(person, other_branch):
    OpportunityStageFactory(position=1)
    return person(other_branch, *ANSWER, extent=Grant.Reach.OWN)


@pytest.mark.proves("CS-9")
@pytest.mark.parametrize(("verb", "said"), [("accept", "accepted"), ("refuse", "refused")])
def test_who_is_asked_and_then_the_author_of_a_referral_are_told(
    signed_in, author, taker, customer, verb, said
):
    office()
    mine, theirs = signed_in(author), signed_in(taker)
    made = mine.post("/service/referrals/add/", sent(customer, to_member=taker.staff_member.pk))
    assert made.status_code == 302
    referral = Referral.objects.get()
    assert words(theirs) == [f"{author.shown_name} refers a customer to you: {referral}."]
    assert answer(theirs, referral, verb).status_code == 302
    assert words(theirs, f"{ALL}?unread=1") == []
    assert words(mine) == [f"{taker.shown_name} has {said} your referral: {referral}."]


@pytest.mark.proves("CS-9")
def test_the_author_is_told_once_that_nobody_answered_in_time(signed_in, author, taker, customer):
    referral = referred(author, taker, customer=customer, answer_by=bank_today() - DAY)
    assert [expire(), expire()] == [1, 0]
    assert words(signed_in(author)) == [f"Your referral was not answered in time: {referral}."]
    assert words(signed_in(taker)) == []


# --- promises, appointments, tasks, handovers -------------------------------------------------


@pytest.mark.proves("SY-8")
def test_a_promise_is_told_of_once_on_its_day(customer, branch):
    owner = StaffMemberFactory(branch=branch)
    PromiseFactory(customer=customer, owner=owner, due_on=bank_today() + DAY)
    tasks.promises_due(timestamp=0)
    assert told("promise_due") == []
    with clock_at(now() + DAY):
        for _again in range(2):
            tasks.promises_due(timestamp=0)
            Notification.objects.update(read_at=now())
    assert told("promise_due") == keys(owner)


@pytest.mark.proves("SY-8")
def test_whose_appointment_somebody_else_moves_passes_on_or_cancels_is_told(
    signed_in, person, branch, customer
):
    see = ("services.view_appointment", "customers.view_customer")
    prepare()
    keeper, other, colleague = (person(branch, *see) for _ in range(3))
    begins, ends = free_time()
    row = AppointmentFactory(
        customer=customer, member=keeper.staff_member, begins_at=begins, ends_at=ends
    )
    row.place = "Garden"
    appointments.amend(row, by=keeper, fields=["place"], version=row.version)
    assert not Notification.objects.exists()
    row.place = "Hall"
    appointments.amend(row, by=colleague, fields=["place"], version=row.version)
    name = colleague.shown_name
    assert words(signed_in(keeper)) == [f"{name} has changed your appointment: {row}."]
    row.member = other.staff_member
    appointments.amend(row, by=colleague, fields=["member"], version=row.version)
    said = f"{name} has given your appointment to somebody else: {row}."
    assert words(signed_in(keeper)) == [said]
    assert words(signed_in(other)) == [f"{name} has booked an appointment for you: {row}."]
    appointments.cancel(row, by=colleague, reason="ill")
    assert words(signed_in(other)) == [f"{name} has cancelled your appointment: {row}."]


@pytest.mark.proves("SY-8")
def test_a_task_for_oneself_is_not_told_of_and_one_passed_on_is(signed_in, person, branch, keyed):
    rights = [f"services.{verb}_task" for verb in ("view", "add", "change")]
    me, other = (person(branch, *rights, "staff.view_staffmember") for _ in range(2))
    task = TaskFactory(member=me.staff_member, author=me)
    data = {"title": task.title, "due_on": task.due_on, "priority": 2, "version": task.version}
    address = f"/service/agenda/tasks/{task.pk}/change/"
    sent = keyed(**data, member=other.staff_member.pk)
    assert signed_in(me).post(address, sent).status_code == 302
    assert told("given") == [other.pk]
    assert words(signed_in(other)) == [f"{me.shown_name} gave you: {task}."]


@pytest.mark.proves("SY-8")
def test_a_handover_waits_with_its_successor_and_its_proposer_learns_the_answer(
    signed_in, person, branch
):
    head, successor = person(branch, *HEAD), person(branch, *MANAGER)
    giver = StaffMemberFactory(branch=branch)
    CustomerFactory(home_branch=branch, lead_manager=giver)
    desk, theirs = signed_in(head), signed_in(successor)
    row = proposed(desk, successor.staff_member, member=giver.pk)
    [said] = words(theirs)
    assert said.startswith(f"{head.shown_name} proposes that you take over: ")
    opened = theirs.post(f"{ALL}{Notification.objects.get().pk}/open/")
    assert opened.headers["Location"] == f"/organisation/handovers/{row.pk}/"
    send(theirs, f"/organisation/handovers/{row.pk}/refuse/", reason="too many")
    [said] = words(desk)
    assert said.startswith(f"{successor.shown_name} has refused a handover: ")
