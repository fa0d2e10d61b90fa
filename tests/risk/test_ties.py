"""Agents and controlled organisations are stopped with whom the law names, and go on with them."""

import datetime as dt
import uuid

import pytest

from crm.core.clock import bank_today, clock_at, now
from crm.core.idempotency import FIELD
from customers.models import Customer, Restriction
from risk.models import ScreeningHit
from risk.screening import run
from risk.screening.ties import follow_ties
from risk.tasks import watch_ties
from sysadmin.models import Grant, period, system_user
from tests.deciding import step
from tests.factories import (
    CustomerFactory,
    HoldingPartyFactory,
    LinkFactory,
    RelatedPersonFactory,
)
from tests.factories_risk import ListedNameFactory, ScreeningHitFactory, WatchlistEntryFactory

HITS = "/risk/screening/"
DECIDE_HITS = (
    "customers.view_customer",
    "risk.view_screeninghit",
    "risk.confirm_screeninghit",
    "risk.lift_screeninghit",
)
SERVE = ("customers.view_customer", "customers.change_customer", "customers.activate_customer")
YEAR = dt.timedelta(days=365)


@pytest.fixture
def officer(person, bank, signed_in):
    """Signs in somebody who decides hits in the whole bank."""
    return lambda: signed_in(person(bank, *DECIDE_HITS, extent=Grant.Reach.BANK))


@pytest.fixture
def hit(other_branch):
    """Somebody who stands on a statutory list, as it seems."""
    return ScreeningHitFactory(
        customer__home_branch=other_branch,
        customer__name="陈维林",
        entry__added_in__watchlist__is_statutory=True,
    )


def organisation(branch, name):
    return CustomerFactory(
        home_branch=branch, kind="organisation", name=name, status=Customer.Status.DORMANT
    )


def tie(customer, party, kind="owner", share=None, **more):
    return LinkFactory(customer=customer, party=party, person=None, kind=kind, share=share, **more)


def decided(desk, hit, verb):
    hit.refresh_from_db()
    sent = {FIELD: str(uuid.uuid4()), "version": hit.version, "reason": "compared"}
    return desk.post(f"{HITS}{hit.pk}/{verb}/", sent)


def stopped(hit):
    """The names of those whom a hit stops for a tie today."""
    ties = Restriction.objects.in_force().filter(source=hit.source, tied_to=hit.customer)
    return set(ties.values_list("customer__name", flat=True))


@pytest.mark.proves("RM-2")
def test_agents_and_all_that_is_ruled_are_stopped_with_a_statutory_match(
    officer, hit, branch, person, signed_in
):
    listed = hit.customer
    names = ["工厂", "控股", "半数", "孙公司", "配偶公司", "旧公司", "委托人"]
    works, holding, half, below, beside, former, principal = (
        organisation(branch, name) for name in names
    )
    tie(holding, listed, "controller")
    # 30 of one's own and 25 of what one rules are more than half together
    tie(works, listed, share=30)
    tie(works, holding, share=25)
    tie(half, listed, share=50)
    tie(below, works, share=51)
    tie(former, listed, "controller", valid=period(bank_today() - YEAR, bank_today()))
    spouse, agent = CustomerFactory(name="配偶"), CustomerFactory(name="代理人")
    tie(listed, spouse, "spouse")
    tie(beside, spouse, "controller")
    tie(listed, agent, "agent")
    was_named = RelatedPersonFactory(customer=principal, became=listed)
    LinkFactory(customer=principal, person=was_named, kind="agent")
    HoldingPartyFactory(
        holding__customer=listed, customer=CustomerFactory(name="账户代理"), role="agent"
    )

    desk = officer()
    assert decided(desk, hit, "confirm").status_code == 302

    assert stopped(hit) == {"控股", "工厂", "孙公司", "代理人", "委托人", "账户代理"}
    assert f'href="/customers/{below.pk}/"' in desk.get(f"{HITS}{hit.pk}/").content.decode()
    page = desk.get(f"/customers/{below.pk}/").content.decode()
    assert "Tie to a statutory list" in page
    named = f'href="/customers/{listed.pk}/"'
    assert named in page
    client = signed_in(person(branch, *SERVE))
    page = client.get(f"/customers/{below.pk}/").content.decode()
    assert "Tie to a statutory list" in page
    assert named not in page
    refused = step(client, f"/customers/{below.pk}/activate/").content.decode()
    assert "Service for this customer is stopped" in refused


@pytest.mark.proves("RM-2")
def test_ties_follow_the_relationships(officer, hit, branch, person, signed_in):
    works, below = organisation(branch, "工厂"), organisation(branch, "孙公司")
    tie(below, works, share=60)
    decided(officer(), hit, "confirm")
    assert stopped(hit) == set()
    client = signed_in(person(branch, *SERVE, extent=Grant.Reach.BANK))
    address = f"/customers/{works.pk}/links/"
    facts = {
        "kind": "owner", "party": hit.customer_id, "share": "70", "country": "CN",
        "first_day": str(bank_today() - YEAR), "evidence": "register", FIELD: str(uuid.uuid4()),
    }  # fmt: skip
    assert client.post(f"{address}add/", facts).status_code == 302
    assert stopped(hit) == {"工厂", "孙公司"}

    link = works.links.get()
    gone = {
        "last_day": str(bank_today()), "version": link.version, "reason": "sold",
        FIELD: str(uuid.uuid4()),
    }  # fmt: skip
    assert client.post(f"{address}{link.pk}/end/", gone).status_code == 302
    assert stopped(hit) == {"工厂", "孙公司"}
    with clock_at(now() + dt.timedelta(days=1)):
        watch_ties(timestamp=0)
        assert stopped(hit) == set()


@pytest.mark.proves("RM-2")
def test_the_authority_lifts_what_the_law_stops_by_a_second_person(officer, branch):
    entry = WatchlistEntryFactory(name="Chen Weilin", added_in__watchlist__is_statutory=True)
    ListedNameFactory(entry=entry)
    run.screen([CustomerFactory(name="陈维林").pk], by=system_user())
    hit = ScreeningHit.objects.get()
    tie(organisation(branch, "工厂"), hit.customer, "controller")
    desk = officer()
    decided(desk, hit, "confirm")
    assert "Ask a second person" in decided(desk, hit, "lift").content.decode()
    assert stopped(hit) == {"工厂"}

    assert decided(officer(), hit, "lift").status_code == 302

    assert not Restriction.objects.in_force().exists()
    run.screen([hit.customer_id], by=system_user())
    hit.refresh_from_db()
    assert (hit.status, ScreeningHit.objects.count()) == ("lifted", 1)


def test_an_own_list_stops_nobody_else_and_is_not_lifted(officer, branch):
    hit = ScreeningHitFactory()
    tie(organisation(branch, "工厂"), hit.customer, "controller")
    decided(officer(), hit, "confirm")
    assert stopped(hit) == set()
    assert "released until a day" in decided(officer(), hit, "lift").content.decode()


def test_ties_cost_the_same_however_many_matches_there_are(
    branch, django_assert_num_queries, django_assert_max_num_queries
):
    def match():
        hit = ScreeningHitFactory(status="confirmed", entry__added_in__watchlist__is_statutory=True)
        tie(organisation(branch, "工厂"), hit.customer, "controller")

    system = system_user()
    with django_assert_num_queries(3):
        follow_ties(by=system)
    match()
    match()
    watch_ties(timestamp=0)
    match_count = ScreeningHit.objects.confirmed().count()
    assert (match_count, Restriction.objects.in_force().count()) == (2, 2)
    with django_assert_max_num_queries(11):
        follow_ties(by=system)
