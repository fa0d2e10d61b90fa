"""Promises to customers: made, kept in time or late, broken by the night, and counted."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.core.acting import acting
from crm.core.clock import bank_today, clock_at, now
from crm.core.models import AuditEvent
from services.models import Promise
from services.tasks import promises_due
from sysadmin.models import Grant, system_user
from tests.factories import BranchFactory, CustomerFactory, StaffMemberFactory
from tests.factories_services.contacts import PromiseFactory
from tests.staff.test_handover import HEAD, MANAGER, proposed, step

SEE = ["customers.view_customer", "services.view_promise"]
WORK = [
    *SEE,
    "staff.view_staffmember",
    "services.add_promise",
    "services.keep_promise",
    "services.pass_on_promise",
    "services.withdraw_promise",
]
ADD, RATE = "/service/promises/add/", "/service/promises/kept/"
STATES = Promise.Status.values


@pytest.fixture
def user(person, branch):
    return person(branch, *WORK)


@pytest.fixture
def client(signed_in, user):
    return signed_in(user)


@pytest.fixture
def customer(branch, user):
    return CustomerFactory(home_branch=branch, lead_manager=user.staff_member)


@pytest.fixture
def promise(customer, user):
    return PromiseFactory(customer=customer, owner=user.staff_member)


def in_days(days):
    return bank_today() + dt.timedelta(days=days)


def later(days):
    """The bank's clock so many days on."""
    return clock_at(now() + dt.timedelta(days=days))


def put(promise, **values):
    with acting(by=system_user()):
        Promise.objects.filter(pk=promise.pk).update(**values)


def words_of(client, address):
    return client.get(address).content.decode()


# --- making ---------------------------------------------------------------------------------------


@pytest.mark.proves("CS-5")
def test_whoever_promises_keeps_it_unless_somebody_else_is_named(
    client, user, customer, person, branch, keyed
):
    data = {"customer": customer.pk, "words": "Send the forms", "due_on": in_days(2).isoformat()}
    assert client.post(ADD, keyed(**data)).status_code == 302
    own = Promise.objects.get()
    assert (own.owner, own.status, own.made_on) == (user.staff_member, "open", bank_today())
    other = person(branch, *SEE).staff_member
    answer = client.post(ADD, keyed(**data, owner=other.pk))
    row = Promise.objects.latest("pk")
    assert answer.headers["Location"] == f"/service/promises/{row.pk}/"
    assert row.owner == other


@pytest.mark.proves("CS-5")
def test_a_day_that_is_over_and_somebody_who_does_not_see_the_customer_are_refused(
    client, customer, branch, keyed
):
    stranger = StaffMemberFactory(branch=branch, latin_name="Wu Bei")
    data = {"customer": customer.pk, "words": "Send the forms", "due_on": in_days(2).isoformat()}
    answer = client.post(ADD, keyed(**data | {"due_on": in_days(-1).isoformat()}))
    assert answer.context["form"].errors["due_on"] == ["This day is over. Enter today or later."]
    answer = client.post(ADD, keyed(**data, owner=stranger.pk))
    told = "Wu Bei does not reach this customer. Choose somebody who does."
    assert answer.context["form"].errors["owner"] == [told]
    assert not Promise.objects.exists()


def test_on_the_customers_page_are_those_that_wait(client, promise, customer, user):
    for status in ("kept", "kept_late", "withdrawn", "broken"):
        row = PromiseFactory(customer=customer, owner=user.staff_member, words=f"It was {status}")
        put(row, status=status)
    page = words_of(client, f"/service/promises/panel/customer/{customer.pk}/")
    assert promise.words in page
    assert "It was broken" in page
    assert not [s for s in ("kept", "kept_late", "withdrawn") if f"It was {s}<" in page]
    assert f'href="{ADD}?customer={customer.pk}"' in page


# --- what becomes of it ---------------------------------------------------------------------------


@pytest.mark.proves("CS-5")
@pytest.mark.parametrize(("days", "status"), [(0, "kept"), (7, "kept"), (8, "kept_late")])
def test_after_its_day_a_promise_is_kept_late(client, promise, keyed, days, status):
    with later(days):
        address = f"/service/promises/{promise.pk}/keep/"
        assert client.post(address, keyed(remark="Sent by courier")).status_code == 302
        day = bank_today()
    promise.refresh_from_db()
    assert (promise.status, promise.settled_on) == (status, day)
    page = words_of(client, f"/service/promises/{promise.pk}/")
    assert "Sent by courier" in page
    assert promise.get_status_display() in page


@pytest.mark.proves("CS-5")
def test_the_day_after_the_job_enters_what_was_not_kept_as_broken(client, promise, user, keyed):
    kept = PromiseFactory(customer=promise.customer, owner=user.staff_member)
    put(kept, status="kept")
    with later(7):
        promises_due(timestamp=0)
        promise.refresh_from_db()
        assert promise.status == "open"
    with later(8):
        promises_due(timestamp=0)
        events = AuditEvent.objects.count()
        promises_due(timestamp=0)
        assert AuditEvent.objects.count() == events
        promise.refresh_from_db()
        assert promise.status == "broken"
        event = AuditEvent.objects.latest("id")
        assert (event.row_key, event.actor) == (str(promise.pk), system_user())
        assert event.reason == "The promised day is over · 承诺日期已过"
        answer = client.post(f"/service/promises/{promise.pk}/keep/", keyed(remark="At last"))
        assert answer.status_code == 302
    promise.refresh_from_db()
    kept.refresh_from_db()
    assert (promise.status, kept.status) == ("kept_late", "kept")


@pytest.mark.proves("CS-5")
@pytest.mark.parametrize("status", STATES)
@pytest.mark.parametrize("verb", sorted(Promise.MOVES))
def test_a_step_is_offered_and_taken_from_the_states_it_leaves(
    client, promise, person, branch, keyed, verb, status
):
    put(promise, status=status)
    other = person(branch, *SEE).staff_member
    address = f"/service/promises/{promise.pk}/{verb}/"
    allowed = status in Promise.MOVES[verb].leaves
    assert (address in words_of(client, f"/service/promises/{promise.pk}/")) == allowed
    sent = keyed(remark="Done", reason="As agreed", owner=other.pk)
    answer = client.post(address, sent)
    assert answer.status_code == (302 if allowed else 422)
    promise.refresh_from_db()
    entered = {"keep": "kept", "withdraw": "withdrawn", "pass_on": status}[verb]
    assert promise.status == (entered if allowed else status)
    assert (promise.owner == other) == (allowed and verb == "pass_on")


@pytest.mark.proves("CS-5")
def test_an_overdue_promise_is_not_withdrawn(client, promise, keyed):
    with later(8):
        answer = client.post(f"/service/promises/{promise.pk}/withdraw/", keyed(reason="Too late"))
    assert answer.status_code == 422
    assert "The promised day is over: it can only be kept late." in answer.content.decode()
    promise.refresh_from_db()
    assert promise.status == "open"


@pytest.mark.proves("CS-5")
def test_a_promise_is_passed_on_to_those_alone_who_see_the_customer(
    client, promise, branch, keyed, user
):
    stranger = StaffMemberFactory(branch=branch, latin_name="Wu Bei")
    address = f"/service/promises/{promise.pk}/pass_on/"
    answer = client.post(address, keyed(owner=stranger.pk, reason="On leave"))
    told = "Wu Bei does not reach this customer. Choose somebody who does."
    assert answer.context["form"].errors["owner"] == [told]
    promise.refresh_from_db()
    assert promise.owner == user.staff_member


def test_the_views_show_ones_own_those_due_today_and_the_overdue(client, user, customer, branch):
    def due(days, owner=user.staff_member, **values):
        row = PromiseFactory(customer=customer, owner=owner, due_on=in_days(days))
        put(row, **values)
        return row

    ahead, today, over = due(3), due(0), due(-1)
    broken, other = due(-5, status="broken"), due(0, owner=StaffMemberFactory(branch=branch))
    due(-2, status="kept")

    def listed(**asked):
        table = client.get("/service/promises/", asked).context["table"]
        return [row.record for row in table.rows]

    assert listed(owner="me", status="open", sort="-due_on") == [over, today, ahead]
    assert listed(due="today") == [other, today]
    assert listed(due="overdue", sort="-due_on") == [broken, over]
    assert listed(due="ahead") == [ahead]


# --- how they are kept ----------------------------------------------------------------------------


@pytest.fixture
def due(branch):
    """Makes promises of somebody that were due so many days ago, with what became of them."""

    def make(owner, *states, ago=10):
        for status in states:
            row = PromiseFactory(
                customer=CustomerFactory(home_branch=owner.branch, lead_manager=owner),
                owner=owner,
                due_on=in_days(-ago),
            )
            put(row, status=status)

    return make


def lines_of(client, **asked):
    rates = client.get(RATE, asked).context["rates"]
    found = [(line.of, line.kept, line.late, line.broken) for line in rates.lines]
    return found, (rates.whole.kept, rates.whole.late, rates.whole.broken)


@pytest.mark.proves("CS-5")
def test_how_promises_were_kept_is_counted_by_branch_and_by_member(
    person, bank, branch, other_branch, signed_in, due
):
    first, second = StaffMemberFactory(branch=branch), StaffMemberFactory(branch=branch)
    third = StaffMemberFactory(branch=other_branch)
    due(first, "kept", "kept", "kept_late", "withdrawn")
    due(second, "broken", "open")
    due(third, "kept")
    due(third, "kept", ago=91)
    due(third, "open", ago=-1)
    client = signed_in(person(bank, *SEE))
    found, whole = lines_of(client)
    assert found == [(branch, 2, 1, 2), (other_branch, 1, 0, 0)]
    assert whole == (3, 1, 2)
    found, whole = lines_of(client, branch=branch.pk)
    assert found == [(second, 0, 0, 2), (first, 2, 1, 0)]
    assert whole == (2, 1, 2)
    page = words_of(client, f"{RATE}?branch={branch.pk}")
    assert "66.7%" in page
    assert "40.0%" in page
    assert "Customers within your reach" in page


@pytest.mark.proves("CS-5")
def test_only_promises_within_reach_are_counted_and_it_is_said(
    person, branch, other_branch, signed_in, due
):
    near, far = (StaffMemberFactory(branch=b) for b in (branch, other_branch))
    due(near, "kept")
    due(far, "broken")
    client = signed_in(person(branch, *SEE))
    # a single branch is within reach: its members of staff show at once
    assert lines_of(client) == ([(near, 1, 0, 0)], (1, 0, 0))
    assert lines_of(client, branch=other_branch.pk) == ([], (0, 0, 0))
    empty = "No promise to a customer within your reach was due in these days."
    assert empty in words_of(client, f"{RATE}?branch={other_branch.pk}")
    assert client.get(f"{RATE}?branch=999999999").status_code == 404
    assert signed_in(person(branch, "customers.view_customer")).get(RATE).status_code == 403


def test_the_rates_are_asked_in_as_many_queries_for_many_as_for_few(
    person, bank, branch, signed_in, due
):
    client = signed_in(person(bank, *SEE, extent=Grant.Reach.BANK))
    places = [branch, *BranchFactory.create_batch(2, parent=bank)]
    for place in places[:2]:
        due(StaffMemberFactory(branch=place), "kept")
    client.get(RATE)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(RATE)
    for place in places:
        due(StaffMemberFactory(branch=place), "kept", "broken")
    with CaptureQueriesContext(connection) as many:
        client.get(RATE)
    assert len(many) == len(few) <= 6


# --- handover -------------------------------------------------------------------------------------


@pytest.mark.proves("CS-5")
@pytest.mark.proves("ST-5")
def test_open_promises_go_with_the_customers_who_are_handed_over(
    person, branch, signed_in, customer, promise, user
):
    staying = PromiseFactory(owner=user.staff_member, customer=CustomerFactory(home_branch=branch))
    broken = PromiseFactory(customer=customer, owner=user.staff_member)
    put(broken, status="broken")
    colleagues = PromiseFactory(customer=customer, owner=StaffMemberFactory(branch=branch))
    others = colleagues.owner
    taker = person(branch, *MANAGER, "services.view_promise").staff_member
    head = signed_in(person(branch, *HEAD, "services.view_promise"))
    handover = proposed(head, taker, sel=[customer.pk])
    pack = words_of(signed_in(taker.user), f"/organisation/handovers/{handover.pk}/pack/")
    assert promise.words in pack
    assert staying.words not in pack
    assert step(signed_in(taker.user), handover, "accept").status_code == 302
    for row in (promise, staying, broken, colleagues):
        row.refresh_from_db()
    assert (promise.owner, promise.due_on, promise.status) == (taker, in_days(7), "open")
    assert (staying.owner, broken.owner) == (user.staff_member, user.staff_member)
    assert colleagues.owner == others
