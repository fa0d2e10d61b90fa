"""Opportunities and their stages: lists, and the page of each."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.resources import Resource, Section, Transition
from crm.core.saved_views import View
from services.models import Opportunity, OpportunityStage

from . import operations, views
from .filters import OpportunityFilter, StageFilter
from .forms import OpportunityForm, StageForm
from .tables import OpportunityTable, StageTable

stage = Resource(
    OpportunityStage,
    route="stages/",
    table=StageTable,
    sorts={"position": ("position", "id")},
    filterset=StageFilter,
    form=StageForm,
    sections=(
        Section(
            _("Stage"), ("code", "name", "name_zh", "outcome", "position", "probability", "status")
        ),
    ),
    transitions=(
        Transition("retire", operations.retire_stage),
        Transition("restore", operations.restore_stage),
    ),
)
opportunity = Resource(
    Opportunity,
    route="opportunities/",
    table=OpportunityTable,
    sorts={
        "closes_on": ("closes_on", "id"),
        "amount": ("-amount_base", "-id"),
        "newest": ("-id",),
    },
    filterset=OpportunityFilter,
    form=OpportunityForm,
    sections=(
        Section(
            _("What is to be sold"),
            ("customer", "shown_product", "product_kind", "shown_amount", "closes_on"),
        ),
        Section(
            _("How far it is"),
            (
                "stage",
                "shown_probability",
                "staged_on",
                "closed_on",
                "lost_reason",
                "owner",
                "branch",
                "source",
                "referred_by",
                "remark",
            ),
        ),
    ),
    joins=("customer", "product", "stage", "owner", "branch", "referral__from_member"),
    apart=True,
    views=(
        View("mine", pgettext_lazy("opportunities", "Mine"), "owner=me&outcome=open", near=True),
        View("this_month", _("Closing this month"), "closing=this_month"),
        View("overdue", pgettext_lazy("opportunities", "Overdue"), "closing=overdue"),
        View("stale", _("No step for 30 days"), "stale=true"),
    ),
    recorded=True,
    overrides={
        "add": views.NewOpportunityPage,
        "change": views.ChangeOpportunityPage,
        "view": views.OpportunityPage,
        "panel": views.OpportunityPanel,
    },
)
RESOURCES = (opportunity, stage)
