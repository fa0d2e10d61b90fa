"""Filters of the list of holdings."""

from __future__ import annotations

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.core.filter_kinds import ChoicesFilter, DaysFilter, LookupFilter, YesNoFilter
from crm.core.filters import LeanFilterSet
from customers.models import Holding
from customers.products import HoldingKind, named_choices
from staff.filter_kinds import member_filter
from staff.models import Branch


class HoldingFilter(LeanFilterSet):
    kind = ChoicesFilter(label=_("Kind"), choices=HoldingKind)
    product_code = django_filters.ChoiceFilter(label=_("Product"), choices=named_choices)
    status = ChoicesFilter(label=_("Status"), choices=Holding.Status)
    overdue = YesNoFilter(label=_("Overdue"), holds=Q(overdue_days__gt=0))
    home_branch = LookupFilter(
        label=_("Managing branch"),
        field_name="customer__home_branch",
        queryset=Branch.objects.all(),
        url_name="staff:branch_lookup",
    )
    lead_manager = member_filter(label=_("Lead manager"), field_name="customer__lead_manager")
    matures = DaysFilter(label=_("Matures"), field_name="matures_on")
    opened = DaysFilter(label=_("Opened"), field_name="opened_on")

    class Meta:
        model = Holding
        fields = ()
