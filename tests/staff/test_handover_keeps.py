"""Whatever is handed over: nothing is lost, nothing doubled, and two at once meet."""

import threading

import pytest
from django.db import IntegrityError, connection, connections, transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from crm.core.acting import acting
from customers.handover.beside import BESIDE
from customers.handover.part import CUSTOMERS
from customers.models import Customer, HandedCustomer
from staff.handover import parts
from staff.models import Handover, StaffMember
from staff.tasks import handovers_due
from sysadmin.models import Grant, period
from tests.factories import (
    CustomerFactory,
    HandedCustomerFactory,
    HandoverFactory,
    LicenceFactory,
    OwnershipFactory,
)
from tests.matrix.test_at_once import until, waiting
from tests.staff.handing import (
    HEAD,
    MANAGER,
    PAGE,
    State,
    desk_of,
    in_days,
    later,
    leads,
    propose,
    proposed,
    step,
)


def at_once(*calls, hold):
    """What each of two gets who act while what they need is held, so that they meet there."""
    answers = [None] * len(calls)

    def run(place):
        try:
            answers[place] = calls[place]()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(calls))]
    with transaction.atomic():
        hold()
        for thread in threads:
            thread.start()
        until(lambda: waiting() == len(calls))
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.proves("ST-5")
@pytest.mark.django_db(transaction=True)
def test_of_two_acceptances_at_once_one_moves_and_the_other_is_told(head, taker, giver, led):
    handover = proposed(desk_of(head), taker, member=giver.pk)
    clients = [desk_of(taker.user), desk_of(taker.user)]
    answers = at_once(
        *[lambda client=client: step(client, handover, "accept") for client in clients],
        hold=lambda: Handover.objects.select_for_update().get(pk=handover.pk),
    )
    assert sorted(answer.status_code for answer in answers) == [302, 422]
    assert leads(led) == [taker.pk] * 3
    assert set(Customer.objects.values_list("version", flat=True)) == {2}


@pytest.mark.proves("ST-5")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_propose_a_customer_at_once_one_is_told(head, taker, giver, led, branch):
    clients = [desk_of(head), desk_of(head)]
    answers = at_once(
        *[lambda c=c: propose(c, taker, member=giver.pk) for c in clients],
        hold=lambda: StaffMember.objects.select_for_update().get(pk=giver.pk),
    )
    assert sorted(answer.status_code for answer in answers) == [302, 422]
    (refused,) = [answer for answer in answers if answer.status_code == 422]
    assert "has just been proposed in another handover" in refused.content.decode()
    assert Handover.objects.count() == 1
    assert HandedCustomer.objects.filter(state=State.WAITING).count() == 3


@pytest.mark.proves("ST-5")
@pytest.mark.django_db(transaction=True)
def test_a_handover_that_is_held_up_holds_no_other_back(head, taker, giver, led):
    desk, successor = desk_of(head), desk_of(taker.user)
    first, second = (proposed(desk, taker, days=1, sel=[one.pk]) for one in led[:2])
    for handover in (first, second):
        assert step(successor, handover, "accept").status_code == 302
    is_held, may_go = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Handover.objects.select_for_update().get(pk=first.pk)
            is_held.set()
            may_go.wait(20)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    assert is_held.wait(20)
    with connection.cursor() as cursor:
        cursor.execute("set lock_timeout = '50ms'")
    with later(1):
        handovers_due(timestamp=0)
    assert leads(led) == [giver.pk, taker.pk, giver.pk]
    may_go.set()
    holder.join()
    with later(1):
        handovers_due(timestamp=0)
    connection.close()
    assert leads(led) == [taker.pk, taker.pk, giver.pk]


@pytest.mark.proves("ST-5")
def test_the_database_keeps_a_customer_in_one_open_handover(giver, led):
    first = HandedCustomerFactory(customer=led[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        HandedCustomerFactory(customer=led[0])
    with acting(by=giver.user):
        HandedCustomer.objects.filter(pk=first.pk).update(state=State.DROPPED)
    HandedCustomerFactory(customer=led[0])
    with pytest.raises(IntegrityError):
        HandoverFactory(from_member=giver, to_member=giver)


# --- nothing lost, nothing doubled ----------------------------------------------------------------


# an entry that moves is another row from that day on, about the same customer and line
SAME = {BESIDE.key: ("customer", "line", "role")}


def in_hand(*members):
    """Everything open in the hands of these members, part by part, by what makes it the same."""
    return {
        part.key: sorted(
            key for m in members for key in part.open(m).values_list(*SAME.get(part.key, ["pk"]))
        )
        for part in parts.parts()
    }


def kept_facts():
    """What no handover may change about a customer."""
    names = ["pk", "number", "status", "home_branch", "opened_on", "created_at"]
    return sorted(Customer.objects.values_list(*names))


DAYS = st.tuples(
    st.sampled_from([(0, 1), (1, 2), (2, 0), (1, 0)]),  # who hands over to whom
    st.sets(st.integers(0, 7), max_size=6),  # which of the customers are ticked
    st.integers(0, 1),  # how many days ahead
    st.sampled_from(["accept", "accept", "accept", "refuse", "withdraw", ""]),
    st.integers(0, 7),  # whose relationship ends meanwhile
    st.booleans(),  # whether the worker comes by, a day later
)


@pytest.mark.proves("ST-5")
def test_whatever_is_handed_over_all_that_was_open_is_open_after_once(bank, person, signed_in):
    desk = signed_in(person(bank, *HEAD))
    team = [person(bank, *MANAGER, extent=Grant.Reach.OWN).staff_member for _ in range(3)]
    clients = [signed_in(member.user) for member in team]
    statuses = ["active", "dormant", "prospect", "closed", *["active"] * 4]
    customers = [
        CustomerFactory(home_branch=bank, lead_manager=team[n % 3], status=status)
        for n, status in enumerate(statuses)
    ]
    for n, customer in enumerate(customers[:6]):
        valid = period(in_days(n - 3))
        OwnershipFactory(customer=customer, member=team[(n + 1) % 3], valid=valid)

    @settings(max_examples=12, deadline=None, database=None, phases=[Phase.generate, Phase.shrink])
    @given(st.lists(DAYS, min_size=1, max_size=5))
    def every_course(days):
        with transaction.atomic():
            for day in days:
                live_through(day)
            transaction.set_rollback(True)

    def live_through(day):
        (giver, taker), ticked, ahead, verb, ends, comes_by = day
        before = in_hand(*team), kept_facts()
        keys = [customers[n].pk for n in ticked if leads([customers[n]]) == [team[giver].pk]]
        chosen = {"sel": keys} if ticked else {"member": team[giver].pk}
        propose(desk, team[taker], days=ahead, leaves_out="on", **chosen)
        asked = Handover.objects.filter(status="proposed").order_by("pk").first()
        if asked and verb:
            answering = clients[team.index(asked.to_member)]
            step(desk if verb == "withdraw" else answering, asked, verb)
        assert (in_hand(*team), kept_facts()) == before
        with acting(by=team[0].user):
            Customer.objects.filter(pk=customers[ends].pk).update(status="closed")
        with later(1 if comes_by else 0):
            before = in_hand(*team), kept_facts()
            handovers_due(timestamp=0)
            assert (in_hand(*team), kept_facts()) == before
        waiting_rows = HandedCustomer.objects.filter(state=State.WAITING)
        assert not waiting_rows.exclude(handover__in=Handover.objects.undecided()).exists()
        for done in Handover.objects.filter(status="done"):
            counted = done.result[CUSTOMERS.key]
            assert sum(counted.values()) == done.size == done.customers.count()
            assert counted["moved"] == done.customers.filter(state=State.MOVED).count()

    every_course()
    propose(desk, team[1], sel=[customers[0].pk])
    assert step(clients[1], Handover.objects.get(), "accept").status_code == 302
    assert leads(customers[:1]) == [team[1].pk]


def test_every_key_to_a_member_of_staff_moves_or_stays_with_a_reason():
    assert parts.undeclared() == set()
    declared = {key for part in parts.parts() for key in part.moves}
    assert declared <= set(parts.keys_to_staff())


def test_what_nobody_has_declared_is_shown_beside_the_handover(desk, giver, led, monkeypatch):
    LicenceFactory(member=giver)
    monkeypatch.delitem(parts._staying, "staff.licence.member")
    page = desk.get(PAGE, {"member": giver.pk}).content.decode()
    assert "No module has said that it moves" in page
    assert parts.undeclared() == {"staff.licence.member"}
