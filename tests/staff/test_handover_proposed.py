"""Customers of one manager are proposed to another: who, to whom, from which day."""

import html
import re
from html import escape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.core.acting import acting
from crm.core.formats import day
from customers.handover import operations as customer_handovers
from staff.models import Handover, StaffMember
from sysadmin.models import Grant
from tests.factories import (
    CustomerFactory,
    HoldingFactory,
    LicenceFactory,
    StaffMemberFactory,
)
from tests.staff.handing import (
    HEAD,
    PAGE,
    State,
    desk_of,
    errors,
    in_days,
    later,
    leads,
    propose,
    proposed,
    send,
    states,
    step,
)


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
    for said in (
        "Concerns 3 records.",
        giver.latin_name,
        "CNY 125,000.50",
        "A licence is the person&#x27;s own.",
    ):
        assert said in page
    other = signed_in(person(branch, "customers.hand_over_customer"))
    assert "A licence is" not in other.get(PAGE, {"member": giver.pk}).content.decode()
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
    asked = desk.get(PAGE, mixed).content.decode()
    assert asked.count(f"{giver} (2), {taker} (1)") == 1
    assert 'name="to_member"' not in asked
    assert "different lead managers" in errors(propose(desk, taker, **mixed))
    assert "no lead manager" in errors(propose(desk, taker, sel=[pool.pk]))
    for nobody in ({}, {"sel": ["x"]}, {"member": "²"}, {"member": taker.pk + 999}):
        assert "at least one customer" in errors(propose(desk, taker, **nobody))
    assert not Handover.objects.exists()


@pytest.mark.proves("ST-5")
def test_of_customers_of_several_managers_those_of_one_can_be_kept(
    desk, giver, taker, led, branch, person
):
    pool = CustomerFactory(home_branch=branch)
    other = CustomerFactory(home_branch=branch, lead_manager=taker)
    mixed = {"sel": [led[0].pk, led[1].pk, other.pk, pool.pk]}
    offered = html.unescape(desk.get(PAGE, mixed).content.decode())
    (address,) = re.findall(rf'href="(\S+giver={giver.pk})"', offered)
    page = desk.get(address).content.decode()
    assert "Concerns 2 records." in page
    assert "Left out: of other managers" in page
    assert f'name="giver" value="{giver.pk}"' in page
    successor = person(branch).staff_member
    handover = proposed(desk, successor, giver=giver.pk, **mixed)
    assert {one.customer for one in handover.customers.all()} == set(led[:2])
    assert propose(desk, successor, giver="x", **mixed).status_code == 422


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


@pytest.mark.proves("ST-6")
def test_a_leaver_hands_over_by_their_last_day_and_nobody_half_a_year_ahead(
    desk, head, system, giver, taker, led
):
    far = propose(desk, taker, days=181, member=giver.pk)
    assert f"Enter {day(in_days(180))} or an earlier day" in errors(far)
    with acting(by=system):
        StaffMember.objects.filter(pk=giver.pk).update(leaves_on=in_days(5))
    late = propose(desk, taker, days=6, member=giver.pk)
    assert f"Enter {day(in_days(5))} or an earlier day" in errors(late)
    for refused in (far, late):
        assert set(refused.context["form"].errors) == {"effective_on"}
    assert not Handover.objects.exists()
    with later(9):
        after = desk_of(head)
        gone = propose(after, taker, days=1, member=giver.pk)
        assert f"Enter {day(in_days(0))} or an earlier day" in errors(gone)
        assert proposed(after, taker, sel=[led[0].pk])
    assert proposed(desk, taker, days=5, sel=[led[1].pk])


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


@pytest.mark.proves("ST-6")
def test_where_all_waits_in_a_handover_the_page_leads_to_it_and_begins_no_second_one(
    desk, signed_in, person, bank, giver, taker, led
):
    begins = f"{PAGE}?member={giver.pk}"
    officer = signed_in(person(bank, *HEAD, "staff.leave_staffmember", extent=Grant.Reach.BANK))
    urls = [f"/organisation/staff/{giver.pk}/", f"/organisation/staff/{giver.pk}/leave/"]
    some = proposed(desk, taker, days=3, sel=[led[0].pk])
    for url in urls:
        assert begins in officer.get(url).content.decode()
    rest = proposed(desk, taker, days=4, sel=[led[1].pk, led[2].pk])
    for url in urls:
        page = officer.get(url).content.decode()
        assert begins not in page
        for handover, days in ((some, 3), (rest, 4)):
            assert f"/organisation/handovers/{handover.pk}/" in page
            assert f"Proposed, effective on {day(in_days(days))}" in page


@pytest.mark.proves("ST-5")
def test_all_customers_of_a_handover_are_listed_in_pages_by_who_may_read_of_them(
    desk, signed_in, person, successor, giver, taker, branch, other_branch
):
    many = CustomerFactory.create_batch(52, home_branch=branch, lead_manager=giver)
    handover = proposed(desk, taker, member=giver.pk)
    page, url = f"/organisation/handovers/{handover.pk}/", f"/customers/handed/{handover.pk}/"
    assert url in desk.get(page).content.decode()
    for reader in (desk, successor):
        first = reader.get(url)
        (after,) = re.findall(r'href="[?](after=[^"]+)"', first.content.decode())
        second = reader.get(f"{url}?{html.unescape(after)}")
        seen = [row.cells[0] for one in (first, second) for row in one.context["listing"].rows]
        assert sorted(seen) == sorted(one.shown_number for one in many)
        assert len(first.context["listing"].rows) == 50
    narrow = signed_in(person(branch, "staff.view_handover"))
    assert narrow.get(url).context["listing"].rows == []
    beside = signed_in(person(other_branch, "staff.view_handover"))
    assert beside.get(url).status_code == 404
    with CaptureQueriesContext(connection) as queries:
        desk.get(url)
    assert len(queries) <= 8


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
    assert len(queries) <= 15  # one of each module that has a part in it
    for said in (led[2].shown_number, escape(led[2].latin_name), "125,000.50", soon.mask):
        assert said in page
    assert late.mask not in page
    assert "Signatures" in page
