"""Filters of the list of opportunities and of their stages."""

import datetime as dt

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.dictionaries.entries import all_entries_of
from config_admin.models import Product
from crm.core.clock import bank_today
from crm.core.filter_kinds import ChoicesFilter, DaysFilter, LookupFilter
from crm.core.filters import LeanFilterSet
from customers.models import Customer
from services.models import Opportunity, OpportunityStage
from services.models.opportunity import LOSSES, SOURCES, STALE
from staff.filter_kinds import member_filter
from staff.models import Branch

OVERDUE = "overdue"
CLOSING = (
    (OVERDUE, pgettext_lazy("closing", "overdue")),
    ("this_month", pgettext_lazy("closing", "this month")),
    ("next_month", pgettext_lazy("closing", "next month")),
)


def sources():
    """Every source, retired ones among them."""
    return all_entries_of(SOURCES)


def losses():
    """Every reason for a loss, retired ones among them."""
    return all_entries_of(LOSSES)


class StageFilter(LeanFilterSet):
    status = django_filters.ChoiceFilter(label=_("Status"), choices=OpportunityStage.Status)

    class Meta:
        model = OpportunityStage
        fields = ()


class OpportunityFilter(LeanFilterSet):
    owner = member_filter(label=pgettext_lazy("opportunity", "Sold by"))
    outcome = ChoicesFilter(label=_("Outcome"), choices=Opportunity.Outcome)
    stage = django_filters.ModelChoiceFilter(
        label=_("Stage"), queryset=OpportunityStage.objects.order_by("position", "pk")
    )
    product_kind = ChoicesFilter(label=_("Kind of product"), choices=Product.Kind)
    closes_on = DaysFilter(label=_("Expected"))
    closing = django_filters.ChoiceFilter(label=_("Closing"), choices=CLOSING, method="that_close")
    stale = django_filters.BooleanFilter(
        label=_("In the same stage for 30 days"), method="that_stand_still"
    )
    referred = django_filters.BooleanFilter(
        label=_("From a referral"), field_name="referral", lookup_expr="isnull", exclude=True
    )
    source = django_filters.ChoiceFilter(
        label=pgettext_lazy("opportunity", "Source"), choices=sources
    )
    lost_reason = django_filters.ChoiceFilter(label=_("Why it was lost"), choices=losses)
    customer = LookupFilter(
        label=_("Customer"),
        queryset=Customer.objects.all(),
        url_name="customers:customer_lookup",
    )
    branch = LookupFilter(
        label=_("Branch"), queryset=Branch.objects.all(), url_name="staff:branch_lookup"
    )

    def that_close(self, rows, _name, asked):
        rows = rows.open()
        if asked == OVERDUE:
            return rows.filter(closes_on__lt=bank_today())
        first = bank_today().replace(day=1)
        if asked == "next_month":
            first = month_after(first)
        return rows.filter(closes_on__gte=first, closes_on__lt=month_after(first))

    def that_stand_still(self, rows, _name, asked):
        still = Q(outcome=Opportunity.Outcome.OPEN, staged_on__lte=bank_today() - STALE)
        return rows.filter(still if asked else ~still)

    class Meta:
        model = Opportunity
        fields = ()


def month_after(first):
    """The first day of the month after a first day."""
    return (first + dt.timedelta(days=31)).replace(day=1)
