"""Complaints from receipt to closing: who does what, what is refused, and what stays hidden."""

import datetime as dt
from decimal import Decimal
from html import escape

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from crm.core import approvals
from crm.core.acting import acting
from crm.core.clock import bank_now, bank_today
from crm.core.models import Approval, AuditEvent
from crm.core.registry import what_ties
from crm.ops.roles import (
    COMPLAINTS,
    HANDLE_COMPLAINTS,
    RECEIVE_COMPLAINTS,
    REVIEW_COMPLAINTS,
    ROLES,
)
from services import tasks
from services.complaints.parameters import RECUSE_LEADER
from services.models import Complaint, ComplaintReply
from sysadmin.models import Grant, User, period
from tests.administration import at_the_site
from tests.factories import (
    ApprovalPolicyFactory,
    AuthorityLimitFactory,
    ConflictFactory,
    CustomerFactory,
    GrantFactory,
    HandoverFactory,
    HoldingFactory,
    ParameterValueFactory,
    RoleFactory,
    StaffMemberFactory,
)
from tests.factories_services.complaints import ComplaintFactory, ComplaintReplyFactory, prepare

LIST = "/service/complaints/"
SEE = ("customers.view_customer", "customers.view_holding", "staff.view_staffmember")
RECUSED = "The person complained of, and whoever leads them"
Status = Complaint.Status


@pytest.fixture(autouse=True)
def codes(db):
    prepare()


@pytest.fixture
def agent(person, branch):
    """Receives complaints and handles them."""
    return person(branch, *SEE, *RECEIVE_COMPLAINTS, *HANDLE_COMPLAINTS)


@pytest.fixture
def leader(person, branch):
    """Assigns complaints, and closes them."""
    return person(branch, *SEE, *COMPLAINTS, "customers.history_customer")


@pytest.fixture
def officer(person, bank):
    """Reviews complaints at the head office."""
    return person(bank, *SEE, *COMPLAINTS, *REVIEW_COMPLAINTS)


@pytest.fixture
def customer(branch):
    return CustomerFactory(home_branch=branch)


@pytest.fixture
def desk(signed_in, keyed):
    """Takes a step with a complaint as somebody, and gives the answer."""

    def step(user, complaint, verb, **data):
        client = signed_in(user)
        return client.post(f"{LIST}{complaint.pk}/{verb}/", keyed(**data))

    return step


def received(customer, **values):
    return {
        "customer": customer.pk,
        "complainant": "customer",
        "complainant_name": "",
        "received_at": bank_now().strftime("%Y-%m-%dT%H:%M"),
        "channel": "hotline",
        "business": "debit_card",
        "cause": "pricing",
        "description": "年费重复扣收",
        "expected": "退还年费",
        **values,
    }


FOUND = {
    "finding": "upheld",
    "findings": "系统重复扣费",
    "root_cause": "批处理重跑未做幂等控制",
    "remedy": "退还年费并致歉",
    "corrective_action": "批处理增加幂等控制",
    "recheck_on": (bank_today() + dt.timedelta(days=60)).isoformat(),
}
WAYS = ["review", "mediation", "regulator"]


def in_hand(agent, customer, status=Status.INVESTIGATING, **values):
    """A complaint that the agent handles."""
    return ComplaintFactory(customer=customer, handler=agent.staff_member, status=status, **values)


def answered(agent, customer, **values):
    """A complaint that the agent has answered."""
    row = in_hand(
        agent,
        customer,
        status=Status.ANSWERED,
        finding="upheld",
        findings="so",
        root_cause="because",
        answered_at=bank_now(),
        **values,
    )
    ComplaintReplyFactory(complaint=row, given_by=agent.staff_member)
    return row


def said(answer, words):
    """Whether a form was refused with these words."""
    return answer.status_code == 422 and escape(str(words)) in answer.content.decode()


# --- the whole way ---------------------------------------------------------------------


@pytest.mark.proves("CS-3")
def test_a_complaint_goes_from_receipt_to_review_and_closing(
    signed_in, keyed, desk, agent, leader, officer, customer
):
    page = signed_in(agent).post(f"{LIST}add/", keyed(**received(customer)))
    complaint = Complaint.objects.get()
    assert page.headers["Location"] == f"{LIST}{complaint.pk}/"
    assert complaint.number.startswith("TS")
    assert complaint.received_by == agent.staff_member
    assert complaint.branch == customer.home_branch
    assert complaint.due_on == bank_today() + dt.timedelta(days=15)
    for user, verb, data, state in (
        (leader, "assign", {"handler": agent.staff_member.pk, "reason": ""}, Status.ASSIGNED),
        (agent, "investigate", {"reason": ""}, Status.INVESTIGATING),
        (agent, "establish", FOUND, Status.INVESTIGATING),
        (agent, "answer", {"text": "已退还年费", "ways": WAYS}, Status.ANSWERED),
        (agent, "dispute", {"reason": "未赔偿利息"}, Status.DISPUTED),
        (officer, "review", {"reviewer": officer.staff_member.pk, "reason": ""}, Status.IN_REVIEW),
        (officer, "establish", FOUND | {"finding": "partly"}, Status.IN_REVIEW),
        (officer, "answer", {"text": "维持原处理意见", "ways": WAYS[1:]}, Status.ANSWERED),
        (leader, "close", {"reason": ""}, Status.CLOSED),
        (leader, "recheck", {"recurred": "no", "note": "未再发生"}, Status.CLOSED),
    ):
        answer = desk(user, complaint, verb, **data)
        assert answer.status_code == 302, (verb, answer.context["form"].errors)
        complaint.refresh_from_db()
        assert complaint.status == state, verb
    assert (complaint.finding, complaint.recurred) == ("partly", False)
    first, second = ComplaintReply.objects.order_by("pk")
    assert (first.given_by, second.given_by) == (agent.staff_member, officer.staff_member)
    assert (first.ways, second.ways) == (WAYS, WAYS[1:])
    text = signed_in(agent).get(f"{LIST}{complaint.pk}/").content.decode()
    assert "维持原处理意见" in text
    assert "Review by the unit above" in text
    trail = signed_in(agent).get(f"{LIST}{complaint.pk}/trail/").content.decode()
    assert "Being investigated → Answered" in trail


@pytest.mark.proves("CS-3")
def test_what_the_bank_holds_is_not_asked_and_the_customer_offers_their_holdings(
    signed_in, keyed, agent, customer
):
    own, foreign = HoldingFactory(customer=customer), HoldingFactory()
    client = signed_in(agent)
    page = client.get(f"{LIST}add/?customer={customer.pk}")
    assert list(page.context["form"].fields["holding"].queryset) == [own]
    asked = set(page.context["form"].fields)
    assert not asked & {"number", "branch", "received_by", "due_on", "status"}
    assert "holding" not in client.get(f"{LIST}add/").context["form"].fields
    refused = client.post(f"{LIST}add/", keyed(**received(customer, holding=foreign.pk)))
    assert refused.context["form"].errors["holding"]
    assert (
        client.post(f"{LIST}add/", keyed(**received(customer, holding=own.pk))).status_code == 302
    )
    assert Complaint.objects.get().holding == own


def test_the_database_refuses_the_holding_of_another_customer(system, customer):
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), acting(by=system):
        ComplaintFactory(customer=customer, holding=HoldingFactory())
    assert refused.value.__cause__.diag.constraint_name == "services_complaint_holding"


@pytest.mark.proves("CS-3")
def test_an_agent_an_heir_or_a_group_is_named(signed_in, keyed, agent, customer):
    client = signed_in(agent)
    nameless = client.post(f"{LIST}add/", keyed(**received(customer, complainant="heir")))
    told = ["Enter the name of the complainant."]
    assert nameless.context["form"].errors["complainant_name"] == told
    heir = received(customer, complainant="heir", complainant_name="陈继承")
    assert client.post(f"{LIST}add/", keyed(**heir)).status_code == 302
    assert Complaint.objects.get().shown_complainant == "陈继承 · An heir"


@pytest.mark.proves("CS-3")
def test_a_complaint_of_the_future_and_one_of_long_ago_are_refused(
    signed_in, keyed, agent, customer
):
    client, now = signed_in(agent), bank_now()
    for days, ok in ((1, False), (-31, False), (-30, True)):
        at = (now + dt.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")
        answer = client.post(f"{LIST}add/", keyed(**received(customer, received_at=at)))
        assert (answer.status_code == 302) == ok
        assert ok or answer.context["form"].errors["received_at"]


# --- who keeps away --------------------------------------------------------------------


@pytest.fixture
def complained_of(person, branch, leader):
    """Somebody with every right, led by the leader."""
    user = person(branch, *SEE, *COMPLAINTS, *REVIEW_COMPLAINTS, "customers.history_customer")
    with acting(by=User.objects.get(is_system=True)):
        type(user.staff_member).objects.filter(pk=user.staff_member.pk).update(
            supervisor=leader.staff_member
        )
    return user


@pytest.mark.proves("CS-3")
def test_the_person_complained_of_and_who_leads_them_are_refused_as_handlers(
    desk, officer, leader, complained_of, agent, customer
):
    complaint = ComplaintFactory(customer=customer, about=complained_of.staff_member)
    for user in (complained_of, leader):
        answer = desk(officer, complaint, "assign", handler=user.staff_member.pk, reason="")
        assert said(answer, RECUSED)
        assert RECUSED in answer.context["form"].errors["handler"][0]
    assert desk(officer, complaint, "assign", handler=agent.staff_member.pk).status_code == 302


@pytest.mark.proves("CS-3")
def test_the_leader_may_handle_where_the_bank_says_so(
    desk, officer, leader, complained_of, customer
):
    ParameterValueFactory(code=RECUSE_LEADER.code, value="0", valid=period(bank_today()))
    complaint = ComplaintFactory(customer=customer, about=complained_of.staff_member)
    answer = desk(officer, complaint, "assign", handler=leader.staff_member.pk, reason="")
    assert answer.status_code == 302


@pytest.mark.proves("CS-3")
def test_whoever_leads_the_person_complained_of_sees_it_and_takes_no_step(
    signed_in, desk, leader, agent, complained_of, customer
):
    complaint = ComplaintFactory(customer=customer, about=complained_of.staff_member)
    page = signed_in(leader).get(f"{LIST}{complaint.pk}/")
    told = "This complaint is about somebody whom you lead. Somebody else works on it."
    assert told in page.content.decode()
    assert page.context["moves"] == []
    assert not page.context["may_change"]
    answer = desk(leader, complaint, "assign", handler=agent.staff_member.pk, reason="")
    assert said(answer, told)


@pytest.mark.proves("CS-3")
def test_the_person_complained_of_sees_nothing_of_it_anywhere(
    signed_in, agent, complained_of, customer
):
    hidden = ComplaintFactory(customer=customer, about=complained_of.staff_member)
    shown = ComplaintFactory(customer=customer)
    client = signed_in(complained_of)
    assert client.get(f"{LIST}{hidden.pk}/").status_code == 404
    assert client.get(f"{LIST}{hidden.pk}/trail/").status_code == 404
    for address in (
        LIST,
        f"{LIST}panel/customer/{customer.pk}/",
        f"{LIST}lookup/?q={hidden.number[:8]}",
        f"/customers/{customer.pk}/history/",
    ):
        text = client.get(address).content.decode()
        assert shown.number in text, address
        assert hidden.number not in text, address
    assert hidden.number in signed_in(agent).get(LIST).content.decode()


@pytest.mark.proves("CS-3")
def test_a_complaint_about_the_receiver_is_entered_and_then_out_of_their_sight(
    signed_in, keyed, agent, customer
):
    data = keyed(**received(customer, about=agent.staff_member.pk))
    answer = signed_in(agent).post(f"{LIST}add/", data)
    assert answer.headers["Location"] == LIST
    complaint = Complaint.objects.get()
    assert complaint.about == agent.staff_member
    assert (
        complaint.number
        not in signed_in(agent).get(LIST, follow=True).content.decode().split("toast")[0]
    )


@pytest.mark.proves("CS-3")
def test_the_database_refuses_them_too(system, complained_of, leader, agent, customer):
    complaint = in_hand(agent, customer, about=complained_of.staff_member)
    rows = Complaint.objects.filter(pk=complaint.pk)
    for by, write in (
        (system, lambda: rows.update(handler=complained_of.staff_member)),
        (system, lambda: rows.update(handler=leader.staff_member)),
        (complained_of, lambda: rows.update(status=Status.WITHDRAWN)),
        (leader, lambda: rows.update(finding="not_upheld")),
        (
            system,
            lambda: ComplaintReplyFactory(complaint=complaint, given_by=leader.staff_member),
        ),
    ):
        with pytest.raises(DatabaseError) as refused, transaction.atomic(), acting(by=by):
            write()
        assert refused.value.__cause__.diag.constraint_name == "services_complaint_recusal"


@pytest.mark.proves("ST-12")
def test_who_has_a_conflict_with_the_customer_does_not_handle_the_complaint(
    desk, leader, agent, customer, system
):
    ConflictFactory(member=agent.staff_member, customer=customer)
    complaint = ComplaintFactory(customer=customer)
    answer = desk(leader, complaint, "assign", handler=agent.staff_member.pk, reason="")
    assert "conflict of interest" in answer.context["form"].errors["handler"][0]
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), acting(by=system):
        Complaint.objects.filter(pk=complaint.pk).update(handler=agent.staff_member)
    assert refused.value.__cause__.diag.constraint_name == "services_complaint_conflict"


@pytest.mark.proves("CS-3")
def test_a_handler_can_sign_in_and_has_the_right(desk, leader, customer, branch):
    complaint = ComplaintFactory(customer=customer)
    idle = StaffMemberFactory(branch=branch, latin_name="Qin Yue")
    answer = desk(leader, complaint, "assign", handler=idle.pk, reason="")
    told = "Qin Yue has no right to handle complaints. Choose somebody else."
    assert answer.context["form"].errors["handler"] == [told]


@pytest.mark.proves("CS-3")
def test_only_who_is_in_charge_finds_out_and_answers(desk, leader, agent, customer):
    complaint = in_hand(agent, customer)
    told = f"This is for {agent.staff_member.latin_name}, who is in charge of the complaint."
    for verb, data in (("establish", FOUND), ("answer", {"text": "x", "ways": WAYS})):
        assert said(desk(leader, complaint, verb, **data), told)
    assert not ComplaintReply.objects.exists()


@pytest.mark.proves("CS-3")
def test_a_review_is_done_one_level_above_by_somebody_else(
    desk, person, officer, agent, leader, customer, system
):
    complaint = answered(agent, customer)
    assert desk(agent, complaint, "dispute", reason="no").status_code == 302
    for member in (agent.staff_member, leader.staff_member):
        answer = desk(officer, complaint, "review", reviewer=member.pk, reason="")
        assert "one level above" in answer.context["form"].errors["reviewer"][0]
    for member, rule in (
        (leader.staff_member, "services_complaint_level"),
        (agent.staff_member, "services_complaint_level"),
    ):
        with pytest.raises(DatabaseError) as refused, transaction.atomic(), acting(by=system):
            Complaint.objects.filter(pk=complaint.pk).update(reviewer=member)
        assert refused.value.__cause__.diag.constraint_name == rule
    answer = desk(officer, complaint, "review", reviewer=officer.staff_member.pk, reason="")
    assert answer.status_code == 302


@pytest.mark.proves("CS-3")
def test_at_the_head_office_a_colleague_reviews_whom_the_handler_does_not_lead(
    desk, person, officer, bank, customer
):
    complaint = answered(officer, customer)
    other = person(bank, *SEE, *COMPLAINTS, *REVIEW_COMPLAINTS)
    assert desk(other, complaint, "dispute", reason="no").status_code == 302
    led = StaffMemberFactory(branch=bank, supervisor=officer.staff_member)
    GrantFactory(user=led.user, role=RoleFactory(actions=list(COMPLAINTS)), branch=bank)
    refused = desk(other, complaint, "review", reviewer=led.pk, reason="")
    assert "one level above" in refused.context["form"].errors["reviewer"][0]
    answer = desk(other, complaint, "review", reviewer=other.staff_member.pk, reason="")
    assert answer.status_code == 302


@pytest.mark.proves("CS-3")
def test_who_does_not_reach_the_complaint_does_not_handle_it_but_own_rows_are_reached(
    signed_in, desk, person, officer, other_branch, customer
):
    rights = (*SEE, *HANDLE_COMPLAINTS, "services.view_complaint")
    away, wide = (person(other_branch, *rights, extent=e) for e in ("branch", "own"))
    complaint = ComplaintFactory(customer=customer)
    answer = desk(officer, complaint, "assign", handler=away.staff_member.pk, reason="")
    assert "out of reach of" in answer.context["form"].errors["handler"][0]
    address = f"{LIST}{complaint.pk}/"
    assert signed_in(wide).get(address).status_code == 404
    answer = desk(officer, complaint, "assign", handler=wide.staff_member.pk, reason="")
    assert answer.status_code == 302
    assert signed_in(wide).get(address).status_code == 200


# --- states ----------------------------------------------------------------------------


@pytest.mark.proves("CS-3")
@pytest.mark.parametrize("verb", sorted(Complaint.MOVES))
def test_a_step_is_refused_from_every_state_that_it_does_not_leave(
    desk, agent, customer, officer, verb
):
    complaint = answered(agent, customer)
    move = Complaint.MOVES[verb]
    members = {"handler": agent.staff_member.pk, "reviewer": officer.staff_member.pk}
    more = {"reason": "x", "text": "x", "ways": WAYS, "recurred": "no", "note": "x"}
    more |= {"amount": "10", "currency": "CNY", "told_on": bank_today().isoformat()}
    for state in set(Status.values) - move.leaves:
        with acting(by=User.objects.get(is_system=True)):
            Complaint.objects.filter(pk=complaint.pk).update(status=state)
        complaint.refresh_from_db()
        events = AuditEvent.objects.count()
        answer = desk(officer, complaint, verb, **members, **more, **FOUND)
        assert said(answer, complaint.sentence(move.refused)), state
        assert AuditEvent.objects.count() == events


@pytest.mark.proves("CS-3")
def test_an_answer_needs_findings_and_names_every_way(desk, agent, customer):
    complaint = in_hand(agent, customer)
    told = "Enter the findings first: an answer says what was found out."
    assert said(desk(agent, complaint, "answer", text="x", ways=WAYS), told)
    assert desk(agent, complaint, "establish", **FOUND).status_code == 302
    answer = desk(agent, complaint, "answer", text="x", ways=WAYS[:2])
    told = ["Tell the complainant every way that remains."]
    assert answer.context["form"].errors["ways"] == told
    assert desk(agent, complaint, "answer", text="x", ways=WAYS).status_code == 302


@pytest.mark.proves("CS-3")
def test_the_database_closes_nothing_without_findings_answer_and_root_cause(
    system, agent, customer
):
    complaint = answered(agent, customer)
    for missing in ({"finding": ""}, {"findings": ""}, {"root_cause": ""}, {"answered_at": None}):
        with pytest.raises(DatabaseError) as refused, transaction.atomic(), acting(by=system):
            Complaint.objects.filter(pk=complaint.pk).update(status=Status.CLOSED, **missing)
        name = "services_complaint_closed_with_cause"
        assert refused.value.__cause__.diag.constraint_name == name


@pytest.mark.proves("CS-3")
def test_an_answer_is_disputed_once_and_in_time(desk, agent, customer, system):
    complaint = answered(agent, customer)
    with acting(by=system):
        late = bank_now() - dt.timedelta(days=31)
        Complaint.objects.filter(pk=complaint.pk).update(answered_at=late)
    assert said(desk(agent, complaint, "dispute", reason="x"), "The answer could be disputed until")
    with acting(by=system):
        Complaint.objects.filter(pk=complaint.pk).update(
            answered_at=late + dt.timedelta(days=1), disputed_at=None
        )
    assert desk(agent, complaint, "dispute", reason="x").status_code == 302
    complaint.refresh_from_db()
    assert complaint.due_on == bank_today() + dt.timedelta(days=30)
    with acting(by=system):
        Complaint.objects.filter(pk=complaint.pk).update(status=Status.ANSWERED)
    assert said(desk(agent, complaint, "dispute", reason="x"), "was reviewed already")


@pytest.mark.proves("CS-3")
def test_two_who_enter_findings_at_once_do_not_overwrite_each_other(desk, agent, customer):
    complaint = in_hand(agent, customer)
    assert (
        desk(agent, complaint, "establish", **FOUND, version=complaint.version).status_code == 302
    )
    answer = desk(agent, complaint, "establish", **FOUND, version=complaint.version)
    assert answer.status_code == 409


def test_facts_are_put_right_until_the_answer(signed_in, keyed, agent, customer):
    complaint = in_hand(agent, customer)
    client, address = signed_in(agent), f"{LIST}{complaint.pk}/change/"
    data = received(customer, cause="disclosure", version=complaint.version)
    for name in ("customer", "received_at"):
        data.pop(name)
    assert client.post(address, keyed(**data)).status_code == 302
    complaint.refresh_from_db()
    assert complaint.cause == "disclosure"
    about = data | {"version": complaint.version, "about": agent.staff_member.pk}
    answer = client.post(address, keyed(**about))
    assert "Assign it to another first" in answer.context["form"].errors["about"][0]
    with acting(by=agent):
        Complaint.objects.filter(pk=complaint.pk).update(status=Status.ANSWERED)
    answer = client.post(address, keyed(**data | {"version": complaint.version}))
    assert said(answer, "This can no longer be done with the complaint.")


# --- compensation and approvals --------------------------------------------------------


@pytest.fixture
def deciding(person, bank):
    """Lets the heads decide on compensation from 1,000 on, within the limit of their post."""
    role = RoleFactory(actions=["core.view_approval", "core.approve_approval"])
    ApprovalPolicyFactory(operation="services.compensate/1", role=role, from_amount=1000)
    AuthorityLimitFactory(post="wealth_manager", operation="services.compensate/1", amount=5000)

    def decider(branch, **values):
        member = StaffMemberFactory(branch=branch, **values)
        GrantFactory(user=member.user, role=role, branch=bank)
        return member.user

    return decider


@pytest.mark.proves("CS-3")
def test_compensation_is_approved_by_amount_and_the_answer_waits_for_it(
    desk, deciding, bank, agent, customer
):
    complaint = in_hand(agent, customer)
    paid = {"currency": "CNY", "reason": "按规定"}
    assert desk(agent, complaint, "compensate", amount="999.99", **paid).status_code == 302
    complaint.refresh_from_db()
    assert complaint.compensation == Decimal("999.99")
    assert desk(agent, complaint, "compensate", amount="3000", **paid).status_code == 302
    request = Approval.objects.get()
    assert request.amount == 3000
    desk(agent, complaint, "establish", **FOUND)
    answer = desk(agent, complaint, "answer", text="x", ways=WAYS)
    assert said(answer, "still waits for a second person")
    approvals.approve(request, by=deciding(bank))
    complaint.refresh_from_db()
    assert complaint.compensation == 3000
    assert desk(agent, complaint, "answer", text="x", ways=WAYS).status_code == 302


@pytest.mark.proves("CS-3")
def test_nobody_decides_on_compensation_beyond_their_limit(desk, deciding, bank, agent, customer):
    complaint = in_hand(agent, customer)
    desk(agent, complaint, "compensate", amount="5000.01", currency="CNY", reason="x")
    with pytest.raises(approvals.DomainError, match="your limit is"):
        approvals.approve(Approval.objects.get(), by=deciding(bank))


@pytest.mark.proves("CS-3")
def test_whoever_keeps_away_does_not_decide_on_the_request_either(
    desk, deciding, bank, agent, customer
):
    head = deciding(bank)
    about = StaffMemberFactory(branch=customer.home_branch, supervisor=head.staff_member)
    complaint = in_hand(agent, customer, about=about)
    desk(agent, complaint, "compensate", amount="2000", currency="CNY", reason="x")
    with pytest.raises(approvals.DomainError, match="about somebody whom you lead"):
        approvals.approve(Approval.objects.get(), by=head)


@pytest.mark.proves("CS-3")
def test_the_person_complained_of_does_not_learn_from_the_inbox_that_there_is_a_request(
    desk, signed_in, deciding, bank, agent, customer
):
    about, other = deciding(bank), deciding(bank)
    asked = {"currency": "CNY", "reason": "x", "amount": "2000"}
    desk(agent, in_hand(agent, customer, about=about.staff_member), "compensate", **asked)
    hidden = Approval.objects.get()
    desk(agent, in_hand(agent, customer), "compensate", **asked)
    shown = Approval.objects.latest("id")
    for user, seen in ((about, {shown}), (other, {hidden, shown})):
        client = signed_in(user)
        page = client.get(reverse("sysadmin:approval_list")).content.decode()
        for request in (hidden, shown):
            address = reverse("sysadmin:approval_view", args=[request.pk])
            assert (address in page) == (request in seen)
            assert client.get(address).status_code == (200 if request in seen else 404)


# --- lists, panel, handover ------------------------------------------------------------


@pytest.mark.proves("CS-3")
def test_views_show_mine_what_is_due_overdue_and_in_review(signed_in, agent, customer):
    today = bank_today()
    day = dt.timedelta(days=1)
    mine = in_hand(agent, customer, due_on=today + 9 * day)
    soon = ComplaintFactory(customer=customer, due_on=today + 6 * day)
    later = ComplaintFactory(customer=customer, due_on=today + 7 * day)
    over = ComplaintFactory(customer=customer, due_on=today - day)
    review = answered(agent, customer, due_on=today - day)
    with acting(by=agent):
        Complaint.objects.filter(pk=review.pk).update(
            status=Status.DISPUTED, disputed_at=bank_now(), due_on=today + 20 * day
        )
    client = signed_in(agent)
    all_rows = {row.number for row in (mine, soon, later, over, review)}
    for address, shown in (
        ("handler=me&open=yes&sort=due_on", {mine, review}),
        ("due=week&sort=due_on", {soon}),
        ("due=overdue&sort=due_on", {over}),
        ("status=disputed&status=in_review&sort=due_on", {review}),
        ("due=recheck", set()),
    ):
        text = client.get(f"{LIST}?{address}").content.decode()
        assert {n for n in all_rows if n in text} == {row.number for row in shown}, address


@pytest.mark.proves("CS-3")
def test_an_answer_is_printed_as_a_letter_that_names_the_ways(signed_in, agent, customer):
    holding = HoldingFactory(customer=customer)
    unanswered = in_hand(agent, customer)
    client = signed_in(agent)
    page = client.get(f"{LIST}{unanswered.pk}/letter/").content.decode()
    assert "This complaint is not answered yet" in page
    complaint = answered(agent, customer, holding=holding)
    assert f"{LIST}{complaint.pk}/letter/" in client.get(f"{LIST}{complaint.pk}/").content.decode()
    letter = client.get(f"{LIST}{complaint.pk}/letter/").content.decode()
    reply = complaint.replies.get()
    for told in (complaint.number, escape(str(customer)), escape(reply.text), *reply.shown_ways):
        assert told in letter
    assert "A review is asked for within 30 days of this answer." in letter
    assert holding.mask not in letter


@pytest.mark.proves("CS-3")
def test_the_page_of_the_customer_leads_to_a_new_complaint(signed_in, agent, customer, person):
    panel = f"{LIST}panel/customer/{customer.pk}/"
    client = signed_in(agent)
    assert panel in client.get(f"/customers/{customer.pk}/").content.decode()
    assert f"{LIST}add/?customer={customer.pk}" in client.get(panel).content.decode()
    stranger = signed_in(person(customer.home_branch, *SEE))
    assert panel not in stranger.get(f"/customers/{customer.pk}/").content.decode()
    assert stranger.get(panel).status_code == 403
    assert stranger.get(LIST).status_code == 403


def test_a_complaint_and_its_list_cost_few_queries(
    signed_in, agent, customer, django_assert_max_num_queries
):
    for _ in range(3):
        complaint = in_hand(agent, customer)
    client = signed_in(agent)
    client.get(LIST)
    with django_assert_max_num_queries(8):
        client.get(LIST)
    with django_assert_max_num_queries(10):
        client.get(f"{LIST}{complaint.pk}/")


@pytest.mark.proves("ST-5")
def test_what_somebody_handles_goes_to_the_successor_but_what_is_about_them_is_put_back(
    signed_in, keyed, person, branch, agent, customer
):
    answers = ("staff.view_handover", "staff.accept_handover")
    taker = person(branch, *SEE, "services.view_complaint", *HANDLE_COMPLAINTS, *answers)
    going = in_hand(agent, customer)
    staying = in_hand(agent, customer, about=taker.staff_member)
    done = answered(agent, customer)
    handover = HandoverFactory(
        from_member=agent.staff_member, to_member=taker.staff_member, everything=True
    )
    address = f"/organisation/handovers/{handover.pk}/"
    assert signed_in(taker).post(f"{address}accept/", keyed(reason="")).status_code == 302
    going.refresh_from_db()
    assert going.handler == taker.staff_member
    page = signed_in(taker).get(address).content.decode()
    assert "The successor may not work on this complaint; somebody else" in page
    # the successor may not even touch it, so the system puts it back
    tasks.put_back_complaints(handover_id=handover.pk)
    for row in (staying, done):
        row.refresh_from_db()
    assert (staying.handler, staying.status) == (None, Status.RECEIVED)
    assert done.handler == agent.staff_member
    going.refresh_from_db()
    assert going.handler == taker.staff_member


def test_a_branch_stays_open_while_a_complaint_waits_for_its_answer(agent, customer):
    waiting = in_hand(agent, customer)
    assert "1 open complaint" in what_ties(customer.home_branch)
    with acting(by=agent):
        Complaint.objects.filter(pk=waiting.pk).update(status=Status.WITHDRAWN)
    assert "1 open complaint" not in what_ties(customer.home_branch)


@pytest.mark.proves("SY-5")
def test_the_trail_and_the_site_name_the_ways_of_an_answer_and_not_their_codes(
    person, bank, agent, customer
):
    complaint = answered(agent, customer)
    reply = complaint.replies.get()
    rights = next(role.actions for role in ROLES if role.code == "auditor")
    auditor = at_the_site(person(bank, *rights, extent=Grant.Reach.BANK))
    event = AuditEvent.objects.get(table_name=ComplaintReply._meta.db_table)
    pages = (f"/system/audit/{event.pk}/", f"/administration/services/complaintreply/{reply.pk}/")
    for address in pages:
        page = auditor.get(address).content.decode()
        assert escape(", ".join(reply.shown_ways)) in page, address
        assert "review, mediation" not in page
    heading = auditor.get(f"{LIST}{complaint.pk}/").content.decode()
    assert f"<title>{complaint} · {escape(complaint.get_business_display())} · " in heading
