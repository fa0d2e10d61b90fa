"""What this module shows on homes: what a second person decides, jobs, trails and health."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core import approvals, jobs
from crm.core.home import Figure, Part, add_figures, add_parts
from crm.core.today import Todo, add_todos

from . import reports
from .resources import approval, job

DECIDE, ASK = "core.approve_approval", "core.withdraw_approval"
RETRY, HEALTH = "core.retry_job", "core.view_health_job"
TRAIL, SEALS = "core.view_accessevent", "core.view_auditevent"
FIGURES = (
    Figure(approval, "decide=true", _("For me to decide"), 45, "warn", action=DECIDE),
    Figure(approval, "mine=true&status=pending", _("My requests that wait"), 90, action=ASK),
    Figure(
        approval,
        "mine=true&status=returned",
        _("My requests sent back"),
        91,
        "warn",
        action=ASK,
    ),
    Figure(
        job,
        "status=failed&created_at_after={lately}",
        _("Jobs that failed in 7 days"),
        92,
        "bad",
    ),
    Figure(approval, "status=pending", _("Waiting for a second person"), 96),
)
WAITING = (
    Todo(
        approval,
        "decide=true",
        _("For me to decide"),
        "operation",
        "created_at",
        approvals.label_of,
        waits=True,
        action=DECIDE,
    ),
    Todo(
        approval,
        "mine=true&status=returned",
        _("Sent back to me"),
        "operation",
        "decided_at",
        approvals.label_of,
        waits=True,
        action=ASK,
    ),
    Todo(
        job,
        "status=failed&created_at_after={lately}",
        _("Job that failed"),
        "kind",
        "created_at",
        jobs.label_of,
        waits=True,
        first=("-pk",),
        action=RETRY,
    ),
)
PARTS = (
    Part("health", 50, (HEALTH,), reports.health_card),
    Part("seals", 52, (SEALS,), reports.seals_card),
    Part("trail", 54, (TRAIL,), reports.trail_chart),
    Part("jobs", 70, (job.permission("view"), RETRY), reports.jobs_chart),
)


def register() -> None:
    """Show all of it on homes."""
    add_figures(FIGURES)
    add_todos(WAITING)
    add_parts(PARTS)
