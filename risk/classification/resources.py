"""Claims: the list, the page of each, and the three steps of its classification."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.resources import Resource, Transition
from crm.core.saved_views import View
from risk.models import Claim

from . import operations, views
from .filters import ClaimFilter
from .forms import AgreeForm, ProposeForm
from .tables import ClaimTable

claim = Resource(
    Claim,
    route="claims/",
    table=ClaimTable,
    sorts={"risk_class": ("-risk_class", "id"), "since": ("-since", "-id")},
    filterset=ClaimFilter,
    transitions=(
        Transition("propose", operations.propose, ProposeForm),
        Transition("review", operations.review, AgreeForm),
        Transition("approve", operations.approve, AgreeForm),
        Transition("send_back", operations.send_back),
    ),
    joins=("customer", "holding"),
    views=(
        View("proposed", pgettext_lazy("claim", "To be reviewed"), "status=proposed"),
        View("reviewed", pgettext_lazy("claim", "To be approved"), "status=reviewed"),
        View("non_performing", _("Non-performing"), "non_performing=yes&ended=no"),
    ),
    recorded=True,
    overrides={
        "view": views.ClaimPage,
        "propose": views.ProposePage,
        "review": views.AgreePage,
        "approve": views.AgreePage,
    },
)
