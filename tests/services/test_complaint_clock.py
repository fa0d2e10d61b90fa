"""The time for a complaint runs in calendar days from its receipt, and nothing stops it."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from crm.core.clock import clock_at
from crm.core.models import Approval
from crm.ops.roles import COMPLAINTS
from services.clock.words import in_words
from services.complaints import operations
from services.complaints.clock import clock_of
from services.models import Complaint
from tests.factories import ApprovalPolicyFactory, CustomerFactory
from tests.factories_services.complaints import ComplaintFactory, prepare

BANK = ZoneInfo("Asia/Shanghai")
LIST = "/service/complaints/"


def at(day, time="10:00"):
    """A moment by the bank's own clock."""
    return dt.datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=BANK)


@pytest.fixture
def agent(person, branch):
    prepare()
    return person(branch, "customers.view_customer", *COMPLAINTS, since=4000)


@pytest.fixture
def customer(branch):
    return CustomerFactory(home_branch=branch)


def received(agent, customer, moment, entered=None):
    """A complaint received at a moment, and entered then or later."""
    with clock_at(entered or moment):
        return operations.receive(
            Complaint(
                customer=customer,
                received_at=moment,
                channel="hotline",
                business="loan",
                cause="pricing",
                description="x",
                expected="y",
            ),
            by=agent,
        )


@pytest.mark.proves("CS-3")
@pytest.mark.parametrize(
    ("moment", "usual", "complex_"),
    [
        (at("2028-02-14"), "2028-02-29", "2028-03-15"),
        (at("2027-02-14"), "2027-03-01", "2027-03-16"),
        (at("2026-12-20"), "2027-01-04", "2027-01-19"),
        (at("2026-11-30", "23:59"), "2026-12-15", "2026-12-30"),
        (at("2026-12-01", "00:00"), "2026-12-16", "2026-12-31"),
    ],
)
def test_the_days_count_from_the_banks_day_of_receipt(agent, customer, moment, usual, complex_):
    complaint = received(agent, customer, moment)
    assert complaint.due_on.isoformat() == usual
    with clock_at(moment):
        operations.complicate(complaint, by=agent, reason="several branches")
    assert complaint.due_on.isoformat() == complex_


@pytest.mark.proves("CS-3")
def test_what_is_entered_later_has_no_more_time(agent, customer):
    complaint = received(agent, customer, at("2026-11-02"), entered=at("2026-11-16"))
    assert complaint.due_on == dt.date(2026, 11, 17)


@pytest.mark.proves("CS-3")
def test_nothing_is_made_complex_once_its_time_is_over(signed_in, keyed, agent, customer):
    complaint = received(agent, customer, at("2026-11-02"))
    address = f"{LIST}{complaint.pk}/complicate/"
    with clock_at(at("2026-11-18", "00:00")):
        answer = signed_in(agent).post(address, keyed(reason="x"))
    assert answer.status_code == 422
    assert "The answer was due on 17 Nov 2026." in answer.content.decode()
    with clock_at(at("2026-11-17", "23:59")):
        assert signed_in(agent).post(address, keyed(reason="x")).status_code == 302


def complex_one(agent, customer):
    """A complex complaint received on 2 November 2026, due on 2 December."""
    complaint = received(agent, customer, at("2026-11-02"))
    with clock_at(at("2026-11-03")):
        operations.complicate(complaint, by=agent, reason="x")
    return complaint


@pytest.mark.proves("CS-3")
def test_a_complex_complaint_is_extended_once_with_notice_and_before_it_is_due(
    signed_in, keyed, agent, customer
):
    complaint = complex_one(agent, customer)
    assert complaint.due_on == dt.date(2026, 12, 2)
    address, client = f"{LIST}{complaint.pk}/extend/", signed_in(agent)
    with clock_at(at("2026-12-02", "23:59")):
        for told in ("2026-11-01", "2026-12-03"):
            answer = client.post(address, keyed(told_on=told, reason="expert opinion"))
            assert answer.context["form"].errors["told_on"]
        sent = {"told_on": "2026-12-02", "reason": "expert opinion"}
        assert client.post(address, keyed(**sent)).status_code == 302
        again = client.post(address, keyed(**sent))
    complaint.refresh_from_db()
    assert complaint.due_on == dt.date(2027, 1, 1)
    assert complaint.extension_told_on == dt.date(2026, 12, 2)
    assert again.status_code == 422
    assert "There is no second extension." in again.content.decode()


@pytest.mark.proves("CS-3")
def test_no_extension_once_it_is_over_or_while_it_is_not_complex(signed_in, keyed, agent, customer):
    late, plain = complex_one(agent, customer), received(agent, customer, at("2026-11-20"))
    client, sent = signed_in(agent), {"told_on": "2026-12-03", "reason": "x"}
    with clock_at(at("2026-12-03", "00:00")):
        answers = [client.post(f"{LIST}{c.pk}/extend/", keyed(**sent)) for c in (late, plain)]
    told = ("No time is added once it is over.", "Mark it as complex first.")
    for answer, words in zip(answers, told, strict=True):
        assert answer.status_code == 422
        assert words in answer.content.decode()


@pytest.mark.proves("CS-3")
def test_an_extension_waits_for_a_second_person_and_is_lost_if_that_is_too_late(
    signed_in, keyed, agent, customer, checker, deciders
):
    ApprovalPolicyFactory(operation="services.extend_complaint/1", role=deciders, days=60)
    complaint = complex_one(agent, customer)
    with clock_at(at("2026-11-30")):
        sent = keyed(told_on="2026-11-29", reason="expert opinion")
        assert signed_in(agent).post(f"{LIST}{complaint.pk}/extend/", sent).status_code == 302
    request = Approval.objects.get()
    page = signed_in(checker).get(f"/system/approvals/{request.pk}/").content.decode()
    assert "2 Dec 2026" in page
    assert "1 Jan 2027" in page
    complaint.refresh_from_db()
    assert complaint.due_on == dt.date(2026, 12, 2)
    address = f"/system/approvals/{request.pk}/approve/"
    with clock_at(at("2026-12-03")):
        answer = signed_in(checker).post(address, keyed(reason=""))
        assert "No time is added once it is over." in answer.content.decode()
    with clock_at(at("2026-12-02")):
        assert signed_in(checker).post(address, keyed(reason="")).status_code == 302
    complaint.refresh_from_db()
    assert complaint.due_on == dt.date(2027, 1, 1)


@pytest.mark.proves("CS-3")
def test_the_clock_says_what_is_left_warns_in_the_last_quarter_and_then_counts_on(customer, branch):
    complaint = ComplaintFactory(
        customer=customer, received_at=at("2026-11-02", "12:00"), due_on=dt.date(2026, 11, 17)
    )
    for moment, tone, words in (
        (at("2026-11-03"), "", "14d 14h left"),
        (at("2026-11-14", "03:00"), "", "3d 21h left"),
        (at("2026-11-14", "04:00"), "warn", "3d 20h left"),
        (at("2026-11-17", "22:20"), "warn", "1h 40m left"),
        (at("2026-11-18", "00:00"), "bad", "0m over"),
        (at("2026-11-20", "01:00"), "bad", "2d 1h over"),
    ):
        with clock_at(moment):
            clock = clock_of(complaint)
        assert (clock.tone, clock.words) == (tone, words), moment
    complaint.status = Complaint.Status.ANSWERED
    assert clock_of(complaint) is None


def test_the_two_larger_units_are_named():
    assert in_words(dt.timedelta(minutes=61)) == "1h 1m left"
    assert in_words(-dt.timedelta(hours=25)) == "1d 1h over"
