"""Service requests: the list, and the page of each."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.resources import Resource, Section, Transition
from crm.core.saved_views import View
from services.models import ServiceRequest

from . import operations, views
from .filters import RequestFilter
from .forms import AssignForm, RemarkForm, RequestForm, ResolveForm, WaitForm
from .tables import RequestTable

request = Resource(
    ServiceRequest,
    route="requests/",
    table=RequestTable,
    sorts={"newest": ("-id",), "due": ("due_at", "id")},
    filterset=RequestFilter,
    form=RequestForm,
    sections=(
        Section(
            pgettext_lazy("request", "Details"),
            (
                "service",
                "category",
                "channel",
                "priority",
                "queue",
                "branch",
                "owner",
                "received_at",
                "response_due_at",
                "responded_at",
                "resolution_due_at",
                "resolved_at",
            ),
        ),
    ),
    transitions=(
        Transition("take", operations.take, RemarkForm),
        Transition("start", operations.start, RemarkForm),
        Transition("resume", operations.resume, RemarkForm),
        Transition("resolve", operations.resolve, ResolveForm),
        Transition("wait", operations.wait, WaitForm),
        Transition("close", operations.close, RemarkForm),
        Transition("assign", operations.assign, AssignForm),
        Transition("hand_back", operations.hand_back),
        Transition("reopen", operations.reopen),
    ),
    joins=("customer", "service__category", "queue__calendar", "owner", "branch"),
    apart=True,
    search=("number",),
    views=(
        View("mine", _("Mine"), "owner=me&at_work=yes&sort=due", near=True),
        View("queues", _("My queues"), "queues=mine&status=queued&sort=due", near=True),
        View(
            "unrouted",
            _("Nobody to do them"),
            "queues=nobody&sort=due",
            action=operations.ASSIGN,
        ),
        View("overdue", pgettext_lazy("requests", "Overdue"), "due=overdue&sort=due"),
        View("waiting", _("Waiting for the customer"), "status=waiting&sort=due"),
        View("open", pgettext_lazy("requests", "Open"), "at_work=yes&sort=due"),
    ),
    palette="inbox",
    recorded=True,
    overrides={
        "list": views.RequestList,
        "add": views.NewRequestPage,
        "view": views.RequestPage,
        "panel": views.RequestPanel,
        "take": views.TakePage,
        "start": views.StartPage,
        "hand_back": views.HandBackPage,
        "assign": views.AssignPage,
    },
)
