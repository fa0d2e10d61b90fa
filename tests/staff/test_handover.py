"""A handover is answered, and carried out on its day."""

from html import escape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from crm.core.acting import acting
from crm.core.models import AccessEvent, AuditEvent, Job
from customers import operations as customer_operations
from customers.models import Customer, ListedCustomer
from staff.handover import operations
from staff.models import Handover, StaffMember
from staff.tasks import handovers_due
from sysadmin.models import Grant, User
from tests.factories import (
    ApprovalPolicyFactory,
    CustomerFactory,
    HandoverFactory,
    HoldingFactory,
    LicenceFactory,
    StaffMemberFactory,
)
from tests.jobs import work_off
from tests.staff.handing import (
    HEAD,
    MANAGER,
    State,
    desk_of,
    later,
    leads,
    propose,
    proposed,
    send,
    states,
    step,
)

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


@pytest.mark.proves("ST-5")
def test_the_successor_is_told_wherever_they_start_until_they_have_answered(
    desk, signed_in, person, giver, branch, led
):
    user = person(branch, *MANAGER, "customers.portfolio_customer", extent=Grant.Reach.OWN)
    taker, successor = user.staff_member, signed_in(user)
    waits = '<b class="n num">2<span class="visually-hidden"> wait for you</span></b>'
    assert 'class="n num"' not in successor.get("/customers/").content.decode()
    first, second = (proposed(desk, taker, sel=[one.pk]) for one in led[:2])
    assert waits in successor.get("/customers/").content.decode()
    mine = successor.get("/customers/portfolio/").content.decode()
    assert "2 handovers wait for your answer" in mine
    assert 'href="/organisation/handovers/?to_member=me&amp;status=proposed"' in mine
    assert "handovers wait" not in desk.get("/customers/").content.decode()
    for handover, verb in ((first, "accept"), (second, "refuse")):
        assert step(successor, handover, verb).status_code == 302
    assert 'class="n num"' not in successor.get("/customers/").content.decode()


@pytest.mark.proves("ST-5")
def test_a_post_that_does_not_fit_the_kind_of_customers_is_said_and_not_refused(
    desk, signed_in, person, system, giver, taker, branch, led
):
    CustomerFactory(home_branch=branch, lead_manager=giver, kind="organisation")
    with acting(by=system):
        StaffMember.objects.filter(pk=taker.pk).update(post="corporate_rm")
    said = f"3 customers are not of the kind that {taker} looks after"
    answer = propose(desk, taker, member=giver.pk)
    page = answer.headers["Location"]
    assert desk.get(page).content.decode().count(said) == 2  # as it is proposed, and on the page
    assert desk.get(page).content.decode().count(said) == 1
    successor = signed_in(taker.user)
    assert said in successor.get(f"{page}accept/").content.decode()
    assert send(successor, f"{page}accept/", reason="").status_code == 302
    assert said not in desk.get(page).content.decode()
    assert leads(led) == [taker.pk] * 3


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
