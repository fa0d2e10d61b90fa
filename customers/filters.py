"""Filters of the customer list."""

from __future__ import annotations

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.core.filter_kinds import ChoicesFilter, DaysFilter, LookupFilter, YesNoFilter
from crm.core.filters import LeanFilterSet
from staff.filter_kinds import member_filter
from staff.models import Branch

from .models import Customer


class CustomerFilter(LeanFilterSet):
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Customer.Kind)
    status = ChoicesFilter(label=_("Status"), choices=Customer.entered())
    home_branch = LookupFilter(
        label=_("Managing branch"),
        queryset=Branch.objects.all(),
        url_name="staff:branch_lookup",
    )
    lead_manager = member_filter(label=_("Lead manager"))
    pool = YesNoFilter(label=_("In the pool"), holds=Q(lead_manager=None))
    opened = DaysFilter(label=_("Customer since"), field_name="opened_on")

    class Meta:
        model = Customer
        fields = ()
