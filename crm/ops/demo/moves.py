"""Who is about to move or to leave in the demonstration bank."""

from __future__ import annotations

import datetime as dt

from staff.models import Branch, StaffMember
from staff.people import operations
from staff.people.rules import Place
from sysadmin.models import User

OFFICER = "fang.wenlan"
MOVES = StaffMember.Post.WEALTH_MANAGER, "0016", "0017", 12
LEAVES = StaffMember.Post.TELLER, "0036", 25


def plan(today: dt.date) -> None:
    """Let the personnel officer plan a move, and enter somebody's last day."""
    officer = User.objects.get(username=OFFICER)
    post, old, new, days = MOVES
    mover = StaffMember.objects.get(branch__code=old, post=post)
    branch = Branch.objects.get(code=new)
    head = StaffMember.objects.filter(branch=branch, post=StaffMember.Post.SUB_BRANCH_HEAD).first()
    operations.assign(
        mover,
        by=officer,
        place=Place(branch, post, head, f"澜银人〔{today.year}〕401号"),
        first_day=today + dt.timedelta(days=days),
        version=mover.version,
        reason="Rotation between sub-branches · 支行间轮岗",
    )
    post, code, days = LEAVES
    leaver = StaffMember.objects.get(branch__code=code, post=post)
    operations.leave(
        leaver,
        by=officer,
        last_day=today + dt.timedelta(days=days),
        version=leaver.version,
        reason="Pension · 退休",
    )
