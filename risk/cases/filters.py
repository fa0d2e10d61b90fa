"""Filters of the list of alert cases."""

from __future__ import annotations

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.filter_kinds import ChoicesFilter, DaysFilter, LookupFilter, YesNoFilter
from crm.core.filters import LeanFilterSet
from customers.models import Customer
from risk.models import AlertCase, Family, Level
from staff.filter_kinds import member_filter

from . import rules


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
    officer = member_filter(label=pgettext_lazy("alert case", "Officer"))
    lead_manager = member_filter(field_name="customer__lead_manager", label=_("Lead manager"))
    customer = LookupFilter(
        label=_("Customer"),
        queryset=Customer.objects.all(),
        url_name="customers:customer_lookup",
    )

    opened = DaysFilter(label=pgettext_lazy("alert case", "Opened"), field_name="opened_on")

    decide = django_filters.BooleanFilter(label=_("For me to decide"), method="for_me")

    def that_are_overdue(self, rows, _name, _asked):
        return rows.overdue()

    def for_me(self, rows, _name, asked):
        mine = Q(pk__in=rules.proposals_for(self.user).values("case")) & ~Q(edited_by=self.user.pk)
        return rows.filter(mine if asked else ~mine)

    class Meta:
        model = AlertCase
        fields = ()
