"""What this module shows on homes: what those who decide about risks decide next."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.home import Figure, Part, add_figures, add_parts
from crm.core.today import Todo, add_todos
from customers.products import product_name

from . import reports
from .cases.resources import case
from .classification.resources import claim
from .diligence.escalation import CHASE
from .diligence.resources import diligence, level
from .models import Diligence, Family
from .screening.resources import hit

CONFIRM, ASSIGN = "risk.confirm_screeninghit", "risk.assign_alertcase"
REVIEW, APPROVE = "risk.review_claim", "risk.approve_claim"
RATE, OVERRIDE = "risk.rate_diligence", "risk.override_diligence"
FIGURES = (
    Figure(hit, "status=open", _("Hits to decide"), 42, "warn", action=CONFIRM),
    Figure(case, "status=new", _("Cases to assign"), 44, "warn", action=ASSIGN),
    Figure(diligence, "review=branch", _("Reviews overdue for days"), 45, "bad", action=CHASE),
    Figure(claim, "status=proposed&decide=true", _("Classes to review"), 46, "warn", action=REVIEW),
    Figure(
        claim, "status=reviewed&decide=true", _("Classes to approve"), 47, "warn", action=APPROVE
    ),
    Figure(diligence, "review=overdue", _("Reviews overdue"), 48, "bad", action=OVERRIDE),
    Figure(
        diligence,
        "lead_manager=me&review=overdue",
        _("My customers to review"),
        55,
        "bad",
        action=RATE,
    ),
    Figure(case, "due=overdue&sort=due_on", _("Alert cases overdue"), 95, "bad"),
)


def family(code: str) -> str:
    """What an alert case is about, in words."""
    return str(Family(code).label)


def cause(code: str) -> str:
    """Why a customer is reviewed, in words."""
    return str(Diligence.Cause(code).label)


WAITING = (
    Todo(
        case,
        "officer=me&status=investigating&status=escalated&sort=due_on",
        _("Alert case to decide"),
        "family",
        "due_on",
        family,
    ),
    Todo(
        case,
        "officer=me&status=waiting&due=overdue&sort=due_on",
        _("Answer on a case is overdue"),
        "family",
        "diary_on",
        family,
    ),
    Todo(
        case,
        "lead_manager=me&status=waiting&sort=due_on",
        _("Question about a warning"),
        "family",
        "diary_on",
        family,
        action="risk.answer_alertcase",
    ),
    Todo(
        case,
        "status=new&sort=due_on",
        _("Alert case to assign"),
        "family",
        "due_on",
        family,
        action=ASSIGN,
    ),
    Todo(
        case,
        "decide=true&sort=due_on",
        _("Decision on a case to approve"),
        "family",
        "due_on",
        family,
        action="risk.approve_alertcase",
    ),
    Todo(
        hit,
        "status=open",
        _("Hit to decide"),
        "listed_name",
        "created_at",
        waits=True,
        first=("-score", "pk"),
        action=CONFIRM,
    ),
    *(
        Todo(
            claim,
            f"status={status}&decide=true",
            label,
            "holding__product_code",
            "updated_at",
            product_name,
            waits=True,
            first=("-risk_class", "pk"),
            action=action,
        )
        for status, label, action in (
            ("proposed", _("Class to review"), REVIEW),
            ("reviewed", _("Class to approve"), APPROVE),
        )
    ),
    *(
        Todo(diligence, query, label, "cause", "due_on", cause, action=action)
        for query, label, action in (
            ("lead_manager=me&review=overdue", _("Overdue review of my customer"), RATE),
            ("lead_manager=me&review=soon", _("Review of my customer"), RATE),
            ("review=overdue", _("Overdue review of a customer"), OVERRIDE),
        )
    ),
)
PARTS = (
    Part("cases", 12, (case.permission("view"), ASSIGN), reports.cases_chart),
    Part(
        "levels",
        14,
        (diligence.permission("view"), level.permission("view"), OVERRIDE),
        reports.levels_chart,
    ),
)


def register() -> None:
    """Show all of it on homes."""
    add_figures(FIGURES)
    add_todos(WAITING)
    add_parts(PARTS)
