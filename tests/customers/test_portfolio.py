"""What a manager's customers add up to, and how the managers of a branch compare."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from crm.core.clock import bank_today
from customers.models import Customer
from customers.portfolio.reports import month_before
from staff.models import StaffMember
from sysadmin.models import Grant, period
from tests.factories import (
    CustomerFactory,
    FeedBatchFactory,
    HoldingFactory,
    HoldingYearFactory,
    OwnershipFactory,
    StaffMemberFactory,
)
from tests.matrix.subjects import enter_lines

RIGHTS = [
    "customers.view_customer",
    "customers.view_holding",
    "customers.view_ownership",
    "customers.portfolio_customer",
    "staff.view_staffmember",
    "staff.view_branch",
]
DORMANT, ACTIVE = Customer.Status.DORMANT, Customer.Status.ACTIVE


@pytest.fixture
def manager(branch):
    return StaffMemberFactory(branch=branch, latin_name="Lu Ming")


@pytest.fixture
def head(person, branch):
    return person(branch, *RIGHTS)


@pytest.fixture
def desk(signed_in, head):
    enter_lines()
    return signed_in(head)


def led_by(manager, balance=0, **facts):
    row = CustomerFactory(home_branch=manager.branch, lead_manager=manager, **facts)
    if balance:
        HoldingFactory(customer=row, balance=Decimal(balance))
    return row


def page(client, manager, part=""):
    return client.get(f"/customers/portfolio/{manager.pk}/{part}")


def counted(client, url):
    """How many rows stand behind a number."""
    path, _mark, query = url.partition("?")
    return client.get(f"{path}count/?{query}").context["count"].n


@pytest.mark.proves("ST-4")
def test_a_portfolio_adds_up_the_managers_customers_and_each_number_opens_them(desk, manager):
    led_by(manager, 300)
    led_by(manager, 700, status=DORMANT)
    led_by(manager, 50, kind=Customer.Kind.ORGANISATION)
    led_by(StaffMemberFactory(branch=manager.branch), 9000)
    helped = CustomerFactory(home_branch=manager.branch)
    OwnershipFactory(customer=helped, member=manager, line="interbank", valid=period(bank_today()))
    answer = page(desk, manager)
    found = answer.context["portfolio"]
    assert (found.whole.count, found.whole.assets) == (3, Decimal(1050))
    assert {one.label: (one.count, one.assets) for one in found.by_status} == {
        "Active": (2, Decimal(350)),
        "Dormant": (1, Decimal(700)),
    }
    assert found.dormant.count == 1
    lines = answer.context["lines"]
    assert {one.label: one.count for one in lines} == {
        "Retail · Leads": 2,
        "Corporate · Leads": 1,
        "Interbank · Assists": 1,
    }
    assert answer.context["beside"] == 1
    text = answer.content.decode()
    for figure in [found.whole, found.dormant, *found.by_status, *lines]:
        assert counted(desk, figure.url) == figure.count
        assert figure.url.replace("&", "&amp;") in text
    assert "CNY 1,050.00" in text


@pytest.mark.proves("ST-4")
def test_closed_customers_are_in_nobodys_hands_whatever_counts_them(desk, manager):
    led_by(manager, 300)
    led_by(manager, status=Customer.Status.CLOSED)
    answer = page(desk, manager)
    found = answer.context["portfolio"]
    assert found.whole.count == counted(desk, found.whole.url) == 1
    assert {one.label: one.count for one in found.by_status} == {"Active": 1, "Closed": 1}
    assert [line.count for line in answer.context["lines"]] == [1]
    assert "closed ones left out" in answer.content.decode()
    comparison = page(desk, manager, "branch/").context["comparison"]
    (load,) = [one for one in comparison.loads if one.member == manager]
    assert load.customers.count == counted(desk, load.customers.url) == 1


@pytest.mark.proves("ST-4")
def test_figures_say_of_which_day_they_are_and_how_far_the_reader_sees(
    desk, signed_in, person, bank, manager
):
    led_by(manager)
    FeedBatchFactory(business_date=dt.date(2026, 3, 9))
    FeedBatchFactory(business_date=dt.date(2026, 3, 4))
    everywhere = signed_in(person(bank, *RIGHTS, extent=Grant.Reach.BANK))
    said = "Customers are counted within your reach."
    for part, of_a_day in (("", True), ("branch/", False)):
        text = page(desk, manager, part).content.decode()
        assert said in text
        assert ("Balances of 9 Mar 2026" in text) == of_a_day
        assert said not in page(everywhere, manager, part).content.decode()
    tree = "/organisation/branches/tree/"
    assert said in desk.get(tree).content.decode()
    assert said not in everywhere.get(tree).content.decode()


@pytest.mark.proves("ST-4")
def test_a_manager_sees_the_own_portfolio_and_nothing_of_a_colleagues(
    person, signed_in, branch, manager
):
    user = person(branch, *RIGHTS, extent=Grant.Reach.OWN)
    led_by(user.staff_member, 10)
    led_by(manager, 20)
    client = signed_in(user)
    answer = client.get("/customers/portfolio/")
    assert page(client, user.staff_member).context["portfolio"] == answer.context["portfolio"]
    assert answer.context["portfolio"].whole.count == 1
    assert "My portfolio" in answer.content.decode()
    assert page(client, user.staff_member, "branch/").context["comparison"] is None
    foreign = page(client, manager)
    assert "This portfolio is outside your reach." in foreign.content.decode()
    assert "portfolio" not in foreign.context
    assert not page(client, manager, "changes/").context["changes"]
    assert page(client, manager, "branch/").context["comparison"] is None
    card = client.get(f"/customers/portfolio/{manager.pk}/", headers={"HX-Request": "true"})
    assert (card.status_code, card.content) == (200, b"")


def test_amounts_are_for_those_who_see_what_customers_hold(person, signed_in, branch, manager):
    user = person(branch, *[right for right in RIGHTS if "holding" not in right])
    led_by(manager, 4321)
    client = signed_in(user)
    for part in ("", "branch/"):
        text = page(client, manager, part).content.decode()
        assert "4,321" not in text
        assert "Assets" not in text
    assert page(client, manager, "changes/").status_code == 403
    address = f"/customers/panel/lead_manager/{manager.pk}/"
    card = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert manager.lead_customers.get().latin_name in card
    assert "4,321" not in card
    assert "checkbox" not in card


@pytest.mark.proves("ST-4")
def test_the_managers_of_a_branch_stand_beside_each_other_with_the_average(
    desk, branch, other_branch, manager
):
    for _ in range(3):
        led_by(manager, 100)
    second = StaffMemberFactory(branch=branch, post=StaffMember.Post.WEALTH_MANAGER)
    led_by(second, 900)
    idle = StaffMemberFactory(branch=branch, post=StaffMember.Post.CORPORATE_RM)
    gone = StaffMemberFactory(branch=branch, leaves_on=bank_today() - dt.timedelta(days=1))
    led_by(StaffMemberFactory(branch=other_branch), 5)
    CustomerFactory(home_branch=branch, lead_manager=None)
    answer = page(desk, manager, "branch/")
    comparison = answer.context["comparison"]
    loads = {load.member: load for load in comparison.loads}
    assert {manager, second, idle} <= set(loads)
    assert gone not in loads
    number = len(loads)
    assert comparison.loads[0].member == manager
    assert loads[manager].more_customers == (3 - Decimal(4) / number) / (Decimal(4) / number)
    assert loads[idle].more_customers == -1
    assert comparison.average_assets == Decimal(1200) / number
    assert comparison.pool.count == counted(desk, comparison.pool.url) == 1
    text = answer.content.decode()
    assert f"/customers/portfolio/{second.pk}/" in text
    assert re.search(r"−100\.0%", text)


def test_the_biggest_changes_of_the_month_come_first(desk, manager):
    last = month_before(bank_today())

    def changed(before, now):
        row = led_by(manager, now)
        month_end = [None] * 12
        month_end[last.month - 1] = Decimal(before)
        holding = row.holdings.get()
        HoldingYearFactory(holding=holding, year=last.year, month_end=month_end)
        return row

    grown, shrunk, _steady = changed(100, 150), changed(900, 100), changed(70, 70)
    answer = page(desk, manager, "changes/")
    assert [(one.customer, one.change) for one in answer.context["changes"]] == [
        (shrunk, Decimal(-800)),
        (grown, Decimal(50)),
    ]
    for said in ("−CNY 800.00", "+CNY 50.00"):
        assert said in answer.content.decode()


def test_the_page_of_a_manager_leads_to_the_portfolio(desk, manager):
    led_by(manager)
    address = f"/customers/portfolio/{manager.pk}/"
    assert address in desk.get(f"/organisation/staff/{manager.pk}/").content.decode()
    card = desk.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in card
    assert address in card


def test_figures_are_read_in_a_fixed_number_of_statements(
    desk, branch, manager, django_assert_max_num_queries
):
    for _ in range(6):
        led_by(manager, 10)
        led_by(StaffMemberFactory(branch=branch), 10)
    for part in ("", "branch/", "changes/"):
        page(desk, manager, part)
        with django_assert_max_num_queries(9):
            page(desk, manager, part)
