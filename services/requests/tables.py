"""Tables of service requests."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2 import Column

from crm.core.columns import BadgeColumn, MomentColumn, NameColumn, SelectColumn
from crm.core.formats import markup
from crm.core.tables import FastTable
from services.clock.ring import clock
from services.models import ServiceRequest

TONES = {"queued": "info", "assigned": "info", "in_progress": "info", "resolved": "ok"}
PRIORITY_TONES = {"urgent": "bad", "high": "warn"}


class ClockColumn(Column):
    """How much time is left, as a ring and in words; the deadline when pointed at."""

    def render(self, value: Any) -> SafeString:
        """The clock of one row."""
        return clock(value)

    def value(self, value: Any) -> str:
        """The words alone, for exports."""
        return str(value.words)


class SubjectColumn(NameColumn):
    """What a request is about, which leads to it, above its number."""

    def render(self, value: Any, record: Any) -> SafeString:
        """The linked subject and the number."""
        linked = self._linked(str(value), record)
        number = markup('<small class="num">{}</small>', record.number)
        return markup('<span class="t-name"><span>{}{}</span></span>', linked, number)


class RequestTable(FastTable):
    select = SelectColumn()
    subject = SubjectColumn(
        verbose_name=pgettext_lazy("requests", "Request"), view="services:servicerequest_view"
    )
    customer = Column(accessor="customer__shown_name", verbose_name=_("Customer"))
    service = Column(
        accessor="service__shown_name", verbose_name=pgettext_lazy("catalogue", "Service")
    )
    status = BadgeColumn(tones=TONES)
    priority = BadgeColumn(tones=PRIORITY_TONES)
    due = ClockColumn(accessor="face", verbose_name=_("Time left"))
    queue = Column(accessor="queue__shown_name", verbose_name=_("Queue"))
    owner = Column(
        accessor="owner__shown_name", verbose_name=pgettext_lazy("request", "Handled by")
    )
    branch = Column(accessor="branch__shown_name", verbose_name=_("Branch"))
    received = MomentColumn(accessor="received_at", verbose_name=_("Received"))
    deadline = MomentColumn(accessor="due_at", verbose_name=_("Due"))
    optional = ("queue", "branch", "deadline", "channel")

    class Meta:
        model = ServiceRequest
        fields = (
            "select",
            "subject",
            "customer",
            "service",
            "status",
            "priority",
            "due",
            "owner",
            "received",
            "queue",
            "branch",
            "deadline",
            "channel",
        )
