"""Delegated authority: limits of posts, from a day on, which approvals respect."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError

from crm.core.clock import bank_today
from crm.core.models import Approval
from customers.models import Customer
from staff.authority.limits import limit_of
from staff.models import AuthorityLimit, StaffMember
from sysadmin.models import Grant, period, system_user
from tests.deciding import INBOX, change, close, decide
from tests.factories import (
    ApprovalPolicyFactory,
    AuthorityLimitFactory,
    CustomerFactory,
    GrantFactory,
    HoldingFactory,
    StaffAssignmentFactory,
    StaffMemberFactory,
)

ADD = "/organisation/limits/add/"
RIGHTS = tuple(f"staff.{verb}_authoritylimit" for verb in ("view", "add", "end"))
DAY = dt.timedelta(days=1)
KIND = "customers.close/1"


@pytest.fixture
def desk(signed_in, person, bank):
    """Somebody who administers the staff."""
    return signed_in(person(bank, *RIGHTS, extent=Grant.Reach.BANK))


@pytest.fixture
def rich(branch):
    """A customer with 125,000.50 at the bank."""
    customer = CustomerFactory(home_branch=branch)
    HoldingFactory(customer=customer)
    return customer


def limit(**values):
    return {
        "post": "wealth_manager",
        "operation": "",
        "amount": "100000",
        "decision": "2026/1",
        "first_day": bank_today().isoformat(),
    } | values


@pytest.mark.proves("ST-13")
def test_whoever_has_a_limit_too_small_sees_both_amounts_and_may_not_decide(
    signed_in,
    maker,
    checker,
    held_back,
    rich,
):
    held_back(KIND, from_amount=1000)
    AuthorityLimitFactory(post="wealth_manager", amount=Decimal(100_000))
    close(signed_in(maker), rich)
    other = signed_in(checker)
    page = other.get(f"{INBOX}?decide=true").content.decode()
    assert "CNY 125,000.50 · your limit CNY 100,000.00" in page
    assert "The amount is CNY 125,000.50, and your limit is CNY 100,000.00." in page
    assert "/approve/" not in page
    for verb in ("approve", "send_back", "reject"):
        answer = decide(other, verb)
        assert answer.status_code == 422
        assert "your limit is CNY 100,000.00" in answer.content.decode()
    assert Approval.objects.get().status == "pending"
    assert Customer.objects.get(pk=rich.pk).status == "active"


@pytest.mark.proves("ST-13")
def test_whoever_has_a_limit_that_reaches_the_amount_decides(
    signed_in,
    maker,
    checker,
    held_back,
    rich,
):
    held_back(KIND, from_amount=1000)
    AuthorityLimitFactory(post="wealth_manager", amount=Decimal("125000.50"))
    close(signed_in(maker), rich)
    request = Approval.objects.get()
    assert request.amount == Decimal("125000.50")
    assert decide(signed_in(checker), "approve").status_code == 302
    assert Customer.objects.get(pk=rich.pk).status == "closed"


def test_without_any_limit_nobody_decides_on_an_amount(
    signed_in,
    maker,
    checker,
    held_back,
    rich,
):
    held_back(KIND, from_amount=1000)
    close(signed_in(maker), rich)
    answer = decide(signed_in(checker), "approve")
    assert "No limit was given to your post." in answer.content.decode()
    assert Approval.objects.get().status == "pending"


def test_below_the_amount_of_every_policy_nothing_waits(
    signed_in,
    maker,
    held_back,
    rich,
):
    held_back(KIND, from_amount="125000.51")
    close(signed_in(maker), rich)
    assert not Approval.objects.exists()
    assert Customer.objects.get(pk=rich.pk).status == "closed"


def test_a_policy_without_an_amount_asks_for_no_limit(
    signed_in,
    maker,
    checker,
    held_back,
    rich,
):
    held_back(KIND)
    close(signed_in(maker), rich)
    page = signed_in(checker).get(f"{INBOX}?decide=true").content.decode()
    assert "CNY 125,000.50" in page
    assert "your limit" not in page
    assert decide(signed_in(checker), "approve").status_code == 302


def test_a_change_of_the_lead_manager_has_the_assets_as_its_amount(
    signed_in,
    maker,
    held_back,
    rich,
    branch,
):
    held_back("customers.identify/1", from_amount=100_000)
    page = signed_in(maker).get(f"/customers/{rich.pk}/change/").content.decode()
    assert "who reads this" in page
    change(signed_in(maker), rich, lead_manager=StaffMemberFactory(branch=branch).pk)
    assert Approval.objects.get().amount == Decimal("125000.50")
    poor = CustomerFactory(home_branch=branch)
    page = signed_in(maker).get(f"/customers/{poor.pk}/change/").content.decode()
    assert "who reads this" not in page


def test_the_post_held_on_the_day_decides_and_its_own_limit_goes_before_one_for_all(db):
    member = StaffMemberFactory(post=StaffMember.Post.TELLER)
    today = bank_today()
    StaffAssignmentFactory(member=member, post="sub_branch_head", valid=period(today + DAY))
    AuthorityLimitFactory(post="teller", operation="", amount=Decimal(5))
    AuthorityLimitFactory(post="sub_branch_head", operation="", amount=Decimal(900))
    AuthorityLimitFactory(post="sub_branch_head", operation=KIND, amount=Decimal(70))
    assert limit_of(member.user, KIND, today) == 5
    assert limit_of(member.user, KIND, today + DAY) == 70
    assert limit_of(member.user, "customers.reopen/1", today + DAY) == 900
    assert limit_of(system_user(), KIND, today) is None


@pytest.mark.proves("ST-13")
def test_a_limit_is_set_from_a_day_on_and_ends_the_one_before(desk, keyed):
    assert desk.post(ADD, keyed(**limit())).status_code == 302
    later = (bank_today() + 5 * DAY).isoformat()
    assert desk.post(ADD, keyed(**limit(amount="5", first_day=later))).status_code == 302
    first, second = AuthorityLimit.objects.order_by("id")
    assert (first.valid.upper, second.valid.upper) == (bank_today() + 5 * DAY, None)
    page = desk.get("/organisation/limits/?now=true").content.decode()
    assert "100,000.00" in page
    assert "All operations" in page


@pytest.mark.proves("ST-13")
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"first_day": "2020-01-01"}, "A limit cannot begin in the past."),
        ({"decision": ""}, "Enter the number of the decision."),
        ({"amount": "-1"}, "Enter 0 or more."),
        ({"operation": "customers.add_document/1"}, "Select a valid choice."),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(desk, keyed, values, said):
    answer = desk.post(ADD, keyed(**limit(**values)))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not AuthorityLimit.objects.exists()


def test_a_limit_before_one_that_is_planned_is_refused(desk, keyed):
    desk.post(ADD, keyed(**limit(first_day=(bank_today() + 5 * DAY).isoformat())))
    answer = desk.post(ADD, keyed(**limit()))
    assert "is entered already. Choose a later day." in answer.content.decode()


def test_the_database_refuses_two_limits_at_once(db):
    AuthorityLimitFactory(post="teller")
    with pytest.raises(IntegrityError, match="staff_limit_one_at_a_time"):
        AuthorityLimitFactory(post="teller")


def test_a_limit_that_ends_is_gone_at_once(desk, keyed):
    row = AuthorityLimitFactory(post="teller")
    member = StaffMemberFactory(post="teller")
    address = f"/organisation/limits/{row.pk}/end/"
    assert desk.post(address, keyed(reason="")).status_code == 422
    assert desk.post(address, keyed(reason="withdrawn")).status_code == 302
    assert limit_of(member.user, KIND, bank_today()) is None
    assert "has ended already" in desk.post(address, keyed(reason="again")).content.decode()


def test_a_limit_itself_may_need_a_second_person(
    signed_in,
    desk,
    keyed,
    bank,
    deciders,
    person,
):
    ApprovalPolicyFactory(operation="staff.set_limit/1", role=deciders)
    AuthorityLimitFactory(post="wealth_manager", operation="", amount=Decimal(70))
    assert desk.post(ADD, keyed(**limit())).status_code == 302
    assert AuthorityLimit.objects.get().amount == 70
    asker = person(bank, *RIGHTS, "core.view_approval", extent=Grant.Reach.BANK)
    listed = signed_in(asker).get("/organisation/limits/").content.decode()
    assert f'<a href="{INBOX}{Approval.objects.get().pk}/">' in listed
    second = StaffMemberFactory(branch=bank).user
    GrantFactory(user=second, role=deciders, branch=bank, extent=Grant.Reach.BANK)
    other = signed_in(second)
    page = other.get(f"{INBOX}?decide=true").content.decode()
    assert "70.00" in page
    assert "100,000.00" in page
    assert decide(other, "approve").status_code == 302
    assert AuthorityLimit.objects.on(bank_today()).get().amount == 100_000
