"""The list of holdings and the page of one; other systems feed them, so nothing is edited."""

from __future__ import annotations

from crm.core.resources import Resource
from customers.models import Holding

from . import views
from .filters import HoldingFilter
from .tables import HoldingTable

holding = Resource(
    Holding,
    table=HoldingTable,
    sorts={
        "opened_on": ("-opened_on", "-id"),
        "matures_on": ("matures_on", "id"),
    },
    filterset=HoldingFilter,
    joins=("customer", "account_branch"),
    route="holdings/",
    recorded=True,
    overrides={"view": views.HoldingPage},
)
