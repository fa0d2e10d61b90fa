"""Filters of the list of conflicts of interest."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.core.clock import bank_today
from crm.core.filter_kinds import LookupFilter
from crm.core.filters import LeanFilterSet
from customers.models import ConflictOfInterest, Customer
from staff.models import StaffMember


class ConflictFilter(LeanFilterSet):
    member = LookupFilter(
        label=_("Member of staff"),
        queryset=StaffMember.objects.all(),
        url_name="staff:staffmember_lookup",
    )
    customer = LookupFilter(
        label=_("Customer"),
        queryset=Customer.objects.all(),
        url_name="customers:customer_lookup",
    )
    relation = django_filters.ChoiceFilter(
        label=_("The customer is"), choices=ConflictOfInterest.Relation
    )
    in_force = django_filters.BooleanFilter(label=_("In force today"), method="that_hold")

    def that_hold(self, rows, _name, asked):
        holds = Q(valid__contains=bank_today())
        return rows.filter(holds if asked else ~holds)

    class Meta:
        model = ConflictOfInterest
        fields = ()
