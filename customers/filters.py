"""Filters of the customer list."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from crm.core.filters import LeanFilterSet
from crm.core.forms import LookupField
from staff.models import Branch, StaffMember

from .models import Customer


class BranchFilter(django_filters.ModelChoiceFilter):
    field_class = LookupField


class CustomerFilter(LeanFilterSet):
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Customer.Kind)
    status = django_filters.MultipleChoiceFilter(label=_("Status"), choices=Customer.Status)
    home_branch = django_filters.ModelChoiceFilter(
        label=_("Managing branch"), queryset=Branch.objects.all()
    )
    lead_manager = django_filters.ModelChoiceFilter(
        label=_("Lead manager"), queryset=StaffMember.objects.all()
    )
    name = django_filters.CharFilter(
        label=_("Name begins with"), field_name="name", lookup_expr="startswith", max_length=120
    )
    opened = django_filters.DateFromToRangeFilter(label=_("Customer since"), field_name="opened_on")

    class Meta:
        model = Customer
        fields = ()
