"""Filters of the list of alert cases."""

from __future__ import annotations

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.filter_kinds import ChoicesFilter, LookupFilter, YesNoFilter
from crm.core.filters import LeanFilterSet
from customers.models import Customer
from risk.models import AlertCase, Family, Level
from staff.models import StaffMember


class CaseFilter(LeanFilterSet):
    status = ChoicesFilter(label=_("Status"), choices=AlertCase.Status)
    open = YesNoFilter(
        label=pgettext_lazy("alert case", "Open"), holds=~Q(status=AlertCase.Status.CLOSED)
    )
    due = django_filters.ChoiceFilter(
        label=pgettext_lazy("alert case", "Due"),
        choices=[("overdue", pgettext_lazy("alert case", "overdue"))],
        method="that_are_overdue",
    )
    level = ChoicesFilter(label=_("Severity"), choices=Level)
    family = ChoicesFilter(label=pgettext_lazy("alert case", "About"), choices=Family)
    officer = LookupFilter(
        label=pgettext_lazy("alert case", "Officer"),
        queryset=StaffMember.objects.all(),
        url_name="staff:staffmember_lookup",
        mine="user",
    )
    customer = LookupFilter(
        label=_("Customer"),
        queryset=Customer.objects.all(),
        url_name="customers:customer_lookup",
    )

    def that_are_overdue(self, rows, _name, _asked):
        return rows.overdue()

    class Meta:
        model = AlertCase
        fields = ()
