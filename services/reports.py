"""How the work of a team, of one of its members and of those who sell is going, as charts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.core.charts import Series, bar_chart, line_chart
from crm.core.clock import bank_today, midnight, now
from crm.core.formats import number, percent, short_day
from crm.core.keyset import capped_counts
from staff.models import StaffMember

from .models import Opportunity, OpportunityStage, ServiceRequest
from .querysets import ServiceRequestQuerySet

DAY = dt.timedelta(days=1)
FORTNIGHT, MONTH = 14, 30
MOST_MEMBERS = 10


def requests_at(**asked: Any) -> str:
    """The list of requests with these filters."""
    return f"{reverse('services:servicerequest_list')}?{urlencode(asked)}"


def team_chart(user: Any) -> SafeString:
    """Who has how many requests in hand, those with the most overdue first."""
    reached = ServiceRequest.objects.permitted(user)
    late = Q(stopped_at=None, due_at__lte=now())
    held = list(
        reached.filter(status__in=ServiceRequest.IN_HANDS)
        .order_by()
        .values_list("owner")
        .annotate(open=Count("pk"), overdue=Count("pk", filter=late))
        .order_by("-overdue", "-open", "owner")[:MOST_MEMBERS]
    )
    owners = [owner for owner, _open, _overdue in held]
    members = StaffMember.objects.in_bulk(owners)
    return bar_chart(
        kept_in_time(reached),
        [
            Series(
                pgettext("requests", "Open"),
                [in_hand for _owner, in_hand, _overdue in held],
                [requests_at(owner=owner, at_work="yes", sort="due") for owner in owners],
            ),
            Series(
                pgettext("requests", "Overdue"),
                [overdue for _owner, _open, overdue in held],
                [requests_at(owner=owner, due="overdue", sort="due") for owner in owners],
            ),
        ],
        [members[owner].shown_name for owner in owners],
    )


def kept_in_time(reached: ServiceRequestQuerySet) -> str:
    """Which share of what was resolved in a month was resolved in time, in words."""
    done = reached.filter(resolved_at__gte=midnight(bank_today() - MONTH * DAY)).order_by()
    kept = Count("pk", filter=Q(resolved_at__lte=F("resolution_due_at")))
    found = done.aggregate(n=Count("pk"), kept=kept)
    if not found["n"]:
        return _("Requests in hand, by who handles them")
    share = percent(Decimal(found["kept"]) / found["n"], 0)
    return _("Requests in hand; %(share)s of those of 30 days were resolved in time") % {
        "share": share
    }


def own_requests_chart(user: Any) -> str:
    """What came to a member of staff and what they resolved, day by day for a fortnight."""
    last = bank_today()
    days = [last - place * DAY for place in reversed(range(FORTNIGHT))]
    own = ServiceRequest.objects.permitted(user).filter(owner__user=user.pk)
    received, resolved = (by_day(own, moment, days) for moment in ("received_at", "resolved_at"))
    if not any([*received, *resolved]):
        return ""
    return line_chart(
        _("My requests of two weeks: %(received)s received, %(resolved)s resolved")
        % {"received": number(sum(received)), "resolved": number(sum(resolved))},
        [
            Series(
                pgettext("requests", "Received"),
                received,
                [on_day("received", day) for day in days],
            ),
            Series(
                pgettext("requests", "Resolved"),
                resolved,
                [on_day("resolved", day) for day in days],
            ),
        ],
        [short_day(day) for day in days],
    )


def by_day(rows: ServiceRequestQuerySet, moment: str, days: list[dt.date]) -> list[int]:
    """How many of some requests fall on each of some days."""
    since = {f"{moment}__gte": midnight(days[0])}
    on = TruncDate(moment, tzinfo=timezone.get_default_timezone())
    counted: Any = rows.filter(**since).order_by().annotate(day=on).values_list("day")
    found: dict[dt.date, int] = dict(counted.annotate(Count("pk")))
    return [found.get(day, 0) for day in days]


def on_day(filtered: str, day: dt.date) -> str:
    """One's own requests of one day."""
    return requests_at(owner="me", **{f"{filtered}_after": day, f"{filtered}_before": day})


def pipeline_chart(user: Any) -> SafeString:
    """How many open opportunities within reach stand in each stage."""
    live = OpportunityStage.objects.live().filter(outcome=Opportunity.Outcome.OPEN)
    stages = list(live.order_by("position", "pk"))
    rows = Opportunity.objects.permitted(user).open()
    counts = capped_counts([rows.filter(stage=stage) for stage in stages])
    address = reverse("services:opportunity_list")
    return bar_chart(
        _("Open opportunities, by stage"),
        [
            Series(
                _("Opportunities"),
                [count.n for count in counts],
                [f"{address}?outcome=open&stage={stage.pk}" for stage in stages],
            )
        ],
        [stage.shown_name for stage in stages],
    )
