"""What an agent or a seller has in hand goes to the successor, or where it waits for somebody."""

import datetime as dt

import pytest

from crm.core.clock import bank_today, now
from services.models import ClockStop, Opportunity, ServiceRequest
from staff import effective
from staff.handover.parts import left_with
from staff.models import StaffMember
from sysadmin.models import Grant, period
from tests.factories import (
    ClockStopFactory,
    ConflictFactory,
    CustomerFactory,
    HandoverFactory,
    ServiceRequestFactory,
    ServiceTypeFactory,
    StaffAssignmentFactory,
    StaffMemberFactory,
)
from tests.factories_services.opportunities import OpportunityFactory, OpportunityStageFactory
from tests.staff.handing import HEAD, MANAGER, PAGE, errors, propose, proposed, step

Status = ServiceRequest.Status
ANSWER = ("staff.view_handover", "staff.accept_handover")


@pytest.fixture
def taker(engaged, branch):
    """A colleague who works the same queue and may accept."""
    return engaged(branch, *ANSWER, latin_name="Pan Yun")


@pytest.fixture
def head(person, branch, signed_in):
    """The browser of who heads the branch."""
    return signed_in(person(branch, *HEAD))


def waiting_with(agent, **values):
    """A request in somebody's hands whose clock stands."""
    since = now() - dt.timedelta(hours=2)
    request = ServiceRequestFactory(
        owner=agent, status=Status.WAITING, stopped_at=since, received_at=since, **values
    )
    ClockStopFactory(request=request, customer=request.customer, started_at=since, ended_at=None)
    return request


@pytest.mark.proves("ST-5")
def test_open_requests_go_to_a_successor_who_works_them_and_else_back_to_their_queue(
    agent, taker, mine, service, customer, head, signed_in, system
):
    waits = waiting_with(agent, service=service, customer=customer)
    unknown = waiting_with(agent, service=ServiceTypeFactory.offered(), customer=customer)
    close = ServiceRequestFactory(
        service=service, customer=CustomerFactory(home_branch=customer.home_branch), owner=agent
    )
    ConflictFactory(member=taker, customer=close.customer)
    assert left_with(agent) == ["4 open service requests"]
    page = head.get(f"/organisation/staff/{agent.pk}/").content.decode()
    begin = f"/customers/hand-over/?member={agent.pk}"
    assert begin in page
    assert "4 open service requests" in head.get(begin).content.decode()
    handover = proposed(head, taker, member=agent.pk)
    shown = head.get(f"/organisation/handovers/{handover.pk}/").content.decode()
    assert "Service requests" in shown
    step(signed_in(taker.user), handover, "accept")
    rows = {row.pk: row for row in ServiceRequest.objects.all()}
    assert (rows[mine.pk].owner, rows[mine.pk].status) == (taker, Status.ASSIGNED)
    assert (rows[waits.pk].owner, rows[waits.pk].stopped_at) == (taker, waits.stopped_at)
    for request in (unknown, close):
        assert (rows[request.pk].owner, rows[request.pk].status) == (None, Status.QUEUED)
    stop = ClockStop.objects.get(request=unknown)
    assert stop.ended_at - stop.started_at >= dt.timedelta(hours=2)
    assert rows[unknown.pk].stopped_at is None
    handover.refresh_from_db()
    assert handover.result["services.servicerequest"] == {"moved": 2, "queued": 2}
    assert "it waits in its queue" in head.get(handover_page(handover)).content.decode()
    assert left_with(agent) == []


def handover_page(handover):
    return f"/organisation/handovers/{handover.pk}/"


@pytest.mark.proves("ST-5")
def test_where_some_customers_are_handed_over_requests_of_others_stay_and_so_does_what_cannot_go(
    agent, taker, service, branch, signed_in, head
):
    handed = CustomerFactory(home_branch=branch, lead_manager=agent)
    goes = ServiceRequestFactory(service=service, customer=handed, owner=agent)
    stays = ServiceRequestFactory(
        service=ServiceTypeFactory.offered(), customer=handed, owner=agent
    )
    other = ServiceRequestFactory(
        service=service, customer=CustomerFactory(home_branch=branch), owner=agent
    )
    handover = proposed(head, taker, sel=[handed.pk])
    step(signed_in(taker.user), handover, "accept")
    owners = dict(ServiceRequest.objects.values_list("pk", "owner"))
    assert owners == {goes.pk: taker.pk, stays.pk: agent.pk, other.pk: agent.pk}
    handover.refresh_from_db()
    assert handover.result["services.servicerequest"] == {"moved": 1, "kept": 1}


def test_a_handover_names_its_requests_only_to_who_sees_them(
    agent, taker, mine, person, branch, signed_in
):
    handover = HandoverFactory(from_member=agent, to_member=taker, everything=True)
    may_see = person(branch, "staff.view_handover", "services.view_servicerequest")
    stranger = person(branch, "staff.view_handover")
    page = handover_page(handover)
    assert mine.subject in signed_in(may_see).get(page).content.decode()
    text = signed_in(stranger).get(page).content.decode()
    assert mine.subject not in text
    assert "Service requests" in text


@pytest.mark.proves("ST-5")
@pytest.mark.proves("ST-6")
def test_who_leads_no_customer_hands_over_what_there_is_to_sell(
    person, branch, head, signed_in, other_branch
):
    giver, taker = (person(branch, *MANAGER, extent=Grant.Reach.OWN).staff_member for _ in range(2))
    nothing = propose(head, taker, member=giver.pk)
    assert "Choose at least one customer." in errors(nothing)
    hoped = OpportunityFactory(owner=giver, customer=CustomerFactory(home_branch=branch))
    page = head.get(f"/organisation/staff/{giver.pk}/").content.decode()
    assert f"/customers/hand-over/?member={giver.pk}" in page
    elsewhere = signed_in(person(other_branch, *HEAD))
    assert "Choose at least one" in elsewhere.get(f"{PAGE}?member={giver.pk}").content.decode()
    step(signed_in(taker.user), proposed(head, taker, member=giver.pk), "accept")
    hoped.refresh_from_db()
    assert hoped.owner == taker


@pytest.mark.proves("CS-9")
def test_open_opportunities_follow_a_seller_to_another_branch_and_those_sold_stay_credited(
    branch, other_branch
):
    seller = StaffMemberFactory(branch=branch)
    hoped = OpportunityFactory(owner=seller, branch=branch)
    won = OpportunityFactory(
        owner=seller, branch=branch, stage=OpportunityStageFactory(outcome="won")
    )
    others = OpportunityFactory(branch=branch)
    StaffAssignmentFactory(
        member=seller, branch=other_branch, post=seller.post, valid=period(bank_today())
    )
    effective.apply()
    assert StaffMember.objects.get(pk=seller.pk).branch == other_branch
    places = dict(Opportunity.objects.values_list("pk", "branch"))
    assert places == {hoped.pk: other_branch.pk, won.pk: branch.pk, others.pk: branch.pk}
