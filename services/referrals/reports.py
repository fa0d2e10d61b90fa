"""What came of the referrals of each member of staff."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from crm.core.clock import now
from services.models import Opportunity, Referral, ReferralQuerySet
from staff.models import StaffMember

DAYS, MOST = 90, 50


@dataclass(frozen=True)
class Credit:
    """A member of staff with what came of their referrals of the last three months."""

    member: StaffMember
    made: int
    accepted: int
    won: int
    amount: Decimal


def credits_of(rows: ReferralQuerySet) -> list[Credit]:
    """The authors of some referrals, those with the most sales first, in two statements."""
    won = Q(opportunity__outcome=Opportunity.Outcome.WON)
    counted: Any = list(
        rows.filter(created_at__gte=now() - dt.timedelta(days=DAYS))
        .order_by()
        .values("from_member")
        .annotate(
            made=Count("pk"),
            accepted=Count("pk", filter=Q(status=Referral.Status.ACCEPTED)),
            won=Count("pk", filter=won),
            amount=Sum("opportunity__amount_base", filter=won, default=Decimal(0)),
        )
        .order_by("-won", "-accepted", "-made", "from_member")[:MOST]
    )
    members = StaffMember.objects.select_related("branch").in_bulk(
        [one["from_member"] for one in counted]
    )
    return [
        Credit(members[one["from_member"]], one["made"], one["accepted"], one["won"], one["amount"])
        for one in counted
    ]
