"""Conflicts of interest: the list, and the page of each."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.resources import Resource, Section
from crm.core.saved_views import View
from customers.models import ConflictOfInterest

from . import views
from .filters import ConflictFilter
from .forms import DeclareForm
from .tables import ConflictTable

conflict = Resource(
    ConflictOfInterest,
    route="conflicts/",
    table=ConflictTable,
    sorts={"newest": ("-id",), "oldest": ("id",)},
    filterset=ConflictFilter,
    form=DeclareForm,
    sections=(
        Section(
            _("Conflict of interest"),
            ("member", "customer", "relation", "shown_period", "declared_on", "remark"),
        ),
    ),
    joins=("member__branch", "customer"),
    views=(View("in_force", _("In force today"), "in_force=true"),),
    without=frozenset({"change"}),
    overrides={"add": views.DeclarePage, "view": views.ConflictPage},
)
