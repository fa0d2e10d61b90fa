"""Filters of the list of promises."""

import django_filters
from django.utils.translation import gettext_lazy as _

from crm.core.clock import bank_today
from crm.core.filter_kinds import ChoicesFilter, DaysFilter, LookupFilter
from crm.core.filters import LeanFilterSet
from customers.models import Customer
from services.models import Promise
from staff.filter_kinds import member_filter
from staff.models import Branch

TIMES = (("today", _("Due today")), ("overdue", _("Overdue")), ("ahead", _("Still to come")))


class PromiseFilter(LeanFilterSet):
    status = ChoicesFilter(label=_("Status"), choices=Promise.Status)
    due = django_filters.ChoiceFilter(label=_("Due"), choices=TIMES, method="at_a_time")
    due_on = DaysFilter(label=_("Promised until"))
    owner = member_filter(label=_("Kept by"))
    branch = LookupFilter(
        label=_("Branch"),
        field_name="owner__branch",
        queryset=Branch.objects.all(),
        url_name="staff:branch_lookup",
    )
    customer = LookupFilter(
        label=_("Customer"),
        queryset=Customer.objects.all(),
        url_name="customers:customer_lookup",
    )

    def at_a_time(self, rows, _name, asked):
        today = bank_today()
        if asked == "overdue":
            return rows.overdue(today)
        open_ones = rows.filter(status=Promise.Status.OPEN)
        when = {"due_on": today} if asked == "today" else {"due_on__gt": today}
        return open_ones.filter(**when)

    class Meta:
        model = Promise
        fields = ()
