"""Referrals made, accepted by one, refused, withdrawn, expired; their authors are credited."""

import datetime as dt
import threading
import uuid
from decimal import Decimal

import pytest
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse

from config_admin.models import Calendar
from crm.core.acting import acting
from crm.core.clock import bank_today, clock_at, now
from crm.core.idempotency import FIELD
from crm.core.models import AuditEvent
from services.models import Opportunity, Referral
from services.referrals.operations import expire
from staff.models import StaffMember
from sysadmin.models import Grant, system_user
from tests.factories import (
    CalendarDayFactory,
    ConflictFactory,
    CustomerFactory,
    StaffMemberFactory,
)
from tests.factories_risk import RestrictionFactory
from tests.factories_services.opportunities import (
    OpportunityFactory,
    OpportunityStageFactory,
    ReferralFactory,
    office,
)
from tests.homes import to_do
from tests.matrix.test_at_once import until, waiting

Status, Post = Referral.Status, StaffMember.Post
LIST = "/service/referrals/"
REFER = [
    "customers.view_customer",
    "staff.view_staffmember",
    "staff.view_branch",
    "services.view_referral",
    "services.add_referral",
    "services.withdraw_referral",
]
ANSWER = [
    "customers.view_customer",
    "services.view_opportunity",
    "services.view_referral",
    "services.accept_referral",
    "services.refuse_referral",
]
OWN = Grant.Reach.OWN


@pytest.fixture
def author(person, branch):
    return person(branch, *REFER)


@pytest.fixture
def taker(person, other_branch):
    OpportunityStageFactory(position=1)
    return person(other_branch, *ANSWER, extent=OWN)


@pytest.fixture
def customer(branch):
    return CustomerFactory(home_branch=branch)


def sent(customer, **changes):
    """What the form of a referral sends."""
    data = {"customer": customer.pk, "product_kind": "loan", "words": "想买房，周末方便"}
    return {FIELD: str(uuid.uuid4())} | data | changes


def answer(client, row, verb, **data):
    """What comes of a step with a referral."""
    usual = {
        "accept": {
            "amount": "900000",
            "currency": "CNY",
            "closes_on": (bank_today() + dt.timedelta(days=60)).isoformat(),
        },
    }
    data = {FIELD: str(uuid.uuid4()), "reason": "客户意向"} | usual.get(verb, {}) | data
    return client.post(f"{LIST}{row.pk}/{verb}/", data)


def referred(author, taker=None, **values):
    """A referral of an author to a member of staff, or to everybody at a branch."""
    asked = {"to_member": taker.staff_member if taker else None} | values
    return ReferralFactory(from_member=author.staff_member, **asked)


# --- made --------------------------------------------------------------------------------------


@pytest.mark.proves("CS-9")
def test_a_customer_is_referred_to_somebody_at_another_branch_with_a_deadline_of_working_days(
    author, taker, customer, signed_in
):
    office()
    friday = dt.datetime(2026, 11, 27, 4, 0, tzinfo=dt.UTC)
    CalendarDayFactory(calendar=Calendar.objects.get(code="office"), on=dt.date(2026, 11, 30))
    with clock_at(friday):
        done = signed_in(author).post(
            f"{LIST}add/", sent(customer, to_member=taker.staff_member.pk)
        )
    assert done.status_code == 302
    row = Referral.objects.get()
    assert row.answer_by == dt.date(2026, 12, 3)
    assert (row.from_member.user, row.branch, row.to_branch) == (
        author,
        author.staff_member.branch,
        taker.staff_member.branch,
    )


def test_a_referral_is_asked_for_on_the_customers_page_and_needs_the_calendar(
    author, taker, customer, signed_in
):
    desk = signed_in(author)
    address = f"{LIST}add/?customer={customer.pk}"
    assert address in desk.get(f"{LIST}panel/customer/{customer.pk}/").content.decode()
    assert desk.get(address).context["form"]["customer"].value() == customer.pk
    done = desk.post(f"{LIST}add/", sent(customer, to_member=taker.staff_member.pk))
    assert done.status_code == 422
    assert "There is no calendar" in done.content.decode()


@pytest.mark.proves("CS-9")
def test_a_referral_says_whom_it_is_about_and_who_looks_after_them_where_their_page_is_closed(
    author, taker, customer, signed_in
):
    row = referred(author, taker, customer=customer, to_branch=taker.staff_member.branch)
    desk = signed_in(taker)
    home = desk.get("/").content.decode()
    assert [who for label, _when, who in to_do(desk) if label == "Referral to answer"] == [
        str(customer)
    ]
    assert f"/customers/{customer.pk}/" not in home
    branch = customer.home_branch.shown_name
    page = desk.get(f"{LIST}{row.pk}/").content.decode()
    assert f"Nobody leads this customer, who waits in the pool of {branch}." in page
    lead = StaffMemberFactory(branch=customer.home_branch, latin_name="Bao Hui")
    with acting(by=system_user()):
        type(customer).objects.filter(pk=customer.pk).update(lead_manager=lead)
    page = desk.get(f"{LIST}{row.pk}/").content.decode()
    assert f"Bao Hui, {branch}, looks after this customer." in page
    assert "looks after this customer" not in (
        signed_in(author).get(f"{LIST}{row.pk}/").content.decode()
    )


@pytest.mark.proves("CS-9")
def test_nobody_refers_to_themselves_to_nobody_to_whom_is_too_close_or_twice(
    author, taker, customer, signed_in
):
    office()
    desk = signed_in(author)
    close = StaffMemberFactory()
    ConflictFactory(member=close, customer=customer)
    for asked, said in (
        ({"to_member": author.staff_member.pk}, "Nobody refers to themselves"),
        ({}, "Choose a member of staff or a branch."),
        ({"to_member": close.pk}, "A conflict of interest"),
        ({"to_member": StaffMemberFactory(user=None).pk}, "cannot sign in"),
    ):
        done = desk.post(f"{LIST}add/", sent(customer, **asked))
        assert done.status_code == 422
        assert said in done.content.decode()
    asked = {"to_member": taker.staff_member.pk}
    assert desk.post(f"{LIST}add/", sent(customer, **asked)).status_code == 302
    again = desk.post(f"{LIST}add/", sent(customer, **asked))
    assert "You have referred this customer" in again.content.decode()
    assert Referral.objects.count() == 1


def test_a_closed_customer_is_not_referred(author, taker, branch, signed_in):
    office()
    gone = CustomerFactory(home_branch=branch, status="closed")
    done = signed_in(author).post(f"{LIST}add/", sent(gone, to_member=taker.staff_member.pk))
    assert "nothing is sold to them" in done.content.decode()


# --- answered ----------------------------------------------------------------------------------


@pytest.mark.proves("CS-9")
def test_what_is_accepted_becomes_an_opportunity_of_the_receiver_and_credits_the_author(
    author, taker, customer, signed_in
):
    row = referred(author, taker, customer=customer)
    desk = signed_in(taker)
    page = desk.get(f"{LIST}{row.pk}/")
    assert customer.shown_name in page.content.decode()
    assert [step.name for step in page.context["moves"]] == ["accept", "refuse"]
    done = answer(desk, row, "accept")
    sold = Opportunity.objects.get()
    assert done.headers["Location"] == reverse("services:opportunity_view", args=[sold.pk])
    assert (sold.owner.user, sold.amount, sold.referral) == (taker, Decimal(900000), row)
    assert sold.referred_by == author.staff_member
    assert author.staff_member.shown_name in desk.get("/service/opportunities/").content.decode()
    told = signed_in(author).get(f"{LIST}?from_member=me&status=accepted")
    (line,) = told.context["table"].rows
    assert line.record.shown_outcome == str(sold.stage)
    # the customer's own page stays closed to who sells
    assert desk.get(f"/customers/{customer.pk}/").status_code == 404


@pytest.mark.proves("CS-9")
def test_what_is_refused_says_why_to_its_author(author, taker, customer, signed_in):
    row = referred(author, taker, customer=customer)
    assert answer(signed_in(taker), row, "refuse", reason="不在本行服务区域").status_code == 302
    page = signed_in(author).get(f"{LIST}{row.pk}/").content.decode()
    assert "不在本行服务区域" in page
    assert taker.staff_member.shown_name in page
    assert not Opportunity.objects.exists()
    done = answer(signed_in(taker), row, "accept")
    assert "This referral has been answered already. Status now: Refused." in done.content.decode()


@pytest.mark.proves("CS-9")
def test_what_cannot_be_sold_is_not_accepted_and_one_reason_is_given(
    author, taker, customer, signed_in
):
    row = referred(author, taker, customer=customer)
    RestrictionFactory(customer=customer)
    done = answer(signed_in(taker), row, "accept")
    assert done.status_code == 422
    page = done.content.decode()
    assert "Service for this customer is stopped" in page
    assert "has been answered already" not in page
    assert 'name="amount"' in page
    row.refresh_from_db()
    assert row.status == Status.WAITING
    assert not Opportunity.objects.exists()


@pytest.mark.proves("CS-9")
def test_only_who_is_asked_answers_and_only_the_author_withdraws(
    author, taker, customer, person, branch, signed_in
):
    row = referred(author, taker, customer=customer)
    head = person(branch, *ANSWER, "services.withdraw_referral")
    boss = signed_in(head)
    assert boss.get(f"{LIST}{row.pk}/").context["moves"] == []
    for verb, said in (
        ("accept", "can accept this."),
        ("refuse", "can refuse this."),
        ("withdraw", "can withdraw this."),
    ):
        done = answer(boss, row, verb)
        assert done.status_code == 422
        assert said in done.content.decode()
    assert answer(signed_in(author), row, "withdraw").status_code == 302
    row.refresh_from_db()
    assert row.status == Status.WITHDRAWN


@pytest.mark.proves("SY-2")
def test_a_referral_shows_to_its_author_and_whom_it_asks_and_to_no_colleague(
    author, taker, customer, person, other_branch, signed_in
):
    row = referred(author, taker, customer=customer)
    colleague = person(other_branch, *ANSWER, extent=OWN)
    seen = {
        user: signed_in(user).get(f"{LIST}{row.pk}/").status_code
        for user in (author, taker, colleague)
    }
    assert seen == {author: 200, taker: 200, colleague: 404}


# --- asked of a branch -------------------------------------------------------------------------


@pytest.mark.proves("CS-9")
def test_a_referral_to_a_branch_asks_everybody_there_or_those_of_a_post(
    author, taker, customer, person, other_branch, signed_in
):
    row = referred(
        author,
        customer=customer,
        to_branch=other_branch,
        to_post=Post.WEALTH_MANAGER,
    )
    other = referred(
        author,
        customer=customer,
        to_branch=other_branch,
        to_post=Post.TELLER,
        product_kind="wealth",
    )
    desk = signed_in(taker)
    table = desk.get(f"{LIST}?asked=me&status=waiting").context["table"]
    assert [line.record.pk for line in table.rows] == [row.pk]
    assert desk.get(f"{LIST}{other.pk}/").status_code == 404
    assert [step.name for step in desk.get(f"{LIST}{row.pk}/").context["moves"]] == ["accept"]
    assert answer(desk, row, "refuse").status_code == 422
    head = signed_in(person(other_branch, *ANSWER))
    assert answer(head, other, "refuse").status_code == 302


@pytest.mark.proves("CS-9")
@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_branch_who_accept_at_once_one_gets_it_and_the_other_is_told(
    author, taker, customer, person, other_branch
):
    row = referred(author, customer=customer, to_branch=other_branch)
    users = [taker, person(other_branch, *ANSWER, extent=OWN)]
    answers = [None, None]

    def post(place):
        client = Client()
        try:
            client.force_login(users[place])
            answers[place] = answer(client, row, "accept")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post, args=[place]) for place in range(2)]
    with transaction.atomic():
        Referral.objects.select_for_update().get(pk=row.pk)
        for thread in threads:
            thread.start()
        until(lambda: waiting() == 2)
    for thread in threads:
        thread.join()
    codes = [one.status_code for one in answers]
    assert sorted(codes) == [302, 422]
    winner = users[codes.index(302)]
    assert Opportunity.objects.get().owner.user == winner
    row.refresh_from_db()
    assert (row.status, row.answered_by.user) == (Status.ACCEPTED, winner)
    told = answers[codes.index(422)].content.decode()
    assert "This referral has been answered already" in told


# --- not answered ------------------------------------------------------------------------------


@pytest.mark.proves("CS-9")
def test_what_nobody_answers_in_time_expires_and_cannot_be_accepted(
    author, taker, customer, signed_in
):
    late = referred(author, taker, customer=customer, answer_by=bank_today() - dt.timedelta(days=1))
    today = referred(author, taker, answer_by=bank_today())
    done = answer(signed_in(taker), late, "accept")
    assert "Ask for a new referral." in done.content.decode()
    assert expire() == 1
    assert expire() == 0
    late.refresh_from_db()
    today.refresh_from_db()
    assert (late.status, today.status) == (Status.EXPIRED, Status.WAITING)
    event = AuditEvent.objects.latest("id")
    assert (event.table_name, event.reason) == (
        "services_referral",
        "Not answered in time · 逾期未答复",
    )


# --- credited ----------------------------------------------------------------------------------


@pytest.mark.proves("CS-9")
def test_authors_are_credited_with_what_came_of_their_referrals_within_reach(
    author, taker, customer, person, branch, signed_in, django_assert_max_num_queries
):
    won = OpportunityStageFactory(outcome="won")
    for stage, kind in ((won, "loan"), (None, "wealth")):
        row = referred(
            author,
            taker,
            customer=customer,
            product_kind=kind,
            status=Status.ACCEPTED if stage else Status.REFUSED,
            answered_by=taker.staff_member,
            answered_at=now(),
        )
        if stage:
            OpportunityFactory(owner=taker.staff_member, stage=stage, referral=row)
    ReferralFactory()
    boss = signed_in(person(branch, "services.view_referral"))
    boss.get(LIST)
    with django_assert_max_num_queries(8):
        page = boss.get(f"{LIST}authors/")
    (credit,) = page.context["credits"]
    assert credit.member == author.staff_member
    assert (credit.made, credit.accepted, credit.won, credit.amount) == (2, 1, 1, Decimal(250000))
    with acting(by=author):
        Referral.objects.update(created_at=now() - dt.timedelta(days=91))
    assert boss.get(f"{LIST}authors/").context["credits"] == []
