"""What this module shows on homes: what those at the desk handle, what is due, how it goes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from config_admin.dictionaries.entries import name_of
from config_admin.models import Product
from crm.core.home import Figure, Part, add_figures, add_parts
from crm.core.today import Todo, add_todos

from . import reports
from .agenda.resources import task
from .appointments.resources import appointment
from .complaints.resources import complaint
from .contacts.resources import contact
from .models.contacts import PURPOSES
from .notices import ASSIGN_COMPLAINT
from .opportunities.resources import opportunity, stage
from .promises.resources import promise
from .referrals.resources import referral
from .requests.operations import ASSIGN
from .requests.resources import request

DESK = "services.desk_servicerequest"
MOVE = "services.move_opportunity"
HANDLE, REVIEW = "services.investigate_complaint", "services.review_complaint"
FIGURES = (
    Figure(request, "due=overdue&sort=due", _("Requests overdue"), 5, "bad", action=ASSIGN),
    Figure(
        request, "status=queued&sort=due", _("Requests in the queues"), 6, "warn", action=ASSIGN
    ),
    Figure(request, "owner=me&due=overdue&sort=due", _("Mine, overdue"), 10, "bad", action=DESK),
    Figure(request, "owner=me&due=at_risk&sort=due", _("Mine, at risk"), 20, "warn", action=DESK),
    Figure(request, "owner=me&due=today&sort=due", _("Mine, due today"), 30, action=DESK),
    Figure(request, "owner=me&at_work=yes&sort=due&view=mine", _("Mine, open"), 40, action=DESK),
    Figure(
        contact,
        "week=true&view=week",
        _("Contacts this week"),
        50,
        action="services.add_contact",
    ),
    Figure(
        promise,
        "due=today",
        _("Promises due today"),
        60,
        "warn",
        action="services.keep_promise",
    ),
    Figure(
        opportunity,
        "closing=this_month&view=this_month",
        _("Opportunities closing this month"),
        70,
        action=MOVE,
    ),
    Figure(
        complaint,
        "due=week&sort=due_on&view=week",
        _("Complaints due this week"),
        80,
        action=HANDLE,
    ),
    Figure(complaint, "due=overdue&sort=due_on", _("Complaints overdue"), 94, "bad"),
)


def purpose(code: str) -> str:
    """The purpose of an appointment in words."""
    return name_of(PURPOSES, code)


def business(code: str) -> str:
    """The business that a complaint is about, in words."""
    return name_of("complaint_business", code)


def product_kind(code: str) -> str:
    """The kind of product that a referral is about, in words."""
    return str(Product.Kind(code).label)


WAITING = (
    Todo(request, "owner=me&due=soon&sort=due", _("My request"), "subject", "due_at"),
    Todo(
        task,
        "status=open&member=me&due_before={today}",
        _("Task"),
        "title",
        "due_on",
    ),
    Todo(
        appointment,
        "status=planned&member=me&day_before={today}&sort=begins_at",
        _("Appointment"),
        "purpose",
        "begins_at",
        purpose,
    ),
    Todo(
        promise,
        "owner=me&status=open&status=broken&due_on_before={today}&sort=-due_on",
        _("Promise"),
        "words",
        "due_on",
    ),
    Todo(
        complaint,
        "handler=me&status=assigned&status=investigating&sort=due_on",
        _("Complaint to answer"),
        "business",
        "due_on",
        business,
    ),
    Todo(
        complaint,
        "reviewer=me&status=in_review&sort=due_on",
        _("Complaint to review"),
        "business",
        "due_on",
        business,
    ),
    Todo(
        referral,
        "asked=me&status=waiting&sort=oldest",
        _("Referral to answer"),
        "product_kind",
        "answer_by",
        product_kind,
        action="services.accept_referral",
    ),
    Todo(
        complaint,
        "status=received&sort=due_on&mine=true",
        _("Complaint to assign"),
        "business",
        "due_on",
        business,
        action=ASSIGN_COMPLAINT,
    ),
    Todo(
        complaint,
        "status=disputed&sort=due_on&mine=true",
        _("Complaint without a reviewer"),
        "business",
        "due_on",
        business,
        action=REVIEW,
    ),
    Todo(
        request,
        "queues=mine&status=queued&sort=due",
        _("Request in my queues"),
        "subject",
        "due_at",
        action=DESK,
    ),
    Todo(
        request,
        "status=queued&sort=due",
        _("Request to assign"),
        "subject",
        "due_at",
        action=ASSIGN,
    ),
)
PARTS = (
    Part("team", 10, (request.permission("view"), ASSIGN), reports.team_chart),
    Part("requests", 20, (request.permission("view"), DESK), reports.own_requests_chart),
    Part(
        "pipeline",
        40,
        (opportunity.permission("view"), stage.permission("view"), MOVE),
        reports.pipeline_chart,
    ),
)


def register() -> None:
    """Show all of it on homes."""
    add_figures(FIGURES)
    add_todos(WAITING)
    add_parts(PARTS)
