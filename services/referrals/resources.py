"""Referrals: the list, and the page of each."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.resources import Resource, Section, Transition
from crm.core.saved_views import View
from services.models import Referral
from services.opportunities.views import SellingPanel

from . import operations, views
from .filters import ReferralFilter
from .forms import AcceptForm, ReferralForm
from .tables import ReferralTable

referral = Resource(
    Referral,
    route="referrals/",
    table=ReferralTable,
    sorts={"newest": ("-id",), "oldest": ("id",)},
    filterset=ReferralFilter,
    form=ReferralForm,
    sections=(
        Section(_("Who needs what"), ("customer", "product_kind", "words")),
        Section(
            _("Who is asked"),
            ("from_member", "branch", "shown_asked", "created_at", "answer_by"),
        ),
        Section(
            pgettext_lazy("referral", "Answer"),
            ("status", "answered_by", "answered_at", "answer", "shown_outcome"),
        ),
    ),
    transitions=(
        Transition("accept", operations.accept, AcceptForm),
        Transition("refuse", operations.refuse),
        Transition("withdraw", operations.withdraw),
    ),
    joins=(
        "customer",
        "from_member",
        "branch",
        "to_member",
        "to_branch",
        "answered_by",
        "opportunity__stage",
    ),
    apart=True,
    views=(
        View("asked", _("Asked of me"), "asked=me&status=waiting"),
        View("mine", pgettext_lazy("referrals", "Mine, waiting"), "from_member=me&status=waiting"),
        View(
            "answered",
            pgettext_lazy("referrals", "Mine, answered"),
            "from_member=me&status=accepted&status=refused&status=expired",
        ),
    ),
    recorded=True,
    without=frozenset({"change"}),
    overrides={
        "add": views.ReferPage,
        "view": views.ReferralPage,
        "accept": views.AcceptPage,
        "panel": SellingPanel,
    },
)
RESOURCES = (referral,)
