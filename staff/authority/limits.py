"""How much somebody decides on: what approvals ask this module."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from staff.models import AuthorityLimit, StaffMember


def limit_of(user: Any, kind: str, date: dt.date) -> Decimal | None:
    """Up to which amount the user decides on a kind of request, by the post held on a day.

    A limit for that kind goes before one for all; without either there is none.
    """
    member = StaffMember.objects.filter(user=user.pk).first()
    if member is None:
        return None
    held = member.assignments.on(date).values_list("post", flat=True).first()
    rows = AuthorityLimit.objects.on(date).filter(post=held or member.post)
    rows = rows.filter(operation__in=[kind, ""]).order_by("-operation")
    return rows.values_list("amount", flat=True).first()
