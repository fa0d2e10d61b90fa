"""What a conflict of interest forbids: to lead or assist the customer, and to decide about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.clock import bank_today
from crm.core.models import Approval
from crm.core.operations import DomainError
from customers.models import ConflictOfInterest
from staff.models import StaffMember

CAUSE = gettext_lazy("A conflict of interest with the customer is declared for this manager.")


def refuse_conflict(member: StaffMember, customer_id: int, valid: Any, field: str) -> None:
    """Refuse to give a customer to somebody to whom they are too close in these days."""
    rows = ConflictOfInterest.objects.filter(
        member=member, customer_id=customer_id, valid__overlap=valid
    )
    if rows.exists():
        raise DomainError(
            _("A conflict of interest with this customer is declared for %(name)s. Choose another.")
            % {"name": member},
            field,
        )


def in_conflict(customers: Iterable[int], day: dt.date) -> set[tuple[int, int]]:
    """Customer and member of staff of each conflict about some customers that holds on a day."""
    rows = ConflictOfInterest.objects.on(day).filter(customer_id__in=list(customers))
    return set(rows.values_list("customer_id", "member_id"))


def why_not_decide(request: Approval, user: Any) -> str:
    """Why somebody may not decide on a request about a customer; empty if they may."""
    return "" if request.subject_id is None else why_too_close(request.subject_id, user)


def why_too_close(customer_id: int, user: Any) -> str:
    """Why somebody may not decide about a customer; empty if they may."""
    rows = ConflictOfInterest.objects.on(bank_today())
    if not rows.filter(customer_id=customer_id, member__user=user.pk).exists():
        return ""
    return _("You have a conflict of interest with this customer. Somebody else decides.")
