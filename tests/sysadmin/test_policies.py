"""A policy on policies: nobody lifts alone what asks for a second person."""

import uuid

import pytest

from crm.core.idempotency import FIELD
from crm.core.models import Approval
from tests.deciding import INBOX, decide
from tests.factories import GrantFactory, StaffMemberFactory

ASK = ("core.view_approval", "core.withdraw_approval")
POLICIES = tuple(f"core.{right}_approvalpolicy" for right in ("view", "add", "change"))


@pytest.fixture
def keeper(person, bank):
    """Whoever keeps the policies."""
    return person(bank, *POLICIES, *ASK, "sysadmin.view_role", extent="bank")


@pytest.fixture
def second(bank, deciders):
    """Whoever decides for the whole bank."""
    member = StaffMemberFactory(branch=bank)
    GrantFactory(user=member.user, role=deciders, branch=bank, extent="bank")
    return member.user


def sent(policy, **changes):
    """A policy as its form holds it."""
    held = {
        "operation": policy.operation,
        "from_amount": "",
        "role": policy.role_id,
        "days": policy.days,
        "is_active": "on",
        "version": policy.version,
        FIELD: str(uuid.uuid4()),
    }
    return held | changes


@pytest.mark.proves("SY-6")
def test_a_policy_is_lifted_by_two_persons_where_a_policy_asks(
    signed_in, keeper, second, held_back
):
    held_back("sysadmin.set_policy/1")
    policy = held_back("customers.close/1")
    desk = signed_in(keeper)
    address = f"/system/policies/{policy.pk}/change/"
    assert desk.post(address, sent(policy, is_active="")).status_code == 302
    policy.refresh_from_db()
    assert policy.is_active
    request = Approval.objects.get()
    assert "Policy on approvals" in desk.get(f"{INBOX}{request.pk}/").content.decode()
    assert decide(desk, "approve").status_code != 302
    policy.refresh_from_db()
    assert policy.is_active
    assert decide(signed_in(second), "approve").status_code == 302
    policy.refresh_from_db()
    assert not policy.is_active


@pytest.mark.proves("SY-6")
def test_the_policy_on_policies_is_itself_lifted_by_two_and_a_new_one_waits_too(
    signed_in, keeper, held_back
):
    policy = held_back("sysadmin.set_policy/1")
    desk = signed_in(keeper)
    assert desk.post(f"/system/policies/{policy.pk}/change/", sent(policy, is_active=""))
    new = sent(policy, operation="customers.reopen/1", version="")
    assert desk.post("/system/policies/add/", new).status_code == 302
    policy.refresh_from_db()
    assert policy.is_active
    assert not type(policy).objects.filter(operation="customers.reopen/1").exists()
    assert Approval.objects.filter(operation="sysadmin.set_policy/1").count() == 2
