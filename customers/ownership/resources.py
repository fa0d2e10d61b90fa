"""Those who assist customers, or lead them in another line: the list, and the page of each."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.resources import Resource, Section, Transition
from crm.core.saved_views import View
from customers.models import Ownership

from . import operations, views
from .filters import OwnershipFilter
from .forms import EngageForm
from .tables import OwnershipTable

ownership = Resource(
    Ownership,
    route="managers/",
    table=OwnershipTable,
    sorts={"newest": ("-id",), "oldest": ("id",)},
    filterset=OwnershipFilter,
    form=EngageForm,
    sections=(
        Section(
            _("Who looks after the customer"),
            ("customer", "member", "role", "line", "branch", "shown_period", "shown_state"),
        ),
    ),
    transitions=(Transition("withdraw", operations.withdraw),),
    joins=("customer", "member", "branch"),
    views=(View("mine", _("Mine"), "member=me&at=now", near=True),),
    without=frozenset({"change"}),
    overrides={"add": views.EngagePage, "view": views.OwnershipPage},
)
