"""Filters of the list of appointments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.filter_kinds import ChoicesFilter, DaysFilter, LookupFilter
from crm.core.filters import LeanFilterSet
from customers.models import Customer
from services.models import Appointment
from staff.filter_kinds import member_filter
from staff.models import Branch


class AppointmentFilter(LeanFilterSet):
    status = ChoicesFilter(label=_("Status"), choices=Appointment.Status)
    member = member_filter(label=_("Member of staff"))
    branch = LookupFilter(
        label=_("Branch"), queryset=Branch.objects.all(), url_name="staff:branch_lookup"
    )
    customer = LookupFilter(
        label=_("Customer"),
        queryset=Customer.objects.all(),
        url_name="customers:customer_lookup",
    )
    day = DaysFilter(label=_("Day"), field_name="begins_at")

    class Meta:
        model = Appointment
        fields = ()
