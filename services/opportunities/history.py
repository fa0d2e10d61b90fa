"""Through which stages an opportunity came, read from the trail."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from crm.core.models import AuditEvent
from services.models import Opportunity, OpportunityStage

MOST = 50
STAGE = "stage_id"


@dataclass(frozen=True)
class Step:
    """A stage that an opportunity entered: when, by whom, and why."""

    stage: str
    outcome: str
    at: dt.datetime
    by: str
    reason: str


def steps_of(opportunity: Opportunity) -> list[Step]:
    """The stages of an opportunity, the latest first."""
    rows = AuditEvent.objects.filter(
        subject_id=opportunity.customer_id,
        table_name=Opportunity._meta.db_table,
        row_key=str(opportunity.pk),
        after__has_key=STAGE,
        at__gte=opportunity.created_at - dt.timedelta(days=1),
    )
    events = [
        (int((event.after or {})[STAGE]), event)
        for event in rows.select_related("actor").order_by("-at", "-id")[:MOST]
    ]
    stages = OpportunityStage.objects.in_bulk([key for key, _event in events])
    return [
        Step(
            stage=str(stages[key]),
            outcome=stages[key].outcome,
            at=event.at,
            by=event.actor.shown_name,
            reason=event.reason,
        )
        for key, event in events
        if key in stages
    ]
