"""Filters of the list of tasks."""

from __future__ import annotations

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.core.clock import bank_today
from crm.core.filter_kinds import ChoicesFilter, DaysFilter, LookupFilter
from crm.core.filters import LeanFilterSet
from customers.models import Customer
from services.models import Task
from staff.filter_kinds import member_filter


class TaskFilter(LeanFilterSet):
    status = ChoicesFilter(label=_("Status"), choices=Task.Status)
    member = member_filter(label=_("Who does it"))
    customer = LookupFilter(
        label=_("Customer"),
        queryset=Customer.objects.all(),
        url_name="customers:customer_lookup",
    )
    priority = django_filters.ChoiceFilter(label=_("Priority"), choices=Task.Priority)
    due = DaysFilter(label=_("Due on"), field_name="due_on")
    overdue = django_filters.BooleanFilter(label=_("Overdue"), method="that_are_overdue")
    for_others = django_filters.BooleanFilter(
        label=_("Given to others by me"), method="given_to_others"
    )

    def that_are_overdue(self, rows, _name, asked):
        late = Q(status=Task.Status.OPEN, due_on__lt=bank_today())
        return rows.filter(late if asked else ~late)

    def given_to_others(self, rows, _name, asked):
        given = Q(author=self.user.pk) & ~Q(member__user=self.user.pk)
        return rows.filter(given if asked else ~given)

    class Meta:
        model = Task
        fields = ()
