"""The first steps of a new installation."""

from __future__ import annotations

from crm.core.acting import acting
from crm.core.clock import bank_today
from crm.core.operations import save_new
from staff.models import Branch
from sysadmin.models import Grant, Role, User, period, system_user
from sysadmin.operations import give
from sysadmin.signing_in.operations import open_account

WIDTH = 1 << 50


def enter_first_administrator(head_office: Branch, *, username: str, name: str) -> str:
    """Enter the root of the branch tree and who administers the system; returns the password."""
    system = system_user()
    head_office.lft, head_office.rgt = 1, WIDTH
    with acting(by=system, reason="first administrator"):
        save_new(head_office)
        user = User(username=username, display_name=name)
        password = open_account(user, by=system)
        grant = Grant(
            user=user,
            role=Role.objects.get(code="system_administrator"),
            branch=head_office,
            extent=Grant.Reach.BANK,
            valid=period(bank_today()),
        )
        give(grant, by=system)
    return password
