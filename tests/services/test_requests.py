"""Service requests from their entry to their closing: whose they are, and who may do what."""

import datetime as dt
import json
import threading
import uuid

import pytest
from django.db import connections
from django.test import Client

from crm.core import jobs
from crm.core.acting import acting
from crm.core.clock import bank_today, now
from crm.core.idempotency import FIELD
from crm.core.models import AuditEvent, Job
from crm.core.operations import DomainError
from customers.models import ConflictOfInterest, Customer
from services.models import ServiceRequest
from services.requests import operations
from sysadmin.models import Grant, period, system_user
from tests.factories import (
    ChecklistItemFactory,
    ConflictFactory,
    CustomerFactory,
    QueueMemberFactory,
    ServiceRequestFactory,
    ServiceTypeFactory,
)
from tests.matrix.test_at_once import until, waiting
from tests.services.conftest import ASSIGN

Status = ServiceRequest.Status
LIST = "/service/requests/"
HTMX = {"HX-Request": "true"}


def shown(client, request):
    """The text of a request's page."""
    return client.get(f"{LIST}{request.pk}/").content.decode()


def steps_on(client, request):
    """The steps that a request's page offers."""
    page = shown(client, request)
    return {verb for verb in request.MOVES if f"{LIST}{request.pk}/{verb}/" in page}


# --- entering ------------------------------------------------------------------------


@pytest.mark.proves("CS-1")
def test_a_request_gets_number_queue_branch_and_checklist_and_waits(desk, entered, service):
    item = ChecklistItemFactory(service=service)
    ChecklistItemFactory(service=service, is_live=False)
    answer, request = entered(desk)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{LIST}{request.pk}/"
    assert request.status == Status.QUEUED
    assert request.owner is None
    assert request.queue == service.queue
    assert request.branch == request.customer.home_branch
    assert [check.item for check in request.checks.all()] == [item]
    _answer, following = entered(desk, subject="Another one")
    assert following.number > request.number
    event = AuditEvent.objects.filter(table_name="services_request").earliest("id")
    assert event.subject_id == request.customer_id


@pytest.mark.proves("SY-5")
def test_the_history_of_a_customer_tells_of_requests_to_those_who_may_see_them(
    mine, person, branch, signed_in
):
    look = ["customers.view_customer", "customers.history_customer"]
    address = f"/customers/{mine.customer_id}/history/"
    for actions, tells in ((look, False), ([*look, "services.view_servicerequest"], True)):
        page = signed_in(person(branch, *actions)).get(address).content.decode()
        assert (mine.subject in page) == tells
        assert mine.customer.name in page


@pytest.mark.proves("CS-1")
def test_a_complaint_is_no_request_and_is_received_as_a_complaint(
    desk, entered, service, customer, engaged, branch, signed_in
):
    complaint = ServiceTypeFactory.offered(kind="complaint")
    form = desk.get(f"{LIST}add/?customer={customer.pk}").context["form"]
    assert list(form.fields["service"].queryset) == [service]
    assert not form.fields["service"].help_text
    answer, request = entered(desk, service=complaint.pk)
    assert (answer.status_code, request) == (422, None)
    receives = signed_in(engaged(branch, "services.add_complaint").user)
    page = receives.get(f"{LIST}add/?customer={customer.pk}").content.decode()
    assert f'<a href="/service/complaints/add/?customer={customer.pk}">' in page
    sent = ServiceRequest(customer=customer, service=complaint, channel="hotline", subject="Fees")
    with pytest.raises(DomainError, match="Receive it as a complaint"):
        operations.enter(sent, by=system_user())


def test_a_service_that_is_not_offered_is_refused(desk, entered, service):
    with acting(by=system_user()):
        type(service).objects.filter(pk=service.pk).update(status="retired")
    answer, request = entered(desk)
    assert answer.status_code == 422
    assert request is None


@pytest.mark.proves("CS-1")
def test_a_customer_out_of_reach_is_none_to_enter_a_request_for(desk, entered, other_branch):
    stranger = CustomerFactory(home_branch=other_branch)
    answer, request = entered(desk, customer=stranger.pk)
    assert answer.status_code == 422
    assert request is None


def test_whoever_enters_a_request_is_told_that_nobody_works_its_queue(
    desk, entered, service, signed_in, leader
):
    other = ServiceTypeFactory.offered()
    answer, request = entered(desk, service=other.pk)
    told = desk.get(answer.headers["Location"]).content.decode()
    assert f"Nobody works the queue “{other.queue}” for this branch" in told
    assert "until a team leader assigns it" in told
    assert "assign" in steps_on(signed_in(leader.user), request)


def test_a_new_request_begins_from_the_customers_page(desk, customer):
    page = desk.get(f"{LIST}add/?customer={customer.pk}").content.decode()
    assert customer.shown_name in page
    panel = desk.get(f"{LIST}panel/customer/{customer.pk}/").content.decode()
    assert f"{LIST}add/?customer={customer.pk}" in panel


# --- whose it is ---------------------------------------------------------------------


@pytest.mark.proves("CS-1")
def test_who_takes_a_request_has_it_and_the_next_one_is_told(
    desk, step, queued, agent, engaged, branch, signed_in
):
    assert step(desk, queued, "take").status_code == 302
    assert (queued.status, queued.owner) == (Status.ASSIGNED, agent)
    late = step(signed_in(engaged(branch).user), queued, "take")
    assert late.status_code == 422
    assert "Somebody has taken it" in late.content.decode()
    assert queued.owner == agent


@pytest.mark.proves("CS-1")
def test_a_request_is_taken_by_one_click_and_goes_back_when_this_is_undone(desk, keyed, queued):
    assert f'action="{LIST}{queued.pk}/take/"' in shown(desk, queued)
    answer = desk.post(f"{LIST}{queued.pk}/take/", keyed(), headers=HTMX)
    assert answer.status_code == 204
    told = json.loads(answer.headers["HX-Trigger"])
    assert told["crm:saved"]["message"] == f"{queued} is yours."
    assert "crm:changed" in told
    queued.refresh_from_db()
    assert queued.status == Status.ASSIGNED
    undo = told["crm:saved"]
    answer = desk.post(undo["undo"], {FIELD: undo["key"]}, headers=HTMX)
    assert answer.status_code == 204
    assert "crm:undone" in json.loads(answer.headers["HX-Trigger"])
    queued.refresh_from_db()
    assert (queued.status, queued.owner) == (Status.QUEUED, None)
    assert AuditEvent.objects.filter(reason="Taken by mistake.").exists()


def test_who_takes_a_request_too_late_by_one_click_reads_why(
    desk, keyed, queued, engaged, branch, step, signed_in
):
    step(signed_in(engaged(branch).user), queued, "take")
    answer = desk.post(f"{LIST}{queued.pk}/take/", keyed(), headers=HTMX)
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#confirm"
    assert "Somebody has taken it" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_at_once_one_gets_it(service, engaged, branch, queued):
    agents = [engaged(branch), engaged(branch)]
    clients = [Client(), Client()]
    for client, member in zip(clients, agents, strict=True):
        client.force_login(member.user)
        client.get(LIST)
    codes = [0, 0]

    def take(place):
        try:
            sent = {FIELD: str(uuid.uuid4())}
            codes[place] = clients[place].post(f"{LIST}{queued.pk}/take/", sent).status_code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=[place]) for place in range(2)]
    with acting(by=system_user()):
        ServiceRequest.objects.select_for_update().get(pk=queued.pk)
        for thread in threads:
            thread.start()
        until(lambda: waiting() == 2)
    for thread in threads:
        thread.join()
    queued.refresh_from_db()
    assert sorted(codes) == [302, 422]
    assert queued.owner == agents[codes.index(302)]


@pytest.mark.proves("CS-1")
def test_only_those_who_work_the_queue_for_the_branch_take_its_requests(
    step, queued, engaged, branch, bank, other_branch, signed_in
):
    outsider = signed_in(engaged(branch, works=False).user)
    assert "take" not in steps_on(outsider, queued)
    assert step(outsider, queued, "take").status_code == 422
    elsewhere = engaged(other_branch)
    assert step(signed_in(elsewhere.user), queued, "take").status_code == 404
    above = signed_in(engaged(bank).user)
    assert "take" in steps_on(above, queued)
    assert step(above, queued, "take").status_code == 302


def test_somebody_who_no_longer_works_the_queue_cannot_take(
    step, queued, engaged, branch, signed_in
):
    member = engaged(branch, works=False)
    ended = period(bank_today() - dt.timedelta(days=9), bank_today())
    QueueMemberFactory(queue=queued.queue, member=member, valid=ended)
    assert step(signed_in(member.user), queued, "take").status_code == 422


@pytest.mark.proves("CS-1")
def test_a_team_leader_assigns_to_a_colleague_of_the_queue_and_to_nobody_else(
    step, queued, agent, leader, engaged, branch, signed_in
):
    client = signed_in(leader.user)
    stranger = engaged(branch, works=False)
    refused = step(client, queued, "assign", member=stranger.pk, reason="on leave")
    assert refused.status_code == 422
    done = step(client, queued, "assign", member=agent.pk, reason="knows the customer")
    assert done.status_code == 302
    assert (queued.status, queued.owner) == (Status.ASSIGNED, agent)


def test_a_request_under_way_stays_under_way_when_it_is_assigned_anew(
    desk, step, mine, leader, engaged, branch, signed_in
):
    step(desk, mine, "start")
    colleague = engaged(branch)
    step(signed_in(leader.user), mine, "assign", member=colleague.pk, reason="on leave")
    assert (mine.status, mine.owner) == (Status.IN_PROGRESS, colleague)


def test_nobody_is_given_a_request_of_a_customer_whom_they_do_not_see(
    step, queued, leader, engaged, branch, signed_in
):
    narrow = engaged(branch, extent=Grant.Reach.OWN)
    answer = step(signed_in(leader.user), queued, "assign", member=narrow.pk, reason="free")
    assert answer.status_code == 422
    assert "does not see this customer" in answer.content.decode()


def test_nobody_takes_a_request_of_a_customer_who_is_too_close(desk, step, queued, agent, customer):
    ConflictFactory(member=agent, customer=customer, relation=ConflictOfInterest.Relation.SPOUSE)
    answer = step(desk, queued, "take")
    assert answer.status_code == 422
    assert queued.owner is None


def test_a_request_is_handed_back_by_who_has_it_or_by_who_assigns(
    desk, step, mine, leader, engaged, branch, signed_in
):
    other = signed_in(engaged(branch).user)
    assert step(other, mine, "hand_back", reason="not mine").status_code == 422
    assert step(desk, mine, "hand_back", reason="wrong desk").status_code == 302
    assert (mine.status, mine.owner) == (Status.QUEUED, None)
    step(desk, mine, "take")
    assert step(signed_in(leader.user), mine, "hand_back", reason="overload").status_code == 302


# --- work ----------------------------------------------------------------------------


@pytest.mark.proves("CS-1")
def test_a_request_goes_from_taken_to_closed_and_says_what_came_of_it(desk, step, queued):
    for verb, data, status in (
        ("take", {}, Status.ASSIGNED),
        ("start", {}, Status.IN_PROGRESS),
        ("wait", {"cause": "documents"}, Status.WAITING),
        ("resume", {}, Status.IN_PROGRESS),
        ("resolve", {"outcome": "New card sent."}, Status.RESOLVED),
        ("close", {}, Status.CLOSED),
    ):
        answer = step(desk, queued, verb, **data)
        assert answer.status_code == 302, answer.context["form"].errors
        assert queued.status == status
    assert queued.outcome == "New card sent."
    assert "New card sent." in shown(desk, queued)
    assert steps_on(desk, queued) == {"reopen"}


@pytest.mark.proves("CS-1")
@pytest.mark.parametrize("verb", ["start", "wait", "resolve"])
def test_only_who_handles_a_request_works_at_it(step, mine, engaged, branch, signed_in, verb):
    other = signed_in(engaged(branch).user)
    assert verb not in steps_on(other, mine)
    answer = step(other, mine, verb, cause="answer", outcome="done")
    assert answer.status_code == 422
    assert "Only He Xiaotang, who handles it" in answer.content.decode()
    assert mine.status == Status.ASSIGNED


@pytest.mark.proves("CS-1")
@pytest.mark.parametrize("days", [14, 15])
def test_a_request_is_reopened_within_fourteen_days_and_no_later(desk, step, mine, days):
    step(desk, mine, "resolve", outcome="done")
    step(desk, mine, "close")
    ended = now() - dt.timedelta(days=days) + dt.timedelta(minutes=1)
    with acting(by=system_user()):
        past = {"status_since": ended, "resolved_at": ended, "received_at": ended}
        ServiceRequest.objects.filter(pk=mine.pk).update(**past)
    answer = step(desk, mine, "reopen", reason="not helped")
    if days == 14:
        assert answer.status_code == 302
        assert (mine.status, mine.resolved_at) == (Status.ASSIGNED, None)
    else:
        assert answer.status_code == 422
        assert "more than 14 days ago" in answer.content.decode()
        assert mine.status == Status.CLOSED


def test_a_reopened_request_of_somebody_who_left_the_queue_waits_there(desk, step, mine, agent):
    step(desk, mine, "resolve", outcome="done")
    with acting(by=system_user()):
        agent.queues.update(valid=period(bank_today() - dt.timedelta(days=9), bank_today()))
    step(desk, mine, "reopen", reason="not helped")
    assert (mine.status, mine.owner) == (Status.QUEUED, None)


def test_what_a_request_says_is_changed_while_it_is_at_work(desk, keyed, step, mine):
    sent = {"subject": "Card stolen", "priority": "normal", "channel": "outlet"}
    url = f"{LIST}{mine.pk}/change/"
    done = desk.post(url, keyed(**sent, description="", version=mine.version))
    mine.refresh_from_db()
    assert done.status_code == 302
    assert mine.subject == "Card stolen"
    step(desk, mine, "resolve", outcome="done")
    late = desk.post(url, keyed(**sent | {"subject": "x"}, description="", version=mine.version))
    assert late.status_code == 422
    assert "Reopen it first" in late.content.decode()


# --- lists ---------------------------------------------------------------------------


def subjects(client, query):
    """What a list of requests shows."""
    return [row.record.subject for row in client.get(f"{LIST}?{query}").context["table"].rows]


@pytest.mark.proves("CS-1")
def test_the_views_show_what_is_mine_what_my_queues_hold_and_what_is_late(
    desk, service, customer, agent, other_branch
):
    ago = now() - dt.timedelta(days=3)
    about = {"service": service, "customer": customer}
    ServiceRequestFactory(**about, subject="late", owner=agent, received_at=ago)
    ServiceRequestFactory(**about, subject="in my queue")
    ServiceRequestFactory(customer=customer, subject="in another queue")
    stranger = CustomerFactory(home_branch=other_branch)
    ServiceRequestFactory(service=service, customer=stranger, subject="out of reach")
    assert subjects(desk, "owner=me&at_work=yes&sort=due") == ["late"]
    assert subjects(desk, "queues=mine&status=queued&sort=due") == ["in my queue"]
    assert subjects(desk, "due=overdue&sort=due") == ["late"]
    assert len(subjects(desk, "")) == 3


def test_a_manager_sees_the_requests_of_the_customers_in_their_hands(
    engaged, branch, signed_in, service
):
    manager = engaged(branch, works=False, extent=Grant.Reach.OWN)
    own = CustomerFactory(home_branch=branch, lead_manager=manager)
    ServiceRequestFactory(service=service, customer=own, subject="of my customer")
    ServiceRequestFactory(service=service, customer=CustomerFactory(home_branch=branch))
    assert subjects(signed_in(manager.user), "") == ["of my customer"]


@pytest.mark.proves("CS-1")
def test_a_request_is_reached_as_its_customer_is_wherever_they_move(
    desk, queued, engaged, other_branch, signed_in
):
    there = signed_in(engaged(other_branch).user)
    assert there.get(f"{LIST}{queued.pk}/").status_code == 404
    with acting(by=system_user()):
        Customer.objects.filter(pk=queued.customer_id).update(home_branch=other_branch)
    assert "take" in steps_on(there, queued)
    assert desk.get(f"{LIST}{queued.pk}/").status_code == 404


def test_assigning_needs_its_own_right(step, queued, agent, desk):
    assert ASSIGN not in agent.user.grants.get().role.actions
    assert step(desk, queued, "assign", member=agent.pk, reason="x").status_code == 403


# --- many at once --------------------------------------------------------------------


@pytest.mark.proves("CS-1")
def test_many_requests_are_assigned_at_once_and_the_job_says_which_stayed(
    keyed, leader, agent, engaged, branch, signed_in, service, customer, other_branch
):
    about = {"service": service, "customer": customer}
    free, held = ServiceRequestFactory(**about), ServiceRequestFactory(**about, owner=agent)
    colleague = engaged(branch)
    under_way = ServiceRequestFactory(**about, owner=colleague, status="in_progress")
    done = ServiceRequestFactory(**about, owner=colleague, status="resolved", resolved_at=now())
    elsewhere = ServiceRequestFactory(
        service=service, customer=CustomerFactory(home_branch=other_branch)
    )
    close = ServiceRequestFactory(
        service=service, customer=CustomerFactory(home_branch=customer.home_branch)
    )
    ConflictFactory(member=agent, customer=close.customer)
    sent = keyed(
        sel=[one.pk for one in (free, held, close, under_way, done, elsewhere)],
        member=agent.pk,
        reason="on leave",
    )
    answer = signed_in(leader.user).post(f"{LIST}assign/", sent)
    assert answer.status_code == 302
    job = Job.objects.get()
    jobs.run(job.pk)
    outcomes = dict(job.rows.values_list("key", "cause"))
    assert outcomes == {
        free.pk: "",
        held.pk: "",
        under_way.pk: "",
        done.pk: "done",
        elsewhere.pk: "queue",
        close.pk: "conflict",
    }
    for request, status in ((free, Status.ASSIGNED), (under_way, Status.IN_PROGRESS)):
        request.refresh_from_db()
        assert (request.owner, request.status) == (agent, status)
    elsewhere.refresh_from_db()
    assert elsewhere.owner is None


def test_boxes_are_offered_to_those_who_assign(desk, leader, signed_in, queued):
    assert 'name="sel"' not in desk.get(LIST).content.decode()
    assert 'name="sel"' in signed_in(leader.user).get(LIST).content.decode()
