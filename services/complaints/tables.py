"""Tables about complaints."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2 import Column

from crm.core import formats
from crm.core.charts import ring
from crm.core.columns import BadgeColumn, DateColumn, MomentColumn, NameColumn
from crm.core.formats import markup
from crm.core.tables import FastTable
from services.models import Complaint

from .clock import clock_of

TONES = {
    "received": "info",
    "assigned": "info",
    "investigating": "info",
    "disputed": "warn",
    "in_review": "warn",
    "answered": "ok",
}


class DueColumn(DateColumn):
    """The day for the answer; while one is owed, with how much time is left."""

    def render(self, value: Any, record: Any) -> SafeString | str:
        """Ring, words and day."""
        clock = clock_of(record)
        if clock is None:
            return formats.day(value)
        return markup(
            '<span class="nowrap">{} <span class="{}">{}</span></span>'
            ' <small class="muted">{}</small>',
            ring(clock.title, clock.share, clock.tone),
            f"tag tag-{clock.tone}" if clock.tone else "",
            clock.words,
            formats.day(value),
        )


class ComplaintTable(FastTable):
    complaint = NameColumn(
        accessor="customer__shown_name",
        verbose_name=_("Complaint"),
        second="number",
        organisation="customer__is_organisation",
        view="services:complaint_view",
    )
    status = BadgeColumn(tones=TONES)
    due_on = DueColumn(verbose_name=pgettext_lazy("complaint", "Time"))
    business = Column(
        accessor="get_business_display", verbose_name=pgettext_lazy("complaint", "Business")
    )
    cause = Column(accessor="get_cause_display", verbose_name=pgettext_lazy("complaint", "Cause"))
    handler = Column(
        accessor="handler__shown_name", verbose_name=pgettext_lazy("complaint", "Handler")
    )
    branch = Column(accessor="branch__shown_name", verbose_name=_("Branch"))
    received_at = MomentColumn()

    class Meta:
        model = Complaint
        fields = (
            "complaint",
            "status",
            "due_on",
            "business",
            "cause",
            "handler",
            "branch",
            "received_at",
        )

    optional = ("business", "branch")
