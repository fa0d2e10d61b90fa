"""Open opportunities and referrals to be answered move with a handover of customers."""

import pytest

from crm.core.clock import bank_today
from customers.handover import operations as customer_handovers
from customers.handover.operations import Terms, choice_of
from customers.models import Customer
from services.models import Opportunity, Referral
from staff.handover import operations as handovers
from staff.handover.parts import left_with, undeclared
from sysadmin.models import Grant
from tests.factories import ConflictFactory, CustomerFactory, StaffMemberFactory, UserFactory
from tests.factories_services.opportunities import (
    OpportunityFactory,
    OpportunityStageFactory,
    ReferralFactory,
)


@pytest.fixture
def giver(branch):
    return StaffMemberFactory(branch=branch)


@pytest.fixture
def taker(branch):
    return StaffMemberFactory(branch=branch)


def led_by(member, **values):
    return CustomerFactory(home_branch=member.branch, lead_manager=member, **values)


def propose(rows, taker, **options):
    return customer_handovers.propose(
        choice_of(rows),
        by=UserFactory(),
        terms=Terms(taker, bank_today()),
        reason="Nachfolge",
        **options,
    )


@pytest.mark.proves("ST-5")
@pytest.mark.proves("CS-9")
def test_open_opportunities_and_referrals_move_with_the_customers_handed_over(giver, taker):
    handed, kept = led_by(giver), led_by(giver)
    stage = OpportunityStageFactory()
    moves = OpportunityFactory(customer=handed, owner=giver, stage=stage)
    stays = OpportunityFactory(customer=kept, owner=giver, stage=stage)
    won = OpportunityFactory(
        customer=handed, owner=giver, stage=OpportunityStageFactory(outcome="won")
    )
    asked = ReferralFactory(customer=handed, to_member=giver)
    other = ReferralFactory(customer=kept, to_member=giver)
    handover = propose(Customer.objects.filter(pk=handed.pk), taker)
    handovers.accept(handover, by=taker.user)
    owners = dict(Opportunity.objects.values_list("pk", "owner"))
    assert owners == {moves.pk: taker.pk, stays.pk: giver.pk, won.pk: giver.pk}
    row = Opportunity.objects.get(pk=moves.pk)
    assert (row.stage, row.staged_on, row.amount, row.branch) == (
        stage,
        moves.staged_on,
        moves.amount,
        taker.branch,
    )
    answering = dict(Referral.objects.values_list("pk", "to_member"))
    assert answering == {asked.pk: taker.pk, other.pk: giver.pk}
    assert handover.result["services.opportunity"] == {"moved": 1}
    assert handover.result["services.referral"] == {"moved": 1}


@pytest.mark.proves("ST-5")
def test_where_nothing_is_to_stay_what_is_hoped_of_others_customers_moves_too(giver, taker):
    led_by(giver)
    elsewhere = OpportunityFactory(owner=giver)
    close = OpportunityFactory(owner=giver)
    ConflictFactory(member=taker, customer=close.customer)
    own = ReferralFactory(from_member=taker, to_member=giver)
    handover = propose(Customer.objects.filter(lead_manager=giver), taker, everything=True)
    handovers.accept(handover, by=taker.user)
    owners = dict(Opportunity.objects.values_list("pk", "owner"))
    assert owners == {elsewhere.pk: taker.pk, close.pk: giver.pk}
    assert handover.result["services.opportunity"] == {"moved": 1, "conflict": 1}
    assert handover.result["services.referral"] == {"moved": 0, "own": 1}
    own.refresh_from_db()
    assert own.to_member == giver


def test_the_page_of_a_handover_says_what_would_move_and_names_it_to_who_may_see_it(
    giver, taker, person, branch, signed_in
):
    handed = led_by(giver)
    OpportunityFactory(customer=handed, owner=giver)
    handover = propose(Customer.objects.filter(pk=handed.pk), taker)
    actions = ["staff.view_handover", "customers.view_customer", "services.view_opportunity"]
    page = signed_in(person(branch, *actions)).get(f"/organisation/handovers/{handover.pk}/")
    text = page.content.decode()
    assert "Open opportunities" in text
    assert "CNY 250,000.00" in text


@pytest.mark.proves("ST-6")
def test_what_somebody_hopes_to_sell_or_has_to_answer_is_still_in_their_hands(giver):
    OpportunityFactory(owner=giver)
    ReferralFactory(to_member=giver)
    assert left_with(giver) == ["1 open opportunity", "1 referral to be answered"]


@pytest.mark.proves("ST-1")
def test_a_branch_with_open_opportunities_and_referrals_stays_open(
    person, bank, branch, signed_in, keyed
):
    OpportunityFactory(branch=branch, customer=CustomerFactory())
    ReferralFactory(to_member=None, to_branch=branch)
    keeper = person(bank, "staff.view_branch", "staff.close_branch", extent=Grant.Reach.BANK)
    url = f"/organisation/branches/{branch.pk}/close/"
    answer = signed_in(keeper).post(url, keyed(reason="zusammengelegt"))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "1 open opportunity" in text
    assert "1 referral to be answered" in text


def test_every_key_to_a_member_of_staff_is_declared():
    assert undeclared() == set()
