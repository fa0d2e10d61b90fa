"""Complaints: the list, the page of each, and the steps with it."""

from django.utils.translation import pgettext_lazy

from crm.core.resources import Resource, Section, Transition
from crm.core.saved_views import View
from services.models import Complaint
from services.notices import ASSIGN_COMPLAINT

from . import forms, operations, views
from .filters import ComplaintFilter
from .tables import ComplaintTable

complaint = Resource(
    Complaint,
    route="complaints/",
    table=ComplaintTable,
    sorts={"newest": ("-received_at", "-id"), "due_on": ("due_on", "id")},
    filterset=ComplaintFilter,
    form=forms.ReceiveForm,
    sections=(
        Section(
            pgettext_lazy("complaint", "What it is about"),
            ("description", "expected", "business", "cause", "shown_complainant", "about"),
        ),
    ),
    transitions=(
        Transition("assign", operations.assign, forms.AssignForm),
        Transition("investigate", operations.investigate, forms.RemarkForm),
        Transition("establish", operations.establish, forms.EstablishForm),
        Transition("answer", operations.answer, forms.AnswerForm),
        Transition("review", operations.review, forms.ReviewForm),
        Transition("close", operations.close, forms.RemarkForm),
        Transition("compensate", operations.compensate, forms.CompensateForm),
        Transition("complicate", operations.complicate, forms.GroundsForm),
        Transition("extend", operations.extend, forms.ExtendForm),
        Transition("dispute", operations.dispute, forms.GroundsForm),
        Transition("withdraw", operations.withdraw, forms.GroundsForm),
        Transition("recheck", operations.recheck, forms.RecheckForm),
    ),
    joins=(
        "customer",
        "branch",
        "handler__branch",
        "handler__user",
        "reviewer",
        "received_by",
        "about__supervisor",
        "holding",
    ),
    apart=True,
    search=("number",),
    palette="message-square-warning",
    views=(
        View("mine", pgettext_lazy("complaint", "Mine"), "handler=me&open=yes&sort=due_on"),
        View(
            "to_assign",
            pgettext_lazy("complaints", "To be assigned"),
            "status=received&sort=due_on",
            action=ASSIGN_COMPLAINT,
        ),
        View("week", pgettext_lazy("complaint", "Due this week"), "due=week&sort=due_on"),
        View("overdue", pgettext_lazy("complaint", "Overdue"), "due=overdue&sort=due_on"),
        View(
            "review",
            pgettext_lazy("complaint", "In review"),
            "status=disputed&status=in_review&sort=due_on",
        ),
        View("recheck", pgettext_lazy("complaint", "To be checked"), "due=recheck"),
    ),
    recorded=True,
    in_drawer=False,
    overrides={
        "add": views.ReceivePage,
        "change": views.CorrectPage,
        "view": views.ComplaintPage,
        "establish": views.EstablishPage,
        "answer": views.LongComplaintStep,
        **dict.fromkeys(
            (
                "assign",
                "investigate",
                "review",
                "close",
                "compensate",
                "complicate",
                "extend",
                "dispute",
                "withdraw",
                "recheck",
            ),
            views.ComplaintStep,
        ),
    },
)
RESOURCES = (complaint,)
