"""Alert cases: the list, and the page of each."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from crm.core.resources import Resource, Transition
from crm.core.saved_views import View
from risk.models import AlertCase

from . import forms, operations, views
from .filters import CaseFilter
from .tables import CaseTable

case = Resource(
    AlertCase,
    route="cases/",
    table=CaseTable,
    sorts={
        "severity": ("-level", "next_day", "id"),
        "due_on": ("next_day", "id"),
        "newest": ("-opened_on", "-id"),
    },
    filterset=CaseFilter,
    transitions=(
        Transition("assign", operations.assign, forms.AssignForm),
        Transition("ask", operations.ask, forms.AskForm),
        Transition("answer", operations.answer, forms.AnswerForm),
        Transition("escalate", operations.escalate, forms.EscalateForm),
        Transition("propose", operations.propose, forms.ProposeForm),
        Transition("approve", operations.approve, forms.RemarkForm),
        Transition("send_back", operations.send_back, forms.GroundsForm),
        Transition("reopen", operations.reopen, forms.GroundsForm),
    ),
    joins=("customer", "officer"),
    views=(
        View("open", pgettext_lazy("alert case", "Open"), "open=yes"),
        View("mine", pgettext_lazy("alert case", "Mine"), "officer=me&open=yes&sort=due_on"),
        View("new", pgettext_lazy("alert case", "To be assigned"), "status=new"),
        View("waiting", pgettext_lazy("alert case", "Waiting for information"), "status=waiting"),
        View("proposed", pgettext_lazy("alert case", "To be approved"), "status=proposed"),
        View("overdue", pgettext_lazy("alert case", "Overdue"), "due=overdue&sort=due_on"),
    ),
    recorded=True,
    in_drawer=False,
    overrides={
        "list": views.CaseList,
        "assign": views.AssignPage,
        "view": views.CasePage,
        "propose": views.LongCaseStep,
        "ask": views.LongCaseStep,
        "answer": views.LongCaseStep,
        **dict.fromkeys(("escalate", "approve", "send_back", "reopen"), views.CaseStep),
    },
)
