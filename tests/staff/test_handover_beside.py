"""What a manager does beside the customers they lead goes along with a handover."""

import pytest

from crm.core.acting import acting
from crm.core.clock import bank_today
from customers.models import Customer, Ownership
from sysadmin.models import Grant, period
from tests.factories import (
    ConflictFactory,
    CustomerFactory,
    HoldingFactory,
    LicenceFactory,
    OwnershipFactory,
)
from tests.matrix.subjects import enter_lines
from tests.staff.handing import HEAD, PAGE, errors, in_days, propose, proposed, send, step

pytestmark = pytest.mark.usefixtures("lines")
BEGUN = -10


@pytest.fixture
def lines(db):
    """The shipped lines of business."""
    enter_lines()


def entry(member, *, customer=None, first=BEGUN, beyond=None, **facts):
    """Somebody who assists a customer, or leads another line, from a day on."""
    customer = customer or CustomerFactory(home_branch=member.branch)
    valid = period(in_days(first), in_days(beyond) if beyond else None)
    return OwnershipFactory(customer=customer, member=member, valid=valid, **facts)


def hands(customer):
    """Who looked after a customer beside the lead manager, as what, from when until when."""
    rows = Ownership.objects.filter(customer=customer, is_main=False, is_withdrawn=False)
    return [
        (one.member, one.role, one.valid.lower, one.valid.upper)
        for one in rows.select_related("member").order_by("valid", "pk")
    ]


@pytest.mark.proves("ST-5")
def test_everything_takes_along_who_is_assisted_and_led_in_other_lines_and_keeps_their_past(
    desk, successor, giver, taker, led
):
    begun = entry(giver, beyond=30)
    lead = entry(giver, role="lead")
    ahead = entry(giver, first=5)
    over = entry(giver, first=-20, beyond=-3)
    asked = " ".join(desk.get(PAGE, {"member": giver.pk}).content.decode().split())
    assert 'led in another line</dt> <dd class="num">3</dd>' in asked
    handover = proposed(desk, taker, member=giver.pk)
    page = f"/organisation/handovers/{handover.pk}/"
    for said in ("Would move: Assisted, or led in another line", begun.customer.shown_name):
        assert said in desk.get(page).content.decode()
        assert said in desk.get(page).content.decode()
    assert begun.customer.shown_number in successor.get(f"{page}pack/").content.decode()
    assert step(successor, handover, "accept").status_code == 302
    today = bank_today()
    for one, beyond in ((begun, in_days(30)), (lead, None)):
        assert hands(one.customer) == [
            (giver, one.role, in_days(BEGUN), today),
            (taker, one.role, today, beyond),
        ]
    assert hands(ahead.customer) == [(taker, "assisting", in_days(5), None)]
    assert hands(over.customer) == [(giver, "assisting", in_days(-20), in_days(-3))]
    handover.refresh_from_db()
    assert handover.result["customers.ownership"] == {"moved": 3}
    assert not Ownership.objects.filter(valid__contains=today, member=giver, is_main=False).exists()


@pytest.mark.proves("ST-5")
def test_chosen_customers_take_along_what_their_manager_does_about_them_alone(
    desk, successor, giver, taker, led
):
    about, other = entry(giver, customer=led[0], role="lead"), entry(giver)
    handover = proposed(desk, taker, sel=[led[0].pk])
    assert step(successor, handover, "accept").status_code == 302
    assert [row[0] for row in hands(about.customer)] == [giver, taker]
    assert [row[0] for row in hands(other.customer)] == [giver]


@pytest.mark.proves("ST-5")
def test_an_entry_that_cannot_move_stays_or_ends_and_the_page_says_why(
    desk, successor, system, giver, taker, led
):
    close, double, moved, gone = (entry(giver) for _ in range(4))
    theirs = entry(taker, customer=double.customer)
    main = entry(giver, customer=CustomerFactory(lead_manager=taker, home_branch=taker.branch))
    retail = entry(giver, customer=main.customer, line="retail")
    handover = proposed(desk, taker, member=giver.pk)
    ConflictFactory(member=taker, customer=close.customer)
    with acting(by=system):
        Customer.objects.filter(pk=gone.customer_id).update(status="closed")
    assert step(successor, handover, "accept").status_code == 302
    today = bank_today()
    assert hands(close.customer) == [(giver, "assisting", in_days(BEGUN), None)]
    assert hands(gone.customer) == [(giver, "assisting", in_days(BEGUN), None)]
    assert hands(double.customer) == [
        (giver, "assisting", in_days(BEGUN), today),
        (taker, "assisting", theirs.valid.lower, None),
    ]
    assert [row[0] for row in hands(moved.customer)] == [giver, taker]
    retail.refresh_from_db()
    assert retail.valid.upper == today
    handover.refresh_from_db()
    counts = {"moved": 2, "conflict": 1, "double": 2, "over": 1}
    assert handover.result["customers.ownership"] == counts
    page = desk.get(f"/organisation/handovers/{handover.pk}/").content.decode()
    for said in ("2 moved", "A conflict of interest", "in this line already; it ends"):
        assert said in page


@pytest.mark.proves("ST-5")
def test_an_entry_asks_the_successor_for_the_licences_that_the_customer_needs(desk, giver, taker):
    HoldingFactory(customer=entry(giver).customer, product_code="fund")
    assert "“Fund sales”" in errors(propose(desk, taker, member=giver.pk))
    LicenceFactory(member=taker, kind="funds", expires_on=None)
    assert proposed(desk, taker, member=giver.pk).size == 0


@pytest.mark.proves("ST-6")
def test_who_leads_nobody_and_assists_some_leaves_once_that_is_handed_over(
    desk, successor, signed_in, person, bank, giver, taker
):
    one = entry(giver)
    officer = signed_in(person(bank, *HEAD, "staff.leave_staffmember", extent=Grant.Reach.BANK))
    url = f"/organisation/staff/{giver.pk}/leave/"
    leaving = {"version": 1, "reason": "Pension", "last_day": in_days(0).isoformat()}
    assert "assist or lead in another line" in errors(send(officer, url, **leaving))
    assert step(successor, proposed(desk, taker, member=giver.pk), "accept").status_code == 302
    assert send(officer, url, **leaving).status_code == 302
    assert [row[0] for row in hands(one.customer)] == [giver, taker]


def test_entries_about_customers_out_of_reach_stay(desk, successor, giver, taker, other_branch):
    foreign = entry(giver, customer=CustomerFactory(home_branch=other_branch))
    assert "at least one" in errors(propose(desk, taker, member=giver.pk))
    near = entry(giver)
    assert step(successor, proposed(desk, taker, member=giver.pk), "accept").status_code == 302
    assert [row[0] for row in hands(foreign.customer)] == [giver]
    assert [row[0] for row in hands(near.customer)] == [giver, taker]
