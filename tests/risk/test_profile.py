"""The risk of a customer at a glance in their name row, and on a tab: each part for who sees it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config_admin.dictionaries.first_values import enter_missing as enter_dictionaries
from crm.core.acting import acting
from crm.core.clock import bank_today
from crm.core.icons import icon
from crm.core.models import AccessEvent
from risk.diligence.first_values import enter_missing
from risk.models import AlertCase, Diligence, DiligenceLevel
from sysadmin.models import Grant, system_user
from tests.factories import (
    CustomerFactory,
    GrantFactory,
    LinkFactory,
    RoleFactory,
    StaffMemberFactory,
)
from tests.factories_claims import ClaimFactory
from tests.factories_risk import (
    AlertCaseFactory,
    DiligenceFactory,
    RestrictionFactory,
    ScreeningHitFactory,
)

SEE = "customers.view_customer"
RATED, HITS, CASES, CLAIMS = (
    f"risk.view_{name}" for name in ("diligence", "screeninghit", "alertcase", "claim")
)
ALL = (SEE, RATED, HITS, CASES, CLAIMS)
TAB = "Risk and due diligence"


@pytest.fixture(autouse=True)
def configured(db):
    """The shipped levels and factors."""
    with acting(by=system_user()):
        enter_missing()


@pytest.fixture
def customer(branch):
    return CustomerFactory(home_branch=branch)


def seen_by(person, branch, signed_in, *actions, **more):
    """Somebody with these actions, at work."""
    return signed_in(person(branch, *actions, **more))


def rated(customer, code, *, due=400, **facts):
    """A customer at a level, with the next review in so many days."""
    level = DiligenceLevel.objects.get(code=code)
    today = bank_today()
    facts = {
        "level": level,
        "rated_level": level,
        "points": 12,
        "rated_on": today,
        "rated_by": system_user(),
        "lines": [
            {"factor": "channel", "value": "remote", "points": 15, "floor": ""},
            {"factor": "screening", "value": "open", "points": 10, "floor": "high"},
        ],
    } | facts
    return DiligenceFactory(customer=customer, due_on=today + dt.timedelta(days=due), **facts)


def name_row(page):
    """What stands under the name of a customer."""
    return page.split('class="row-f chips"')[1].split("</div>")[0]


def opened(client, customer, tab=""):
    """A page of a customer."""
    address = f"/risk/customers/{customer.pk}/" if tab == "risk" else f"/customers/{customer.pk}/"
    answer = client.get(f"{address}{tab}/" if tab not in {"", "risk"} else address)
    assert answer.status_code == 200
    return answer.content.decode()


# --- at a glance ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "tone", "symbol"),
    [
        ("low", "tag-ok", "circle-check"),
        ("medium", "tag-warn", "circle-alert"),
        ("high", "tag-bad", "octagon-alert"),
        ("very_high", "tag-bad", "octagon-alert"),
    ],
)
def test_the_level_stands_in_the_name_row_in_its_colour(
    person, branch, signed_in, customer, code, tone, symbol
):
    level = rated(customer, code).level
    client = seen_by(person, branch, signed_in, SEE, RATED)
    for tab in ("", "timeline", "managers", "links", "risk"):
        row = name_row(opened(client, customer, tab))
        assert f"Risk: {level.name}" in row
        chip = row.split(f"Risk: {level.name}")[0].rsplit("<span", 1)[1]
        assert tone in chip
        assert icon(symbol, 12) in chip
        assert "overdue" not in row


@pytest.mark.parametrize(
    ("due", "said", "is_late"), [(400, "in 400 days", False), (3, "in 3 days", True)]
)
def test_the_next_review_is_a_key_fact_for_those_who_see_ratings(
    person, branch, signed_in, customer, due, said, is_late
):
    rated(customer, "low", due=due)
    page = opened(seen_by(person, branch, signed_in, SEE, RATED), customer)
    fact = page.split("<dt>Next review</dt>")[1].split("</div>")[0]
    assert said in fact
    assert ('class="late"' in fact) == is_late
    assert "Next review" not in opened(seen_by(person, branch, signed_in, SEE), customer)


def test_who_is_not_rated_is_neutral_and_what_is_overdue_amber(person, branch, signed_in, customer):
    client = seen_by(person, branch, signed_in, SEE, RATED)
    assert "Not rated" not in name_row(opened(client, customer))
    diligence = DiligenceFactory(customer=customer, due_on=bank_today())
    row = name_row(opened(client, customer))
    assert "Not rated" in row
    assert "overdue" not in row
    with acting(by=system_user()):
        Diligence.objects.filter(pk=diligence.pk).update(due_on=bank_today() - dt.timedelta(days=1))
    chip = name_row(opened(client, customer)).split("First rating overdue")[0].rsplit("<span", 1)[1]
    assert "tag-warn" in chip
    other = CustomerFactory(home_branch=branch)
    rated(other, "low", due=-1)
    assert "Review overdue" in name_row(opened(client, other))
    closed = CustomerFactory(home_branch=branch, status="closed")
    rated(closed, "low", due=-1)
    assert "Review overdue" not in name_row(opened(client, closed))


def test_the_level_is_for_those_who_may_see_it_there(
    person, branch, other_branch, signed_in, customer
):
    rated(customer, "high", due=-3)
    without = seen_by(person, branch, signed_in, SEE, HITS)
    elsewhere = person(branch, SEE)
    GrantFactory(user=elsewhere, role=RoleFactory(actions=[RATED]), branch=other_branch)
    for client in (without, signed_in(elsewhere)):
        row = name_row(opened(client, customer))
        assert "Risk:" not in row
        assert "overdue" not in row


def asked(client, address):
    """How many questions a page asks the database, once its session has begun."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len([one for one in queries if "SAVEPOINT" not in one["sql"]])


def test_what_is_seen_at_a_glance_costs_no_question_of_its_own(person, branch, signed_in, customer):
    with acting(by=system_user()):
        enter_dictionaries()
    address = f"/customers/{customer.pk}/"
    plain = seen_by(person, branch, signed_in, SEE, "customers.view_holding")
    without = asked(plain, address)
    rated(customer, "medium")
    ScreeningHitFactory(customer=customer)
    AlertCaseFactory(customer=customer)
    ClaimFactory(customer=customer, risk_class=3)
    every = seen_by(person, branch, signed_in, *ALL, "customers.view_holding")
    assert asked(every, address) == without
    # the entries of the dictionary are read in tests alone: elsewhere a process keeps them
    assert without - 1 == 10
    RestrictionFactory(customer=customer)
    assert asked(every, address) == without + 1


# --- the overview --------------------------------------------------------------------


def cards(page):
    """Which cards of risk the overview fetches."""
    names = ("diligence", "screening", "cases", "claims")
    return {name for name in names if f"/risk/{name}/panel/" in page}


def test_the_overview_has_a_card_only_for_what_needs_somebody(person, branch, signed_in, customer):
    client = seen_by(person, branch, signed_in, *ALL)
    diligence = rated(customer, "low")
    hit = ScreeningHitFactory(customer=customer, status="dismissed")
    case = AlertCaseFactory(customer=customer, status="closed", officer=StaffMemberFactory())
    claim = ClaimFactory(customer=customer)
    assert cards(opened(client, customer)) == set()
    with acting(by=system_user()):
        for row, changes in (
            (diligence, {"due_on": bank_today() + dt.timedelta(days=20)}),
            (hit, {"status": "open"}),
            (case, {"status": "investigating"}),
            (claim, {"risk_class": 2}),
        ):
            type(row).objects.filter(pk=row.pk).update(**changes)
    assert cards(opened(client, customer)) == {"diligence", "screening", "cases", "claims"}


# --- the tab -------------------------------------------------------------------------


def sections(page):
    """The sections of risk that a page has."""
    keys = ("rating", "ratings", "missing", "hits", "claims", "cases", "owners")
    return [key for key in keys if f'id="{key}"' in page]


def test_the_tab_tells_the_rating_with_what_counted_and_what_was_before(
    person, branch, signed_in, customer
):
    diligence = rated(customer, "low")
    level = DiligenceLevel.objects.get(code="medium")
    with acting(by=system_user()):
        Diligence.objects.filter(pk=diligence.pk).update(level=level, points=41)
    client = seen_by(person, branch, signed_in, *ALL, "risk.rate_diligence")
    page = opened(client, customer, "risk")
    rating, rest = page.split('id="rating"')[1].split('id="ratings"')
    for shown in ("Risk: Medium", "41", "Never met in person", "Screening", "Later"):
        assert shown in rating
    assert f"/risk/diligence/{diligence.pk}/rate/" in rating
    assert f"/risk/diligence/{diligence.pk}/override/" not in rating
    before = rest.split("</section>")[0]
    assert before.index("Risk: Medium") < before.index("Risk: Low")


def test_the_tab_shows_each_part_with_the_way_to_its_record(person, branch, signed_in):
    company = CustomerFactory(home_branch=branch, kind="organisation")
    LinkFactory(customer=company, kind="owner", share=60)
    records = [
        rated(company, "high"),
        ScreeningHitFactory(customer=company, listed_name="Harrow Trading"),
        AlertCaseFactory(customer=company),
        ClaimFactory(customer=company, risk_class=3, holding__overdue_days=95),
    ]
    page = opened(seen_by(person, branch, signed_in, *ALL), company, "risk")
    assert sections(page) == ["rating", "ratings", "missing", "hits", "claims", "cases", "owners"]
    for record in records:
        assert f'href="/risk/{ROUTES[type(record).__name__]}/{record.pk}/"' in page
    for shown in ("Harrow Trading", "Substandard", "95", "60"):
        assert shown in page
    seen = AccessEvent.objects.filter(kind="view", row_key=company.pk, field="risk")
    assert seen.count() == 1


ROUTES = {
    "Diligence": "diligence",
    "ScreeningHit": "screening",
    "AlertCase": "cases",
    "Claim": "claims",
}


def test_the_tab_says_what_there_is_nothing_of(person, branch, signed_in, customer):
    page = opened(seen_by(person, branch, signed_in, *ALL), customer, "risk")
    assert sections(page) == ["rating", "missing", "hits", "claims", "cases"]
    for said in (
        "Due diligence has not begun with this customer.",
        "No name on a list is like the customer",
        "The customer owes the bank nothing that is classified.",
        "There are none, or none within your reach.",
        "The customer has not been screened yet",
        "Everything that the bank asks for is known.",
    ):
        assert said in page


def test_who_may_not_see_a_part_is_told_so_and_sees_nothing_of_it(
    person, branch, signed_in, customer
):
    rated(customer, "high")
    hit = ScreeningHitFactory(customer=customer, listed_name="Zhuge Weixiong")
    some = seen_by(person, branch, signed_in, SEE, CLAIMS)
    page = opened(some, customer, "risk")
    assert sections(page) == ["missing", "claims"]
    assert "You have no right to see: due diligence · screening hits · alert cases." in page
    assert hit.listed_name not in page
    assert "Risk: High" not in page
    assert TAB in opened(some, customer)
    assert TAB not in opened(seen_by(person, branch, signed_in, SEE), customer)
    rater = opened(seen_by(person, branch, signed_in, SEE, RATED), customer, "risk")
    assert "Never met in person" in rater
    assert "<td>Screening</td>" not in rater


@pytest.mark.proves("RM-5")
def test_a_case_referred_for_a_report_stays_invisible(person, branch, signed_in, customer):
    case = AlertCaseFactory(customer=customer)
    with acting(by=system_user()):
        AlertCase.objects.filter(pk=case.pk).update(is_restricted=True)
    manager = seen_by(person, branch, signed_in, *ALL)
    assert case.number not in opened(manager, customer, "risk")
    assert cards(opened(manager, customer)) == set()
    compliance = seen_by(
        person, branch, signed_in, *ALL, "risk.view_restricted_alertcase", extent=Grant.Reach.BANK
    )
    assert case.number in opened(compliance, customer, "risk")
    assert cards(opened(compliance, customer)) == {"cases"}


def test_the_tab_asks_as_much_for_many_records_as_for_one(person, branch, signed_in):
    company = CustomerFactory(home_branch=branch, kind="organisation")
    rated(company, "medium")
    client = seen_by(person, branch, signed_in, *ALL)

    def enter():
        LinkFactory(customer=company, kind="owner", share=30)
        ScreeningHitFactory(customer=company)
        AlertCaseFactory(customer=company, status="closed", officer=StaffMemberFactory())
        ClaimFactory(customer=company)

    enter()
    address = f"/risk/customers/{company.pk}/"
    one = asked(client, address)
    for _n in range(2):
        enter()
    assert asked(client, address) == one <= 20
