"""What a customer holds, as people see it: card, page, list, the page of one holding."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.core.clock import bank_today
from crm.core.formats import day
from crm.core.models import AccessEvent
from customers.holdings import views
from customers.models import Holding, HoldingParty
from sysadmin.models import Grant, period
from tests.factories import (
    CustomerFactory,
    HoldingFactory,
    HoldingPartyFactory,
    HoldingYearFactory,
    TransactionFactory,
)

LOOK = ("customers.view_customer", "customers.view_holding")
HTMX = {"headers": {"HX-Request": "true"}}


@pytest.fixture
def client(signed_in, person, branch):
    return signed_in(person(branch, *LOOK))


@pytest.fixture
def customer(branch):
    return CustomerFactory(home_branch=branch)


def words(answer):
    """The text of a page, without markup and with single spaces."""
    text = re.sub(r"<(script|style|svg).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def card(client, customer):
    """The card of holdings on a customer's page."""
    return client.get(f"/customers/{customer.pk}/holdings/", **HTMX)


def totals(answer):
    """Count and sum of each kind."""
    return {one.kind.value: (one.count, one.total) for one in answer.context["totals"]}


# --- totals -------------------------------------------------------------------------------------


@pytest.mark.proves("CI-3")
def test_the_card_adds_up_each_kind_and_lists_each_holding_with_its_day(client, customer):
    HoldingFactory(customer=customer, balance=Decimal("1000.10"))
    HoldingFactory(customer=customer, balance=Decimal("2000.20"), product_code="current_deposit")
    HoldingFactory(customer=customer, balance=Decimal(500), product_code="fund")
    HoldingFactory(customer=customer, balance=Decimal(9000), product_code="housing_loan")
    answer = card(client, customer)
    assert totals(answer) == {
        "deposit": (2, Decimal("3000.30")),
        "investment": (1, Decimal(500)),
        "loan": (1, Decimal(9000)),
    }
    text = words(answer)
    assert "Time deposit" in text
    assert "CNY 9,000.00" in text
    assert "2 holdings, as of" in text


@pytest.mark.proves("CI-3")
def test_a_joint_holding_counts_once_for_each_owner_whatever_their_roles(client, customer, branch):
    other = CustomerFactory(home_branch=branch)
    joint = HoldingFactory(customer=other, balance=Decimal(700))
    for role in ("joint_holder", "agent"):
        HoldingPartyFactory(holding=joint, customer=customer, role=role)
    HoldingPartyFactory(holding=joint, customer=other, role="agent")
    assert totals(card(client, customer)) == {"deposit": (1, Decimal(700))}
    assert totals(card(client, other)) == {"deposit": (1, Decimal(700))}
    assert "Joint holder" in words(card(client, customer))


@pytest.mark.proves("CI-3")
@pytest.mark.parametrize("role", sorted(set(HoldingParty.Role.values) - HoldingParty.OWNING))
def test_who_does_not_own_a_holding_sees_it_with_the_role_and_is_not_counted(
    client, customer, branch, role
):
    loan = HoldingFactory(
        customer=CustomerFactory(home_branch=branch), product_code="consumer_loan"
    )
    HoldingPartyFactory(holding=loan, customer=customer, role=role)
    answer = card(client, customer)
    assert totals(answer) == {}
    assert str(HoldingParty.Role(role).label) in words(answer)
    assert loan.mask in words(answer)


def test_a_closed_holding_and_a_role_that_ended_count_no_more(client, customer, branch):
    HoldingFactory(customer=customer, status="closed", closed_on=bank_today())
    was = HoldingFactory(customer=CustomerFactory(home_branch=branch))
    ended = period(dt.date(2020, 1, 1), bank_today())
    HoldingPartyFactory(holding=was, customer=customer, valid=ended)
    answer = card(client, customer)
    assert totals(answer) == {}
    assert "The source systems have fed no holding" in words(answer)
    assert "Closed" in words(client.get(f"/customers/{customer.pk}/holdings/"))


def test_assets_are_deposits_and_investments_in_base_currency_with_their_change(client, customer):
    today = bank_today()
    first = today.replace(day=1) - dt.timedelta(days=1)
    holding = HoldingFactory(
        customer=customer, currency="USD", balance=Decimal(100), balance_base=Decimal(750)
    )
    HoldingFactory(customer=customer, product_code="car_loan", balance=Decimal(5000))
    for year, amount in ((first.year - 1, 500), (first.year, 600)):
        ends = [None] * 12
        ends[first.month - 1] = Decimal(amount)
        HoldingYearFactory(holding=holding, year=year, month_end=ends)
    text = words(client.get(f"/customers/{customer.pk}/"))
    # both compare the same two month ends
    assert f"CNY 750.00 +20.0% in the 12 months to {day(first)}" in text
    assert "Assets grew by 20.0% in 12 months" in words(card(client, customer))
    assert "Assets on" in text


def test_an_overdue_loan_says_so_in_words(client, customer):
    HoldingFactory(customer=customer, product_code="car_loan", overdue_days=12)
    assert "12 days overdue" in words(card(client, customer))


def test_a_term_that_ends_within_a_month_is_marked(client, customer):
    soon = bank_today() + dt.timedelta(days=9)
    HoldingFactory(customer=customer, matures_on=soon)
    HoldingFactory(customer=customer, matures_on=soon + dt.timedelta(days=90))
    assert card(client, customer).content.decode().count("tag-warn") == 1


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        ([100, 150], "grew by 50.0%"),
        ([100, 80], "fell by 20.0%"),
        ([100, 100], "stayed at about CNY 100.00"),
        ([None, 70], "reached CNY 70.00"),
    ],
)
def test_the_title_of_the_chart_states_what_happened(client, customer, ends, says):
    last = bank_today().replace(day=1) - dt.timedelta(days=1)
    holding = HoldingFactory(customer=customer)
    for year, value in ((last.year - 1, ends[0]), (last.year, ends[1])):
        months = [None] * 12
        months[last.month - 1] = value
        HoldingYearFactory(holding=holding, year=year, month_end=months)
    assert f"Assets {says}" in card(client, customer).content.decode()


# --- the tab -------------------------------------------------------------------------------------


def counted(client, customer):
    """What the tab says once its count has come."""
    return client.get(f"/customers/{customer.pk}/holdings/count/").content.decode()


@pytest.mark.proves("CI-3")
def test_the_tab_counts_open_holdings_once_each_whatever_the_roles(
    client, customer, branch, monkeypatch
):
    assert counted(client, customer) == "0"
    HoldingFactory(customer=customer, status="closed", closed_on=bank_today())
    own = HoldingFactory(customer=customer)
    HoldingPartyFactory(holding=own, customer=customer, role="agent")
    loan = HoldingFactory(customer=CustomerFactory(home_branch=branch), product_code="car_loan")
    HoldingPartyFactory(holding=loan, customer=customer, role="guarantor")
    assert counted(client, customer) == "2"
    monkeypatch.setattr(views, "TAB_LINES", 1)
    assert counted(client, customer) == "1+"


def test_each_page_of_a_customer_asks_for_the_count_of_its_tab_afterwards(
    signed_in, person, customer
):
    user = person(customer.home_branch, *LOOK, "customers.history_customer")
    client, own = signed_in(user), f"/customers/{customer.pk}/"
    for page in (own, f"{own}holdings/", f"{own}history/"):
        assert client.get(page).content.decode().count(f'hx-get="{own}holdings/count/"') == 1


# --- access -------------------------------------------------------------------------------------


@pytest.mark.proves("CI-3")
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_holdings_of_a_customer_out_of_reach_answer_as_if_there_were_none(
    client, other_branch, headers
):
    foreign = HoldingFactory(customer=CustomerFactory(home_branch=other_branch))
    for url in (
        f"/customers/{foreign.customer_id}/holdings/",
        f"/customers/{foreign.customer_id}/holdings/count/",
        f"/customers/holdings/{foreign.pk}/",
        f"/customers/holdings/{foreign.pk}/transactions/",
    ):
        assert client.get(url, **headers).status_code == 404
    assert foreign.mask not in words(client.get("/customers/holdings/"))


def test_without_the_right_there_is_no_tab_no_card_and_no_figure(signed_in, person, customer):
    client = signed_in(person(customer.home_branch, "customers.view_customer"))
    HoldingFactory(customer=customer)
    page = client.get(f"/customers/{customer.pk}/")
    assert f"/customers/{customer.pk}/holdings/" not in page.content.decode()
    assert "Assets" not in words(page)
    assert card(client, customer).status_code == 403


def test_a_holding_of_somebody_out_of_reach_is_named_but_not_linked(client, customer, other_branch):
    foreign = HoldingFactory(customer=CustomerFactory(home_branch=other_branch))
    HoldingPartyFactory(holding=foreign, customer=customer)
    answer = card(client, customer)
    assert foreign.mask in words(answer)
    assert f"/customers/holdings/{foreign.pk}/" not in answer.content.decode()
    assert foreign.customer.name not in words(answer)


def test_a_party_out_of_reach_has_a_role_and_no_name(client, customer, other_branch):
    holding = HoldingFactory(customer=customer, product_code="housing_loan")
    stranger = CustomerFactory(home_branch=other_branch, name="柳无名")
    HoldingPartyFactory(holding=holding, customer=stranger, role="guarantor")
    text = words(client.get(f"/customers/holdings/{holding.pk}/"))
    assert "Guarantor" in text
    assert "A customer outside your reach" in text
    assert stranger.shown_name not in text


@pytest.mark.proves("CI-3")
def test_nothing_of_a_holding_can_be_written_in_the_browser(client, customer):
    holding = HoldingFactory(customer=customer)
    for url in (f"/customers/holdings/{holding.pk}/", f"/customers/{customer.pk}/holdings/"):
        for method in (client.post, client.put, client.delete):
            assert method(url).status_code == 405
    for page in ("add/", f"{holding.pk}/change/"):
        assert client.get(f"/customers/holdings/{page}").status_code == 404


# --- the page of a holding ------------------------------------------------------------------------


def test_the_page_of_a_holding_shows_facts_parties_and_the_year(client, customer):
    holding = HoldingFactory(customer=customer, rate=Decimal("2.155"))
    HoldingYearFactory(holding=holding)
    answer = client.get(f"/customers/holdings/{holding.pk}/")
    text = words(answer)
    assert "Account holder" in text
    assert "2.155%" in text
    assert holding.source_key in text
    assert "Show as table" in text
    event = AccessEvent.objects.filter(kind="view", model="customers.holding").latest("id")
    assert (event.row_key, event.subject_id) == (holding.pk, customer.pk)


def averages(client, holding):
    """What the page of a holding says of its averages."""
    found = client.get(f"/customers/holdings/{holding.pk}/").context["averages"]
    return found and (found.until, found.quarter, found.year)


def months(**known):
    """Twelve figures, of which those of the named months are known."""
    names = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    return [Decimal(known[name]) if name in known else None for name in names]


@pytest.mark.proves("CI-3")
@pytest.mark.parametrize(
    ("opened", "known", "expected"),
    [
        ("01-01", {"jan": 100}, ("01-31", 100, 100)),
        ("03-09", {"mar": 31, "apr": 30}, ("04-30", 30, "30.51")),
        ("03-09", {"mar": 0, "apr": 120, "may": 0}, ("05-31", "59.02", "39.13")),
        ("05-31", {"may": 7, "jun": 7, "jul": 1}, ("07-31", 1, "4.98")),
        # a month that is missing makes what holds it unknown, and nothing else
        ("01-01", {"jan": 1, "mar": 1, "apr": 5}, ("04-30", 5, None)),
        ("01-01", {"jan": 1, "feb": 1, "mar": 1, "may": 5}, ("05-31", None, None)),
        ("01-01", {}, None),
    ],
)
def test_the_page_of_a_holding_tells_its_averages_of_the_quarter_and_the_year(
    client, customer, opened, known, expected
):
    year = bank_today().year - 1
    opened = dt.date.fromisoformat(f"{year}-{opened}")
    holding = HoldingFactory(customer=customer, opened_on=opened)
    HoldingYearFactory(holding=holding, year=year, average=months(**known))
    found = averages(client, holding)
    if expected is None:
        assert found is None
        return
    until, *figures = expected
    assert found[0] == dt.date.fromisoformat(f"{year}-{until}")
    cents = [figure and round(figure, 2) for figure in found[1:]]
    assert cents == [figure and Decimal(figure) for figure in figures]


def test_averages_are_shown_with_their_day_and_not_where_nothing_is_known(client, customer):
    year = bank_today().year - 1
    holding = HoldingFactory(customer=customer, opened_on=dt.date(year, 3, 1))
    address = f"/customers/holdings/{holding.pk}/"
    assert "Year average" not in words(client.get(address))
    known = months(mar=2000, apr=4000)
    HoldingYearFactory(holding=holding, year=year, average=known)
    text = words(client.get(address))
    assert f"Quarter average CNY 4,000.00 As of 30 Apr {year}" in text
    assert "Year average CNY 2,983.61" in text


def test_bookings_come_newest_first_in_pages_without_a_gap(client, customer):
    holding = HoldingFactory(customer=customer)
    today = bank_today()
    for number in range(30):
        TransactionFactory(
            holding=holding,
            booked_on=today.replace(day=1) + dt.timedelta(days=number % 20),
            counterparty=f"商户{number:02d}",
        )
    seen, url = [], "?"
    while url:
        page = client.get(f"/customers/holdings/{holding.pk}/transactions/{url}").context["page"]
        seen += [row.pk for row in page.rows]
        url = f"?after={page.next_cursor}" if page.next_cursor else ""
    rows = holding.transactions.order_by("-booked_on", "-id").values_list("pk", flat=True)
    assert seen == list(rows)
    small = client.get(f"/customers/holdings/{holding.pk}/transactions/", **HTMX)
    assert len(small.context["page"].rows) == 8


def test_a_holding_without_bookings_says_so(client, customer):
    holding = HoldingFactory(customer=customer)
    for headers in ({}, HTMX):
        answer = client.get(f"/customers/holdings/{holding.pk}/transactions/", **headers)
        assert "No booking has been fed" in words(answer)


# --- the list -------------------------------------------------------------------------------------


def listed(client, query=""):
    """Keys of the holdings that the list shows."""
    return [
        row.record.pk for row in client.get(f"/customers/holdings/{query}").context["table"].rows
    ]


def test_the_list_narrows_by_kind_product_status_branch_and_days(client, branch, bank):
    soon = bank_today() + dt.timedelta(days=20)
    deposit = HoldingFactory(customer=CustomerFactory(home_branch=branch), matures_on=soon)
    loan = HoldingFactory(
        customer=CustomerFactory(home_branch=branch), product_code="car_loan", status="frozen"
    )
    assert listed(client, "?kind=loan") == [loan.pk]
    assert listed(client, "?product_code=time_deposit") == [deposit.pk]
    assert listed(client, "?status=frozen&status=closed") == [loan.pk]
    assert listed(client, f"?matures_after={soon}&matures_before={soon}") == [deposit.pk]
    assert listed(client, "?sort=matures_on") == [deposit.pk, loan.pk]


@pytest.mark.proves("CI-3")
def test_the_list_narrows_to_what_is_overdue(client, branch):
    late, paid = (
        HoldingFactory(
            customer=CustomerFactory(home_branch=branch), product_code="car_loan", overdue_days=days
        )
        for days in (3, 0)
    )
    assert listed(client, "?overdue=yes") == [late.pk]
    assert listed(client, "?overdue=no") == [paid.pk]
    assert "Overdue is yes" in words(client.get("/customers/holdings/?overdue=yes"))
    assert listed(client, "?overdue=perhaps") == []


def test_the_list_narrows_by_managing_branch(signed_in, person, branch, other_branch, bank):
    client = signed_in(person(bank, *LOOK, "staff.view_branch", extent=Grant.Reach.BANK))
    near, far = (
        HoldingFactory(customer=CustomerFactory(home_branch=b)) for b in (branch, other_branch)
    )
    assert listed(client, f"?home_branch={branch.pk}") == [near.pk]
    assert set(listed(client)) == {near.pk, far.pk}


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.proves("SY-4")
def test_the_account_number_is_in_no_page_until_it_is_revealed_for_a_purpose(
    signed_in, person, customer
):
    user = person(customer.home_branch, *LOOK, "customers.reveal_customer")
    client, holding = signed_in(user), HoldingFactory(customer=customer)
    url = f"/customers/{customer.pk}/reveal/holding/{holding.pk}/"
    number = client.post(url, {"purpose": "identify"}).context["value"]
    assert len(number) == 19
    assert number.endswith(holding.mask[-4:])
    for page in (
        f"/customers/{customer.pk}/",
        f"/customers/{customer.pk}/holdings/",
        f"/customers/holdings/{holding.pk}/",
        "/customers/holdings/",
        f"/customers/{customer.pk}/mask/holding/{holding.pk}/",
    ):
        answer = client.get(page)
        assert answer.status_code == 200
        assert number not in answer.content.decode()
    event = AccessEvent.objects.get(kind="reveal")
    assert (event.model, event.row_key, event.subject_id, event.field, event.purpose) == (
        "customers.holding",
        holding.pk,
        customer.pk,
        "number",
        "identify",
    )


@pytest.mark.proves("SY-4")
def test_who_may_not_see_holdings_reveals_no_number(signed_in, person, customer):
    client = signed_in(
        person(customer.home_branch, "customers.view_customer", "customers.reveal_customer")
    )
    holding = HoldingFactory(customer=customer)
    url = f"/customers/{customer.pk}/reveal/holding/{holding.pk}/"
    assert client.post(url, {"purpose": "identify"}).status_code == 404
    assert not AccessEvent.objects.filter(kind="reveal").exists()


# --- cost -----------------------------------------------------------------------------------------


def test_a_rich_customer_costs_no_more_questions_than_a_poor_one(client, customer, branch):
    def asked(url, **options):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url, **options).status_code == 200
        return len(queries)

    own = f"/customers/{customer.pk}/"
    urls = [(own, {}), (f"{own}holdings/", HTMX), (f"{own}holdings/count/", HTMX)]
    HoldingFactory(customer=customer)
    asked(urls[0][0])  # a session's first request stores when it began
    few = [asked(url, **options) for url, options in urls]
    for _ in range(9):
        holding = HoldingFactory(customer=customer)
        HoldingYearFactory(holding=holding)
        HoldingPartyFactory(holding=holding, customer=CustomerFactory(home_branch=branch))
    many = [asked(url, **options) for url, options in urls]
    assert many == few
    # two of them read dictionaries, which are kept where nothing is undone
    assert many[0] <= 13
    assert many[1] <= 8
    assert many[2] <= 5
    assert Holding.objects.count() == 10
