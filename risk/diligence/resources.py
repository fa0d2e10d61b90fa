"""Pages of due diligence: customers by the day of their review, and what counts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.resources import Resource, Section
from crm.core.saved_views import View
from risk.models import Diligence, DiligenceBand, DiligenceLevel

from . import views
from .filters import BandFilter, DiligenceFilter
from .forms import BandForm, LevelForm
from .tables import BandTable, DiligenceTable, LevelTable

diligence = Resource(
    Diligence,
    route="diligence/",
    table=DiligenceTable,
    sorts={"due": ("due_on", "id"), "newest": ("-id",)},
    filterset=DiligenceFilter,
    sections=(
        Section(
            pgettext_lazy("diligence", "Rating"),
            (
                "shown_level",
                "rated_level",
                "set_until",
                "points",
                "rated_on",
                "rated_by",
                "due_on",
                "cause",
            ),
        ),
    ),
    joins=("customer__home_branch", "level", "rated_level", "rated_by"),
    views=(
        View("overdue", _("Overdue"), "review=overdue"),
        View("branch", _("Overdue for the branch manager"), "review=branch"),
        View("compliance", _("Overdue for compliance"), "review=compliance"),
        View("facts", _("Minimum facts missing"), "facts=missing"),
        View("soon", _("Due soon"), "review=soon"),
        View("first", _("Never rated"), "review=first"),
    ),
    overrides={"view": views.DiligencePage},
)
band = Resource(
    DiligenceBand,
    route="diligence/factors/",
    table=BandTable,
    sorts={"factor": ("factor", "value", "id")},
    filterset=BandFilter,
    form=BandForm,
    sections=(
        Section(
            _("Factor of due diligence"),
            ("factor", "shown_value", "points", "floor", "shown_period"),
        ),
    ),
    joins=("floor",),
    views=(View("now", _("Valid today"), "now=true"),),
    without=frozenset({"change"}),
)
level = Resource(
    DiligenceLevel,
    route="diligence/levels/",
    table=LevelTable,
    sorts={"points": ("from_points",)},
    form=LevelForm,
    sections=(
        Section(
            _("Level of due diligence"),
            ("code", "name", "name_zh", "from_points", "months", "stops_after"),
        ),
    ),
)
