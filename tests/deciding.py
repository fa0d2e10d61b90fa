"""Makers and second persons: what they may do, and what they send."""

from __future__ import annotations

import uuid

from crm.core.idempotency import FIELD
from crm.core.models import Approval
from tests.factories import GrantFactory, StaffMemberFactory

MAKE = (
    "customers.view_customer",
    "customers.change_customer",
    "customers.close_customer",
    "core.view_approval",
    "core.withdraw_approval",
)
DECIDE = (
    "core.view_approval",
    "core.approve_approval",
    "core.send_back_approval",
    "core.reject_approval",
    "customers.view_customer",
)
INBOX = "/system/approvals/"
LIST = "/customers/"


def decider(branch, role):
    member = StaffMemberFactory(branch=branch)
    GrantFactory(user=member.user, role=role, branch=branch)
    return member.user


def step(desk, address, reason="because"):
    return desk.post(address, {FIELD: str(uuid.uuid4()), "reason": reason})


def close(desk, customer):
    return step(desk, f"/customers/{customer.pk}/close/")


def decide(desk, verb, request=None, reason="seen"):
    request = request or Approval.objects.get()
    return step(desk, f"{INBOX}{request.pk}/{verb}/", reason)


def change(desk, customer, **values):
    fields = ("name", "latin_name", "gender", "country", "born_on", "opened_on", "city", "address")
    sent = {name: getattr(customer, name) or "" for name in fields}
    sent |= {"home_branch": customer.home_branch_id, "lead_manager": customer.lead_manager_id or ""}
    sent |= {"version": customer.version, FIELD: str(uuid.uuid4())} | values
    return desk.post(f"/customers/{customer.pk}/change/", sent)
