"""Promises: the list, the page of each, and what becomes of them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.resources import Resource, Section, Transition
from crm.core.saved_views import View
from services.models import Promise

from . import operations, views
from .filters import PromiseFilter
from .forms import KeepForm, PassOnForm, PromiseForm
from .tables import PromiseTable

promise = Resource(
    Promise,
    route="promises/",
    table=PromiseTable,
    sorts={"due_on": ("-due_on", "-pk")},
    filterset=PromiseFilter,
    form=PromiseForm,
    sections=(
        Section(
            _("Promise"),
            ("due_on", "owner", "made_on", "status", "settled_on", "remark"),
        ),
    ),
    transitions=(
        Transition("keep", operations.keep, KeepForm),
        Transition("pass_on", operations.pass_on, PassOnForm),
        Transition("withdraw", operations.withdraw),
    ),
    joins=("customer", "owner"),
    views=(
        View(
            "mine",
            pgettext_lazy("promises", "Mine to keep"),
            "owner=me&status=open&sort=-due_on",
            near=True,
        ),
        View("today", _("Due today"), "due=today"),
        View("overdue", _("Overdue"), "due=overdue&sort=-due_on"),
    ),
    without=frozenset({"change"}),
    overrides={
        "add": views.MakePage,
        "pass_on": views.PassOnPage,
        "view": views.PromisePage,
        "panel": views.PromisePanel,
    },
)
