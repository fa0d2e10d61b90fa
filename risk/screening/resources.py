"""Hits of the screening: the list, and the page of each."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from crm.core.resources import Resource, Section, Transition
from crm.core.saved_views import View
from risk.models import ScreeningHit

from . import operations, views
from .filters import HitFilter
from .forms import ReleaseForm
from .tables import HitTable

hit = Resource(
    ScreeningHit,
    route="screening/",
    table=HitTable,
    sorts={"score": ("-score", "id"), "oldest": ("id",), "newest": ("-id",)},
    filterset=HitFilter,
    sections=(
        Section(
            pgettext_lazy("hit", "Decision"), ("status", "decided_by", "decided_at", "decision")
        ),
    ),
    transitions=(
        Transition("confirm", operations.confirm),
        Transition("dismiss", operations.dismiss),
        Transition("reopen", operations.reopen),
        Transition("release", operations.release, ReleaseForm),
        Transition("lift", operations.lift),
    ),
    joins=("customer", "person", "entry__watchlist", "decided_by"),
    views=(
        View("open", pgettext_lazy("hit", "To be decided"), "status=open"),
        View("confirmed", pgettext_lazy("hit", "Confirmed"), "status=confirmed"),
    ),
    recorded=True,
    overrides={"view": views.HitPage},
)
