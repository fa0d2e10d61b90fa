"""Opportunities: entered, changed, moved from stage to stage, won and lost, by those who sell."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config_admin.models import Product
from crm.core.acting import acting
from crm.core.clock import bank_today
from crm.core.idempotency import FIELD
from crm.core.models import AuditEvent
from customers.models import Customer
from services.models import Opportunity, OpportunityStage
from services.opportunities import board, first_values
from sysadmin.models import Grant, period, system_user
from tests.factories import (
    ConflictFactory,
    CurrencyRateFactory,
    CustomerFactory,
    OwnershipFactory,
    ProductFactory,
)
from tests.factories_services.opportunities import OpportunityFactory, OpportunityStageFactory
from tests.matrix.subjects import enter_lines

Outcome = Opportunity.Outcome
SELL = [
    "customers.view_customer",
    "staff.view_staffmember",
    "services.view_opportunity",
    "services.view_opportunitystage",
    "services.add_opportunity",
    "services.change_opportunity",
    "services.move_opportunity",
]
LIST, BOARD = "/service/opportunities/", "/service/opportunities/board/"


@pytest.fixture
def stages(db):
    """The shipped stages by code, and the dictionaries that forms offer."""
    enter_lines()
    with acting(by=system_user()):
        first_values.enter_missing()
    return {stage.code: stage for stage in OpportunityStage.objects.all()}


@pytest.fixture
def seller(person, branch):
    return person(branch, *SELL, extent=Grant.Reach.OWN)


@pytest.fixture
def desk(signed_in, seller):
    return signed_in(seller)


@pytest.fixture
def customer(branch, seller):
    return CustomerFactory(home_branch=branch, lead_manager=seller.staff_member)


def in_days(count):
    return bank_today() + dt.timedelta(days=count)


def sent(customer, seller, stages, **changes):
    """What the form of a new opportunity sends."""
    return {
        FIELD: str(uuid.uuid4()),
        "customer": customer.pk,
        "product_kind": "loan",
        "amount": "350000",
        "currency": "CNY",
        "stage": stages["interest"].pk,
        "closes_on": in_days(40).isoformat(),
        "owner": seller.staff_member.pk,
        "source": "visit",
        "remark": "厂房扩建",
    } | changes


def add(desk, *args, **changes):
    return desk.post(f"{LIST}add/", sent(*args, **changes))


def move(desk, row, stage, **changes):
    data = {FIELD: str(uuid.uuid4()), "version": row.version, "stage": stage.pk} | changes
    return desk.post(f"{LIST}{row.pk}/move/", data)


# --- entered and changed -----------------------------------------------------------------------


@pytest.mark.proves("CS-9")
def test_an_opportunity_is_entered_from_the_customers_page_and_stands_there(
    desk, customer, seller, stages
):
    card = desk.get(f"{LIST}panel/customer/{customer.pk}/")
    address = f"{LIST}add/?customer={customer.pk}"
    assert address in card.content.decode()
    form = desk.get(address).context["form"]
    assert form["customer"].value() == customer.pk
    assert form["owner"].value() == seller.staff_member.pk
    answer = add(desk, customer, seller, stages)
    row = Opportunity.objects.get()
    assert answer.headers["Location"] == f"{LIST}{row.pk}/"
    assert (row.amount_base, row.branch, row.outcome) == (
        Decimal(350000),
        seller.staff_member.branch,
        Outcome.OPEN,
    )
    card = desk.get(f"{LIST}panel/customer/{customer.pk}/").content.decode()
    assert f'href="{LIST}{row.pk}/"' in card
    assert "CNY 350,000.00" in card
    assert "Interest" in card


@pytest.mark.proves("CS-9")
@pytest.mark.parametrize("status", ["closed", "merged"])
def test_nothing_is_sold_to_customers_whose_relationship_has_ended(
    desk, customer, seller, stages, status
):
    row = OpportunityFactory(customer=customer, owner=seller.staff_member, stage=stages["offer"])
    with acting(by=system_user()):
        Customer.objects.filter(pk=customer.pk).update(status=status)
    answer = add(desk, customer, seller, stages)
    assert answer.status_code == 422
    said = "The relationship with this customer has ended: nothing is sold to them."
    assert answer.context["form"].errors["customer"] == [said]
    assert (
        "New opportunity" not in desk.get(f"{LIST}panel/customer/{customer.pk}/").content.decode()
    )
    assert move(desk, row, stages["won"]).status_code == 422
    assert move(desk, row, stages["lost"], lost_reason="no_need").status_code == 302
    assert list(Opportunity.objects.values_list("outcome", flat=True)) == [Outcome.LOST]


def test_a_product_says_its_kind_and_one_that_is_not_sold_today_is_refused(
    desk, customer, seller, stages
):
    with acting(by=system_user()):
        sold = ProductFactory(status=Product.Status.ON_SALE)
    draft = ProductFactory()
    seller.grants.get().role.actions.append("config_admin.view_product")
    refused = add(desk, customer, seller, stages, product=draft.pk, product_kind="")
    assert "is not sold today" in refused.context["form"].errors["product"][0]
    assert add(desk, customer, seller, stages, product=sold.pk).status_code == 302
    assert Opportunity.objects.get().product_kind == Product.Kind.DEPOSIT


def test_neither_product_nor_kind_is_refused_beside_the_kind(desk, customer, seller, stages):
    answer = add(desk, customer, seller, stages, product_kind="")
    said = answer.context["form"].errors["product_kind"]
    assert said == ["Choose a product or a kind of product."]


def test_an_amount_in_another_currency_is_kept_with_its_worth_of_the_day(
    desk, customer, seller, stages
):
    CurrencyRateFactory(currency="USD", on=bank_today(), rate=Decimal("7.10250000"))
    assert add(desk, customer, seller, stages, amount="1000.10", currency="USD").status_code == 302
    row = Opportunity.objects.get()
    assert row.amount_base == Decimal("7103.21")
    page = desk.get(f"{LIST}{row.pk}/change/")
    data = page.context["form"].initial | {FIELD: str(uuid.uuid4()), "version": row.version}
    data |= {"amount": "2000", "closes_on": in_days(3).isoformat(), "product": ""}
    assert desk.post(f"{LIST}{row.pk}/change/", data).status_code == 302
    row.refresh_from_db()
    assert (row.amount_base, row.closes_on) == (Decimal(14205), in_days(3))


def test_a_currency_without_a_rate_and_a_day_that_is_over_are_refused(
    desk, customer, seller, stages
):
    answer = add(desk, customer, seller, stages, currency="EUR")
    assert "There is no rate of EUR" in answer.content.decode()
    answer = add(desk, customer, seller, stages, closes_on=in_days(-1).isoformat())
    assert answer.context["form"].errors["closes_on"] == ["This day is over. Enter today or later."]


def test_an_amount_below_the_least_one_is_refused_in_plain_words(desk, customer, seller, stages):
    for amount in ("0", "-5"):
        answer = add(desk, customer, seller, stages, amount=amount)
        assert answer.context["form"].errors["amount"] == ["Enter 0.01 or more."]


@pytest.mark.proves("ST-12")
def test_nobody_sells_to_whom_they_are_too_close(desk, customer, seller, stages):
    ConflictFactory(member=seller.staff_member, customer=customer)
    answer = add(desk, customer, seller, stages)
    assert "A conflict of interest" in answer.context["form"].errors["owner"][0]
    assert not Opportunity.objects.exists()


# --- from stage to stage -----------------------------------------------------------------------


@pytest.mark.proves("CS-9")
def test_it_moves_forwards_and_back_and_the_page_tells_who_moved_it_when_and_why(
    desk, customer, seller, stages
):
    add(desk, customer, seller, stages)
    row = Opportunity.objects.get()
    shown = desk.get(f"{LIST}{row.pk}/move/").context["form"]
    assert shown["stage"].value() == stages["needs"].pk
    assert move(desk, row, stages["negotiation"], reason="要求降息").status_code == 302
    row.refresh_from_db()
    assert move(desk, row, stages["needs"], reason="需求变化").status_code == 302
    row.refresh_from_db()
    assert (row.stage, row.outcome) == (stages["needs"], Outcome.OPEN)
    page = desk.get(f"{LIST}{row.pk}/")
    steps = page.context["steps"]
    assert [step.stage for step in steps] == ["Needs clarified", "Negotiation", "Interest"]
    assert [step.reason for step in steps][:2] == ["需求变化", "要求降息"]
    assert {step.by for step in steps} == {seller.shown_name}
    assert "要求降息" in page.content.decode()


@pytest.mark.proves("CS-9")
def test_what_is_lost_is_lost_for_a_reason_and_what_is_closed_stays_as_it_is(
    desk, customer, seller, stages
):
    row = OpportunityFactory(customer=customer, owner=seller.staff_member, stage=stages["offer"])
    answer = move(desk, row, stages["lost"])
    assert answer.status_code == 422
    assert answer.context["form"].errors["lost_reason"] == ["Say why it was lost."]
    assert move(desk, row, stages["lost"], lost_reason="competitor").status_code == 302
    row.refresh_from_db()
    assert (row.outcome, row.lost_reason, row.closed_on) == (
        Outcome.LOST,
        "competitor",
        bank_today(),
    )
    page = desk.get(f"{LIST}{row.pk}/").content.decode()
    assert "Went to another bank" in page
    assert f"{LIST}{row.pk}/move/" not in page
    assert move(desk, row, stages["offer"]).status_code == 422
    assert "This is won or lost" in move(desk, row, stages["won"]).content.decode()


def test_a_reason_for_a_loss_is_not_kept_with_what_is_won(desk, customer, seller, stages):
    row = OpportunityFactory(customer=customer, owner=seller.staff_member, stage=stages["signing"])
    assert move(desk, row, stages["won"], lost_reason="price").status_code == 302
    row.refresh_from_db()
    assert (row.outcome, row.lost_reason) == (Outcome.WON, "")


def test_an_older_form_moves_nothing(desk, customer, seller, stages):
    row = OpportunityFactory(customer=customer, owner=seller.staff_member, stage=stages["offer"])
    assert move(desk, row, stages["signing"]).status_code == 302
    assert move(desk, row, stages["won"]).status_code == 409
    assert Opportunity.objects.get().outcome == Outcome.OPEN


def test_it_cannot_stay_where_it_is_nor_go_to_a_retired_stage(desk, customer, seller, stages):
    row = OpportunityFactory(customer=customer, owner=seller.staff_member, stage=stages["offer"])
    retired = OpportunityStageFactory(status="retired")
    for stage in (stages["offer"], retired):
        answer = move(desk, row, stage)
        assert answer.status_code == 422
        assert "stage" in answer.context["form"].errors


# --- who reaches it ----------------------------------------------------------------------------


@pytest.mark.proves("CS-9")
@pytest.mark.proves("SY-2")
def test_the_seller_and_those_who_look_after_the_customer_reach_it_and_a_colleague_does_not(
    branch, other_branch, person, signed_in, stages
):
    lead, helper, colleague, taker = (
        person(place, *SELL, extent=Grant.Reach.OWN)
        for place in (branch, branch, branch, other_branch)
    )
    customer = CustomerFactory(home_branch=branch, lead_manager=lead.staff_member)
    OwnershipFactory(customer=customer, member=helper.staff_member, valid=period(bank_today()))
    row = OpportunityFactory(customer=customer, owner=taker.staff_member, stage=stages["offer"])
    found = {
        name: signed_in(user).get(f"{LIST}{row.pk}/").status_code
        for name, user in {
            "lead": lead,
            "helper": helper,
            "colleague": colleague,
            "seller": taker,
        }.items()
    }
    assert found == {"lead": 200, "helper": 200, "colleague": 404, "seller": 200}
    page = signed_in(taker).get(f"{LIST}{row.pk}/")
    assert not page.context["may_see_customer"]
    assert signed_in(taker).get(f"/customers/{customer.pk}/").status_code == 404


# --- lists and board ---------------------------------------------------------------------------


@pytest.mark.proves("CS-9")
def test_the_views_show_what_is_mine_what_closes_this_month_and_what_stands_still(
    desk, branch, seller, stages
):
    mine = {"owner": seller.staff_member, "stage": stages["offer"]}
    usual = OpportunityFactory(**mine, closes_on=in_days(80))
    soon = OpportunityFactory(**mine, closes_on=bank_today())
    late = OpportunityFactory(**mine, closes_on=in_days(-70))
    still = OpportunityFactory(**mine, closes_on=in_days(80), staged_on=in_days(-30))
    won = OpportunityFactory(**mine | {"stage": stages["won"]}, closes_on=bank_today())

    def shown(address):
        table = desk.get(f"{LIST}?{address}").context["table"]
        return {row.record.pk for row in table.rows}

    assert shown("owner=me&outcome=open") == {usual.pk, soon.pk, late.pk, still.pk}
    assert shown("closing=this_month") == {soon.pk}
    assert shown("closing=overdue") == {late.pk}
    assert shown("stale=true") == {still.pk}
    assert shown("outcome=won") == {won.pk}
    assert shown("referred=true") == set()


@pytest.mark.proves("CS-9")
def test_the_board_counts_and_adds_up_each_stage_and_shows_the_first_cards(
    desk, branch, seller, stages
):
    for _ in range(board.CARDS + 2):
        OpportunityFactory(owner=seller.staff_member, stage=stages["offer"])
    first = OpportunityFactory(
        owner=seller.staff_member, stage=stages["offer"], closes_on=in_days(-1)
    )
    OpportunityFactory(owner=seller.staff_member, stage=stages["won"], amount=Decimal(70))
    OpportunityFactory(
        owner=seller.staff_member,
        stage=stages["won"],
        closed_on=bank_today().replace(day=1) - dt.timedelta(days=1),
    )
    OpportunityFactory(stage=stages["offer"])
    page = desk.get(BOARD)
    columns = {column.stage.code: column for column in page.context["columns"]}
    assert list(columns) == list(stages)
    offer, won = columns["offer"], columns["won"]
    assert (offer.count.n, offer.amount) == (board.CARDS + 3, 250000 * (board.CARDS + 3))
    assert offer.weighted == offer.amount / 2
    assert len(offer.cards) == board.CARDS
    assert offer.cards[0] == first
    assert offer.more == "3 more"
    assert (won.count.n, won.amount) == (1, 70)
    text = page.content.decode()
    assert f"{LIST}{first.pk}/move/?from=board" in text
    assert f"{LIST}?stage={stages['offer'].pk}" in text


def test_the_board_asks_no_more_for_many_cards_than_for_one(desk, seller, stages):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            desk.get(f"{BOARD}?owner=me")
        return len(queries)

    OpportunityFactory(owner=seller.staff_member, stage=stages["offer"])
    asked()
    few = asked()
    for stage in ("interest", "needs", "offer", "won"):
        OpportunityFactory.create_batch(4, owner=seller.staff_member, stage=stages[stage])
    assert asked() == few
    assert few <= 10


def test_a_card_is_moved_from_the_board_and_leads_back_to_it(desk, seller, stages):
    row = OpportunityFactory(owner=seller.staff_member, stage=stages["offer"])
    page = desk.get(f"{LIST}{row.pk}/move/?from=board")
    assert 'name="from" value="board"' in page.content.decode()
    answer = move(desk, row, stages["signing"], **{"from": "board"})
    assert answer.headers["Location"] == BOARD


def test_beyond_the_cap_a_column_is_counted_and_added_up_no_further(
    desk, seller, stages, monkeypatch
):
    monkeypatch.setattr(board, "COUNT_CAP", 2)
    OpportunityFactory.create_batch(4, owner=seller.staff_member, stage=stages["offer"])
    page = desk.get(BOARD)
    offer = next(c for c in page.context["columns"] if c.stage.code == "offer")
    assert str(offer.count) == "2+"
    assert "Too many to be added up" in page.content.decode()
    assert "not added up" in page.content.decode()


# --- stages ------------------------------------------------------------------------------------


def test_a_stage_with_open_opportunities_and_the_last_of_its_kind_are_not_retired(
    signed_in, person, branch, stages
):
    keeper = person(branch, "services.view_opportunitystage", "services.retire_opportunitystage")
    client = signed_in(keeper)
    OpportunityFactory(stage=stages["offer"])
    refused = {"offer": "Open opportunities are in this stage", "won": "This is the last stage"}
    for code, said in refused.items():
        url = f"/service/stages/{stages[code].pk}/retire/"
        answer = client.post(url, {FIELD: str(uuid.uuid4()), "reason": "neu geordnet"})
        assert answer.status_code == 422
        assert said in answer.content.decode()
    url = f"/service/stages/{stages['needs'].pk}/retire/"
    answer = client.post(url, {FIELD: str(uuid.uuid4()), "reason": "neu geordnet"})
    assert answer.status_code == 302
    assert OpportunityStage.objects.get(code="needs").status == "retired"


def test_a_stage_that_is_won_is_certain(signed_in, person, branch, stages):
    keeper = person(branch, "services.view_opportunitystage", "services.add_opportunitystage")
    data = {
        FIELD: str(uuid.uuid4()),
        "name": "Booked",
        "name_zh": "已入账",
        "code": "booked",
        "outcome": "won",
        "position": 80,
        "probability": 90,
    }
    answer = signed_in(keeper).post("/service/stages/add/", data)
    assert answer.status_code == 422
    assert "What is won has a probability of 100 per cent" in answer.content.decode()


def test_the_history_of_a_customer_tells_of_opportunities_to_those_who_may_see_them(
    signed_in, person, branch, seller, customer, stages
):
    OpportunityFactory(customer=customer, owner=seller.staff_member, stage=stages["offer"])
    assert AuditEvent.objects.filter(
        table_name="services_opportunity", subject_id=customer.pk
    ).exists()
    look = ["customers.view_customer", "customers.history_customer"]
    for actions, is_told in ((look, False), ([*look, "services.view_opportunity"], True)):
        page = signed_in(person(branch, *actions)).get(f"/customers/{customer.pk}/history/")
        assert ("opportunity" in page.content.decode().lower()) == is_told
