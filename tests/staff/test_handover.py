"""Customers of one manager handed to another: proposed, answered, carried out on their day."""

import datetime as dt
import threading
import uuid
from html import escape

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from crm.core.acting import acting
from crm.core.clock import bank_today, clock_at, now
from crm.core.idempotency import FIELD
from crm.core.models import AccessEvent, AuditEvent, Job
from customers import operations as customer_operations
from customers.handover import operations as customer_handovers
from customers.handover.part import CUSTOMERS
from customers.models import Customer, HandedCustomer, ListedCustomer
from staff.handover import operations, parts
from staff.models import Handover, StaffMember
from staff.tasks import handovers_due
from sysadmin.models import Grant, User
from tests.factories import (
    ApprovalPolicyFactory,
    CustomerFactory,
    HandedCustomerFactory,
    HandoverFactory,
    HoldingFactory,
    LicenceFactory,
    StaffMemberFactory,
)
from tests.jobs import work_off
from tests.matrix.test_at_once import until, waiting

HEAD = (
    "customers.view_customer",
    "customers.hand_over_customer",
    "customers.view_holding",
    "staff.view_branch",
    "staff.view_staffmember",
    "staff.view_handover",
    "staff.withdraw_handover",
    "staff.view_licence",
)
MANAGER = (
    "customers.view_customer",
    "customers.view_holding",
    "staff.view_staffmember",
    "staff.view_handover",
    "staff.accept_handover",
    "staff.refuse_handover",
)
PAGE = "/customers/hand-over/"
State = HandedCustomer.State


@pytest.fixture
def head(person, branch):
    """Somebody who heads an outlet."""
    return person(branch, *HEAD)


@pytest.fixture
def desk(signed_in, head):
    """The head at work."""
    return signed_in(head)


@pytest.fixture
def giver(person, branch):
    """A manager whose customers are handed over."""
    return person(branch, *MANAGER, extent=Grant.Reach.OWN).staff_member


@pytest.fixture
def taker(person, branch):
    """The manager who is to have them."""
    return person(branch, *MANAGER, extent=Grant.Reach.OWN).staff_member


@pytest.fixture
def successor(taker, signed_in):
    """The successor at work."""
    return signed_in(taker.user)


@pytest.fixture
def led(giver, branch):
    """Three customers of the first manager."""
    return CustomerFactory.create_batch(3, home_branch=branch, lead_manager=giver)


def in_days(days):
    """A day, counted from today."""
    return bank_today() + dt.timedelta(days=days)


def later(days):
    """The bank's clock so many days on."""
    return clock_at(now() + dt.timedelta(days=days))


def send(client, url, **data):
    """Send a form with a key of its own."""
    return client.post(url, {FIELD: str(uuid.uuid4()), **data})


def propose(client, taker, *, days=0, **chosen):
    """Send the form that hands customers over."""
    sent = {
        "to_member": taker.pk,
        "effective_on": in_days(days).isoformat(),
        "reason": "Nachfolge",
        **chosen,
    }
    return send(client, PAGE, **sent)


def proposed(client, taker, **chosen):
    """The handover that the form has made."""
    answer = propose(client, taker, **chosen)
    assert answer.status_code == 302, answer.context["form"].errors
    handover = Handover.objects.latest("pk")
    assert answer.headers["Location"] == f"/organisation/handovers/{handover.pk}/"
    return handover


def step(client, handover, verb, **data):
    """Take a step with a handover."""
    sent = {"reason": "Gelesen"} | data
    return send(client, f"/organisation/handovers/{handover.pk}/{verb}/", **sent)


def errors(answer):
    """What a refused form says."""
    assert answer.status_code == 422
    return str(answer.context["form"].errors)


def leads(customers):
    """Who leads these customers now."""
    rows = Customer.objects.filter(pk__in=[c.pk for c in customers]).order_by("pk")
    return list(rows.values_list("lead_manager", flat=True))


def states(handover):
    """What became of the customers of a handover, in their order."""
    rows = HandedCustomer.objects.filter(handover=handover).order_by("customer")
    return list(rows.values_list("state", "cause"))


# --- proposing ------------------------------------------------------------------------------------


@pytest.mark.proves("ST-5")
def test_all_of_a_manager_are_proposed_with_what_would_move_and_nothing_moves_yet(
    desk, signed_in, person, giver, taker, led, branch
):
    closed = CustomerFactory(home_branch=branch, lead_manager=giver, status="closed")
    HoldingFactory(customer=led[0])
    LicenceFactory(member=giver)
    member = desk.get(f"/organisation/staff/{giver.pk}/").content.decode()
    assert f"{PAGE}?member={giver.pk}" in member
    page = desk.get(PAGE, {"member": giver.pk}).content.decode()
    for said in ("Concerns 3 records.", giver.latin_name, "CNY 125,000.50", "Licences: member"):
        assert said in page
    other = signed_in(person(branch, "customers.hand_over_customer"))
    assert "Licences: member" not in other.get(PAGE, {"member": giver.pk}).content.decode()
    handover = proposed(desk, taker, member=giver.pk)
    assert (handover.status, handover.size, handover.everything) == ("proposed", 3, True)
    assert leads([*led, closed]) == [giver.pk] * 4
    assert states(handover) == [(State.WAITING, "")] * 3
    shown = desk.get(f"/organisation/handovers/{handover.pk}/").content.decode()
    for said in ("Would move: Customers", "CNY 125,000.50", escape(led[0].latin_name), "Nachfolge"):
        assert said in shown


@pytest.mark.proves("ST-5")
def test_ticked_customers_and_all_that_a_list_holds_are_proposed(desk, giver, taker, led, branch):
    dormant = CustomerFactory(home_branch=branch, lead_manager=giver, status="dormant")
    listed = desk.get("/customers/").content.decode()
    assert f'formaction="{PAGE}"' in listed
    ticked = proposed(desk, taker, sel=[led[0].pk, led[1].pk])
    assert (ticked.size, ticked.everything) == (2, False)
    rest = proposed(desk, taker, matching="1", list="status=dormant")
    assert [one.customer for one in rest.customers.all()] == [dormant]


def test_a_choice_that_is_no_one_manager_s_is_refused_and_says_why(desk, giver, taker, led, branch):
    pool = CustomerFactory(home_branch=branch)
    other = CustomerFactory(home_branch=branch, lead_manager=taker)
    mixed = {"sel": [led[0].pk, led[1].pk, other.pk]}
    assert f"{giver} (2), {taker} (1)" in desk.get(PAGE, mixed).content.decode()
    assert "different lead managers" in errors(propose(desk, taker, **mixed))
    assert "no lead manager" in errors(propose(desk, taker, sel=[pool.pk]))
    for nobody in ({}, {"sel": ["x"]}, {"member": "²"}, {"member": taker.pk + 999}):
        assert "at least one customer" in errors(propose(desk, taker, **nobody))
    assert not Handover.objects.exists()


def test_more_than_one_transaction_takes_is_refused(desk, taker, led, monkeypatch):
    monkeypatch.setattr(customer_handovers, "MOST", 2)
    everyone = {"matching": "1", "list": ""}
    assert "More than 2 customers" in desk.get(PAGE, everyone).content.decode()
    assert "More than 2 customers" in errors(propose(desk, taker, **everyone))
    assert proposed(desk, taker, sel=[led[0].pk, led[1].pk]).size == 2


@pytest.mark.proves("ST-5")
def test_what_a_successor_cannot_take_is_refused_beside_the_field_and_nothing_is_lost(
    desk, system, head, giver, taker, led, branch, other_branch
):
    leaver = StaffMemberFactory(branch=branch, leaves_on=in_days(5))
    joiner = StaffMemberFactory(branch=branch, joined_on=in_days(5))
    silent = StaffMemberFactory(branch=branch, user=None)
    disabled = StaffMemberFactory(branch=branch)
    disabled.user.is_active = False
    with acting(by=system):
        disabled.user.save(update_fields=["is_active"])
    foreign = StaffMemberFactory(branch=other_branch)
    for who, days, said in (
        (giver, 0, "Nobody hands over to themselves"),
        (head.staff_member, 0, "Nobody proposes what goes to themselves"),
        (leaver, 5, "The last day of"),
        (joiner, 4, "joins on"),
        (silent, 0, "cannot sign in"),
        (disabled, 0, "cannot sign in"),
        (foreign, 0, "Choose one of the entries offered."),
    ):
        answer = propose(desk, who, days=days, member=giver.pk)
        assert said in errors(answer)
        assert "to_member" in answer.context["form"].errors
        assert "Nachfolge" in answer.content.decode()
    past = propose(desk, taker, days=-1, member=giver.pk)
    assert "effective_on" in past.context["form"].errors
    assert not Handover.objects.exists()
    assert proposed(desk, leaver, days=4, member=giver.pk)


@pytest.mark.proves("ST-5")
def test_a_successor_needs_the_licences_of_what_the_customers_hold(
    desk, giver, taker, led, successor
):
    HoldingFactory(customer=led[0], product_code="fund")
    HoldingFactory(customer=led[1], product_code="fund")
    HoldingFactory(customer=led[1], product_code="mixed")
    HoldingFactory(customer=led[2], product_code="insurance", status="closed")
    LicenceFactory(member=taker, kind="wealth", expires_on=in_days(9))
    said = errors(propose(desk, taker, days=10, member=giver.pk))
    assert "“Wealth products” that is good on" in said
    assert "1 customer holds products" in said
    assert "“Fund sales”" in said
    assert "2 customers hold products" in said
    assert "Insurance" not in said
    licence = LicenceFactory(member=taker, kind="funds", expires_on=None)
    handover = proposed(desk, taker, days=9, member=giver.pk)
    with acting(by=giver.user):
        licence.expires_on = in_days(8)
        licence.save(update_fields=["expires_on"])
    assert "Fund sales" in "".join(
        step(successor, handover, "accept").context["form"].errors["__all__"]
    )
    handover.refresh_from_db()
    assert handover.status == "proposed"


@pytest.mark.proves("ST-5")
def test_who_waits_in_another_handover_is_named_and_can_be_left_out(desk, giver, taker, led):
    first = proposed(desk, taker, sel=[led[0].pk])
    assert 'name="leaves_out"' not in desk.get(PAGE, {"sel": [led[1].pk]}).content.decode()
    answer = propose(desk, taker, member=giver.pk)
    assert escape(led[0].latin_name) in errors(answer)
    assert led[0].shown_number in errors(answer)
    assert "leaves_out" in answer.context["form"].errors
    second = proposed(desk, taker, member=giver.pk, leaves_out="on")
    assert {one.customer_id for one in second.customers.all()} == {led[1].pk, led[2].pk}
    assert "at least one" in errors(propose(desk, taker, sel=[led[0].pk], leaves_out="on"))
    assert step(desk, first, "withdraw").status_code == 302
    assert proposed(desk, taker, sel=[led[0].pk]).size == 1


def test_customers_out_of_reach_are_never_handed_over(desk, giver, taker, led, other_branch):
    foreign = CustomerFactory(home_branch=other_branch, lead_manager=giver)
    assert "Concerns 3 records." in desk.get(PAGE, {"member": giver.pk}).content.decode()
    assert proposed(desk, taker, member=giver.pk).size == 3
    assert "at least one" in errors(propose(desk, taker, sel=[foreign.pk]))


def test_the_form_asks_the_database_no_more_for_many_customers_than_for_few(
    desk, giver, led, branch
):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(PAGE, {"member": giver.pk}).status_code == 200
        return len(queries)

    few = asked()
    CustomerFactory.create_batch(12, home_branch=branch, lead_manager=giver)
    assert asked() <= few <= 12


# --- answering ------------------------------------------------------------------------------------


@pytest.mark.proves("ST-5")
def test_accepted_for_today_everything_moves_and_nothing_else_changes(
    desk, successor, giver, taker, led
):
    fields = [f.attname for f in Customer._meta.concrete_fields]
    before = {row["id"]: row for row in Customer.objects.values(*fields)}
    handover = proposed(desk, taker, member=giver.pk)
    form = successor.get(f"/organisation/handovers/{handover.pk}/accept/").content.decode()
    assert 'name="version" value="1"' in form
    answer = step(successor, handover, "accept", version=1)
    assert answer.status_code == 302
    said = successor.get(answer.headers["Location"]).content.decode()
    assert "is accepted. Status now: Carried out." in said
    handover.refresh_from_db()
    assert (handover.status, handover.answer) == ("done", "Gelesen")
    assert handover.result["customers.customer"] == {"moved": 3}
    assert leads(led) == [taker.pk] * 3
    assert states(handover) == [(State.MOVED, "")] * 3
    for row in Customer.objects.values(*fields):
        changed = {name for name in fields if row[name] != before[row["id"]][name]}
        assert changed == {"lead_manager_id", "version", "updated_at"}
        assert row["version"] == before[row["id"]]["version"] + 1
    assert set(ListedCustomer.objects.values_list("lead_manager", flat=True)) == {taker.pk}
    trail = AuditEvent.objects.filter(table_name="customers_customer", operation="U")
    assert {(e.actor_id, e.reason) for e in trail} == {(taker.user_id, "Gelesen")}
    assert "3 moved" in desk.get(f"/organisation/handovers/{handover.pk}/").content.decode()


@pytest.mark.proves("ST-5")
def test_refused_with_a_reason_everything_stays_and_the_proposer_reads_why(
    desk, successor, giver, taker, led
):
    handover = proposed(desk, taker, member=giver.pk)
    assert step(successor, handover, "refuse", reason="").status_code == 422
    assert step(successor, handover, "refuse", reason="Zu viele").status_code == 302
    handover.refresh_from_db()
    assert handover.status == "refused"
    assert leads(led) == [giver.pk] * 3
    assert states(handover) == [(State.DROPPED, "")] * 3
    assert "Zu viele" in desk.get(f"/organisation/handovers/{handover.pk}/").content.decode()
    late = step(successor, handover, "accept")
    assert "can no longer be done" in late.content.decode()
    assert leads(led) == [giver.pk] * 3


def test_only_the_successor_answers_and_only_the_giving_side_withdraws(
    desk, successor, signed_in, person, giver, taker, led, branch, bank, other_branch
):
    answering = ("staff.accept_handover", "staff.refuse_handover", "staff.withdraw_handover")
    boss = signed_in(person(bank, "staff.view_handover", *answering))
    handover = proposed(desk, taker, days=3, member=giver.pk)
    for verb in ("accept", "refuse"):
        assert f"Only {taker}" in step(boss, handover, verb).content.decode()
        assert step(signed_in(giver.user), handover, verb).status_code == 422
    page = boss.get(f"/organisation/handovers/{handover.pk}/").content.decode()
    assert "/withdraw/" in page
    assert "/accept/" not in page
    assert step(successor, handover, "withdraw").status_code == 403
    beside = signed_in(person(other_branch, "staff.view_handover", *answering))
    assert step(beside, handover, "accept").status_code == 404
    receiving = HandoverFactory(to_member=StaffMemberFactory(branch=other_branch))
    assert "above the branch" in step(beside, receiving, "withdraw").content.decode()
    assert step(boss, handover, "withdraw", reason="Doch nicht").status_code == 302
    handover.refresh_from_db()
    assert (handover.status, handover.answer) == ("withdrawn", "Doch nicht")


@pytest.mark.proves("ST-5")
def test_a_handover_is_reached_from_both_sides_and_by_who_proposed_it(
    person, bank, branch, other_branch, system
):
    look, reach = "staff.view_handover", Grant.Reach
    leaders = [person(bank, look, extent=reach.TEAM) for _ in range(2)]
    sides = [person(place, look, extent=reach.OWN) for place in (branch, other_branch)]
    author = person(bank, look, extent=reach.OWN)
    heads = [person(place, look, extent=reach.BRANCH) for place in (branch, other_branch)]
    above = person(bank, look, extent=reach.BRANCHES_BELOW)
    strangers = [person(bank, look, extent=e) for e in (reach.OWN, reach.TEAM, reach.BRANCH)]
    giver, taker = (user.staff_member for user in sides)
    with acting(by=system):
        for member, leader in zip((giver, taker), leaders, strict=True):
            member.supervisor = leader.staff_member
            member.save(update_fields=["supervisor"])
    handover = HandoverFactory(from_member=giver, to_member=taker, owner=author)
    for user in (*leaders, *sides, author, *heads, above):
        assert list(Handover.objects.permitted(user)) == [handover]
    for user in strangers:
        assert not Handover.objects.permitted(user).exists()


def test_an_acceptance_of_an_older_page_is_refused(desk, successor, giver, taker, led, system):
    handover = proposed(desk, taker, member=giver.pk)
    with acting(by=system):
        Handover.objects.filter(pk=handover.pk).update(version=2)
    answer = step(successor, handover, "accept", version=1)
    assert answer.status_code == 409
    assert leads(led) == [giver.pk] * 3


@pytest.mark.proves("ST-5")
def test_the_successor_reads_whom_they_are_to_accept_and_nobody_else_does(
    desk, successor, signed_in, person, giver, taker, led, branch
):
    handover = proposed(desk, taker, member=giver.pk)
    page, pack = (f"/organisation/handovers/{handover.pk}/{part}" for part in ("", "pack/"))
    own = signed_in(person(branch, *MANAGER, extent=Grant.Reach.OWN))
    assert own.get(pack).status_code == 404
    narrow = signed_in(person(branch, "staff.view_handover"))
    for url in (page, pack):
        assert escape(led[0].latin_name) in successor.get(url).content.decode()
        seen = narrow.get(url).content.decode()
        assert escape(led[0].latin_name) not in seen
        assert "3 more are not shown here" in " ".join(seen.split())
    assert f"/customers/{led[0].pk}/" not in successor.get(page).content.decode()
    assert successor.get(f"/customers/{led[0].pk}/").status_code == 404
    assert AccessEvent.objects.filter(field="pack", actor=taker.user, row_key=handover.pk).exists()
    assert step(successor, handover, "refuse").status_code == 302
    for url in (page, pack):
        assert escape(led[0].latin_name) not in successor.get(url).content.decode()
        assert escape(led[0].latin_name) in desk.get(url).content.decode()


# --- its day --------------------------------------------------------------------------------------


@pytest.mark.proves("ST-5")
def test_accepted_for_a_later_day_it_moves_on_that_day_once(desk, successor, giver, taker, led):
    handover = proposed(desk, taker, days=3, member=giver.pk)
    assert step(successor, handover, "accept").status_code == 302
    with later(2):
        handovers_due(timestamp=0)
        assert leads(led) == [giver.pk] * 3
    with later(3):
        handovers_due(timestamp=0)
        assert leads(led) == [taker.pk] * 3
        versions = list(Customer.objects.values_list("version", flat=True))
        handovers_due(timestamp=0)
        assert list(Customer.objects.values_list("version", flat=True)) == versions
    handover.refresh_from_db()
    assert handover.status == "done"


@pytest.mark.proves("ST-5")
def test_who_cannot_move_on_the_day_is_left_out_and_told_by_cause(
    desk, successor, system, head, giver, taker, led, branch
):
    third = StaffMemberFactory(branch=branch)
    more = CustomerFactory.create_batch(3, home_branch=branch, lead_manager=giver)
    handover = proposed(desk, taker, days=1, member=giver.pk)
    assert step(successor, handover, "accept").status_code == 302
    closed, merged, other, held, *fit = [*led, *more]
    ApprovalPolicyFactory(operation="customers.identify/1")
    held.latin_name = "Another Name"
    customer_operations.amend(held, by=head, fields=["latin_name"], version=held.version)
    with acting(by=system):
        Customer.objects.filter(pk=closed.pk).update(status="closed")
        Customer.objects.filter(pk=merged.pk).update(status="merged")
        Customer.objects.filter(pk=other.pk).update(lead_manager=third)
    with later(1):
        handovers_due(timestamp=0)
    assert states(handover) == [
        (State.LEFT, "ended"),
        (State.LEFT, "merged"),
        (State.LEFT, "other_manager"),
        (State.LEFT, "waits"),
        (State.MOVED, ""),
        (State.MOVED, ""),
    ]
    assert leads([closed, merged, other, held]) == [giver.pk, giver.pk, third.pk, giver.pk]
    assert leads(fit) == [taker.pk] * 2
    page = desk.get(f"/organisation/handovers/{handover.pk}/").content.decode()
    for said in ("2 moved", "The relationship with the customer has ended.", "second person"):
        assert said in page


@pytest.mark.proves("ST-5")
def test_what_stands_against_it_on_the_day_brings_it_back_with_the_reason(
    desk, successor, head, giver, taker, led
):
    handover = proposed(desk, taker, days=2, member=giver.pk)
    assert step(successor, handover, "accept").status_code == 302
    HoldingFactory(customer=led[0], product_code="fund")
    with later(2):
        handovers_due(timestamp=0)
        handover.refresh_from_db()
        assert (handover.status, handover.result) == ("proposed", {})
        assert leads(led) == [giver.pk] * 3
        page = desk_of(head).get(f"/organisation/handovers/{handover.pk}/").content.decode()
        assert "It was not carried out on its day" in page
        assert "Fund sales" in page
        LicenceFactory(member=taker, kind="funds", expires_on=None)
        assert step(desk_of(taker.user), handover, "accept").status_code == 302
    handover.refresh_from_db()
    assert (handover.status, handover.fault) == ("done", "")
    assert leads(led) == [taker.pk] * 3


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "基金"), ("", "Fund sales")])
def test_the_reason_speaks_the_language_of_who_proposed(
    desk, successor, head, giver, taker, led, language, said
):
    handover = proposed(desk, taker, days=1, member=giver.pk)
    assert step(successor, handover, "accept").status_code == 302
    HoldingFactory(customer=led[0], product_code="fund")
    with acting(by=head):
        User.objects.filter(pk=head.pk).update(language=language)
    with later(1), translation.override("zh-hans" if not language else "en"):
        handovers_due(timestamp=0)
    handover.refresh_from_db()
    assert said in handover.fault


@pytest.mark.proves("ST-5")
@pytest.mark.parametrize(("choice", "follows"), [("yes", True), ("", False)])
def test_the_managing_branch_moves_where_that_was_chosen(
    bank, person, signed_in, giver, other_branch, led, branch, choice, follows
):
    desk = signed_in(person(bank, *HEAD))
    taker = person(other_branch, *MANAGER, extent=Grant.Reach.OWN).staff_member
    handover = proposed(desk, taker, member=giver.pk, moves_branch=choice)
    page = " ".join(desk.get(f"/organisation/handovers/{handover.pk}/").content.decode().split())
    word = "becomes" if follows else "stays as it is"
    assert word in page
    assert step(signed_in(taker.user), handover, "accept").status_code == 302
    place = other_branch if follows else branch
    assert {c.home_branch for c in Customer.objects.filter(lead_manager=taker)} == {place}
    assert set(ListedCustomer.objects.values_list("home_branch", "lft")) == {(place.pk, place.lft)}


def test_a_successor_who_has_moved_on_does_not_take_the_managing_branch_along(
    bank, person, signed_in, system, giver, other_branch, led, branch
):
    taker = person(other_branch, *MANAGER, extent=Grant.Reach.OWN).staff_member
    desk = signed_in(person(bank, *HEAD))
    handover = proposed(desk, taker, member=giver.pk, moves_branch="yes")
    with acting(by=system):
        StaffMember.objects.filter(pk=taker.pk).update(branch=bank)
    answer = step(signed_in(taker.user), handover, "accept")
    assert "now works at another branch" in answer.content.decode()
    assert {c.home_branch for c in Customer.objects.all()} == {branch}


@pytest.mark.proves("ST-5")
def test_much_moves_in_a_job_and_all_at_once(desk, successor, giver, taker, led, monkeypatch):
    monkeypatch.setattr(operations, "AT_ONCE", 2)
    handover = proposed(desk, taker, member=giver.pk)
    assert step(successor, handover, "accept").status_code == 302
    job = Job.objects.get(kind="staff.hand_over")
    assert leads(led) == [giver.pk] * 3
    work_off()
    job.refresh_from_db()
    assert (job.status, job.progress.changed, job.owner) == ("done", 3, taker.user)
    assert leads(led) == [taker.pk] * 3


def test_few_statements_move_many_customers(desk, successor, giver, taker, led, branch):
    def moved():
        handover = proposed(desk, taker, member=giver.pk)
        with CaptureQueriesContext(connection) as queries:
            assert step(successor, handover, "accept").status_code == 302
        return len(queries)

    few = moved()
    CustomerFactory.create_batch(12, home_branch=branch, lead_manager=giver)
    assert moved() <= few


# --- two at once ----------------------------------------------------------------------------------


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


def desk_of(user):
    """A client of its own, signed in."""
    client = Client()
    client.force_login(user)
    client.get("/")
    return client


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


def in_hand(*members):
    """Everything open in the hands of these members, part by part, as keys."""
    return {
        part.key: sorted(key for m in members for key in part.open(m).values_list("pk", flat=True))
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
        propose(desk, team[taker], days=ahead, sel=keys, leaves_out="on")
        asked = Handover.objects.filter(status="proposed").order_by("pk").first()
        if asked and verb:
            answering = clients[team.index(asked.to_member)]
            step(desk if verb == "withdraw" else answering, asked, verb)
        assert (in_hand(*team), kept_facts()) == before
        with acting(by=team[0].user):
            Customer.objects.filter(pk=customers[ends].pk).update(status="closed")
        before = in_hand(*team), kept_facts()
        with later(1 if comes_by else 0):
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


# --- leaving and the pack -------------------------------------------------------------------------


@pytest.mark.proves("ST-6")
def test_nobody_leaves_today_with_customers_in_hand(
    desk, successor, signed_in, person, bank, giver, taker, led
):
    officer = signed_in(person(bank, *HEAD, "staff.leave_staffmember", extent=Grant.Reach.BANK))
    url = f"/organisation/staff/{giver.pk}/leave/"
    assert f"{PAGE}?member={giver.pk}" in officer.get(url).content.decode()
    facts = {"version": 1, "reason": "Pension"}
    refused = send(officer, url, last_day=in_days(0).isoformat(), **facts)
    assert "Still in their hands: 3 customers" in errors(refused)
    assert "last_day" in refused.context["form"].errors
    handover = proposed(desk, taker, member=giver.pk)
    assert step(successor, handover, "accept").status_code == 302
    assert send(officer, url, last_day=in_days(0).isoformat(), **facts).status_code == 302


@pytest.mark.proves("ST-6")
def test_the_page_of_a_leaver_says_what_is_left_and_where_to_hand_it_over(desk, system, giver, led):
    with acting(by=system):
        StaffMember.objects.filter(pk=giver.pk).update(leaves_on=in_days(9))
    page = desk.get(f"/organisation/staff/{giver.pk}/").content.decode()
    assert "3 customers" in page
    assert page.count(f"{PAGE}?member={giver.pk}") == 2


def test_the_pages_of_both_members_show_their_handovers(desk, giver, taker, led):
    handover = proposed(desk, taker, member=giver.pk)
    for field, member in (("from_member", giver), ("to_member", taker)):
        panel = desk.get(f"/organisation/handovers/panel/{field}/{member.pk}/").content.decode()
        assert f"/organisation/handovers/{handover.pk}/" in panel
    mine = desk_of(taker.user).get("/organisation/handovers/?to_member=me&status=proposed")
    assert [row.record for row in mine.context["table"].rows] == [handover]


@pytest.mark.proves("ST-5")
def test_the_pack_names_the_customers_and_what_matures_soon(desk, giver, taker, led):
    soon = HoldingFactory(customer=led[0], matures_on=in_days(90))
    late = HoldingFactory(customer=led[1], matures_on=in_days(91))
    handover = proposed(desk, taker, member=giver.pk)
    with CaptureQueriesContext(connection) as queries:
        page = desk.get(f"/organisation/handovers/{handover.pk}/pack/").content.decode()
    assert len(queries) <= 12
    for said in (led[2].shown_number, escape(led[2].latin_name), "125,000.50", soon.mask):
        assert said in page
    assert late.mask not in page
    assert "Signatures" in page
