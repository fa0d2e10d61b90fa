"""Who is about to move or to leave in the demonstration bank."""

from __future__ import annotations

import datetime as dt

from crm.core import approvals
from crm.core.models import Approval
from staff.models import Branch, StaffMember
from staff.people import operations
from staff.people.rules import Place
from sysadmin.models import User

OFFICER, CHECKER = "fang.wenlan", "yan.shouzheng"
MOVES = (
    (StaffMember.Post.WEALTH_MANAGER, "0016", "0017", 12),
    (StaffMember.Post.TELLER, "0017", "0027", 19),
)
LEAVES = StaffMember.Post.TELLER, "0036", 25


def plan(today: dt.date) -> None:
    """Let the personnel officer plan moves, one of them approved, and enter a last day."""
    officer = User.objects.get(username=OFFICER)
    for number, (post, old, new, days) in enumerate(MOVES, start=401):
        mover = StaffMember.objects.get(branch__code=old, post=post)
        branch = Branch.objects.get(code=new)
        heads = StaffMember.objects.filter(branch=branch, post=StaffMember.Post.SUB_BRANCH_HEAD)
        operations.assign(
            mover,
            by=officer,
            place=Place(branch, post, heads.first(), f"澜银人〔{today.year}〕{number}号"),
            first_day=today + dt.timedelta(days=days),
            version=mover.version,
            reason="Rotation between sub-branches · 支行间轮岗",
        )
    first = Approval.objects.filter(operation="staff.assign/1").order_by("id")[0]
    checker = User.objects.get(username=CHECKER)
    approvals.approve(first, by=checker, reason="Order seen · 已核对任命文件")
    post, code, days = LEAVES
    leaver = StaffMember.objects.get(branch__code=code, post=post)
    operations.leave(
        leaver,
        by=officer,
        last_day=today + dt.timedelta(days=days),
        version=leaver.version,
        reason="Pension · 退休",
    )
