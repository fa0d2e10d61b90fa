"""Filters of the list of complaints."""

from __future__ import annotations

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.dictionaries.entries import all_entries_of
from crm.core.filter_kinds import ChoicesFilter, DaysFilter, LookupFilter, YesNoFilter
from crm.core.filters import LeanFilterSet
from customers.models import Customer
from services.models import Complaint
from staff.filter_kinds import member_filter
from staff.models import Branch

from .rules import about_those_led_by

WEEK = 6


def businesses():
    """The business that complaints can be about."""
    return all_entries_of("complaint_business")


def causes():
    """The causes that complaints can have."""
    return all_entries_of("complaint_cause")


class ComplaintFilter(LeanFilterSet):
    status = ChoicesFilter(label=_("Status"), choices=Complaint.Status)
    open = YesNoFilter(
        label=pgettext_lazy("complaint", "Answer owed"), holds=Q(status__in=Complaint.OPEN)
    )
    due = django_filters.ChoiceFilter(
        label=pgettext_lazy("complaint", "Due"),
        choices=[
            ("overdue", pgettext_lazy("complaint", "overdue")),
            ("week", pgettext_lazy("complaint", "within seven days")),
            ("recheck", pgettext_lazy("complaint", "check for recurrence")),
        ],
        method="that_are_due",
    )
    handler = member_filter(label=pgettext_lazy("complaint", "Handler"))
    reviewer = member_filter(label=pgettext_lazy("complaint", "Reviewer"))
    mine = django_filters.BooleanFilter(
        label=pgettext_lazy("complaint", "Open to me, not about me"), method="that_are_open_to_me"
    )
    customer = LookupFilter(
        label=_("Customer"),
        queryset=Customer.objects.all(),
        url_name="customers:customer_lookup",
    )
    branch = LookupFilter(
        label=_("Branch"), queryset=Branch.objects.all(), url_name="staff:branch_lookup"
    )
    business = django_filters.ChoiceFilter(
        label=pgettext_lazy("complaint", "Business"), choices=businesses
    )
    cause = django_filters.ChoiceFilter(label=pgettext_lazy("complaint", "Cause"), choices=causes)
    flagged = YesNoFilter(
        label=pgettext_lazy("complaint", "Court, regulator, media or special care"),
        holds=Q(is_legal=True) | Q(is_regulator=True) | Q(is_media=True) | Q(is_vulnerable=True),
    )
    received = DaysFilter(label=pgettext_lazy("complaint", "Received"), field_name="received_at")

    def that_are_due(self, rows, _name, asked):
        narrow = {
            "overdue": rows.overdue,
            "week": lambda: rows.due_within(WEEK),
            "recheck": rows.to_recheck,
        }
        return narrow[asked]()

    def that_are_open_to_me(self, rows, _name, wanted):
        shut = about_those_led_by(self.user)
        return rows.exclude(shut) if wanted else rows.filter(shut)

    class Meta:
        model = Complaint
        fields = ()
