"""Filters of the list of service requests."""

from __future__ import annotations

import datetime as dt

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.models import ServiceQueue, ServiceType
from crm.core.clock import bank_today, midnight, now
from crm.core.filter_kinds import ChoicesFilter, DaysFilter, LookupFilter, YesNoFilter
from crm.core.filters import LeanFilterSet
from customers.models import Customer
from services.models import ServiceRequest
from staff.filter_kinds import member_filter
from staff.models import Branch

from .routing import for_user

DUE = (
    ("overdue", _("overdue")),
    ("at_risk", _("at risk")),
    ("today", _("today")),
    ("soon", _("overdue, at risk or due today")),
)
DAY = dt.timedelta(days=1)
NOBODY = "nobody"
QUEUES = (
    ("mine", _("those that I work")),
    (NOBODY, _("those in which nobody can do it")),
)


def services():
    """Every service of the catalogue, whose names are no secret."""
    return [(one.pk, one.shown_name) for one in ServiceType.objects.order_by("code")]


def all_queues():
    """Every queue."""
    return [(one.pk, one.shown_name) for one in ServiceQueue.objects.order_by("code")]


class RequestFilter(LeanFilterSet):
    status = ChoicesFilter(label=_("Status"), choices=ServiceRequest.Status)
    at_work = YesNoFilter(
        label=pgettext_lazy("request", "Open"), holds=Q(status__in=ServiceRequest.AT_WORK)
    )
    due = django_filters.ChoiceFilter(label=_("Due"), choices=DUE, method="that_are_due")
    queues = django_filters.ChoiceFilter(label=_("Queues"), choices=QUEUES, method="of_queues")
    priority = ChoicesFilter(label=_("Priority"), choices=ServiceRequest.Priority)
    customer = LookupFilter(
        label=_("Customer"),
        queryset=Customer.objects.all(),
        url_name="customers:customer_lookup",
    )
    service = django_filters.ChoiceFilter(
        label=pgettext_lazy("catalogue", "Service"), choices=services
    )
    queue = django_filters.ChoiceFilter(label=_("Queue"), choices=all_queues)
    owner = member_filter(label=pgettext_lazy("request", "Handled by"))
    branch = LookupFilter(
        label=_("Branch"), queryset=Branch.objects.all(), url_name="staff:branch_lookup"
    )
    channel = ChoicesFilter(label=_("Received by"), choices=ServiceRequest.Channel)
    received = DaysFilter(label=_("Received"), field_name="received_at")
    resolved = DaysFilter(label=_("Resolved"), field_name="resolved_at")

    def that_are_due(self, rows, _name, asked):
        if asked == "overdue":
            return rows.overdue(now())
        if asked == "at_risk":
            return rows.at_risk(now())
        today = bank_today()
        if asked == "soon":
            near = Q(due_at__lt=midnight(today + DAY)) | Q(risk_at__lte=now())
            return rows.running().filter(near)
        # as moments, which an index finds, and not as days
        return rows.running().filter(due_at__gte=midnight(today), due_at__lt=midnight(today + DAY))

    def of_queues(self, rows, _name, asked):
        return rows.unrouted() if asked == NOBODY else rows.filter(for_user(self.user))

    class Meta:
        model = ServiceRequest
        fields = ()
