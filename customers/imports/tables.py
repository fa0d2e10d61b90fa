"""The list of imports."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_tables2 import A, Column

from crm.core.columns import BadgeColumn, MomentColumn, NumberColumn
from crm.core.tables import FastTable
from customers.models import ImportRun

STATUS_TONES = {"uploaded": "info", "checked": "info", "running": "info", "done": "ok"}


class StatusColumn(BadgeColumn):
    """The status of an import; what has stopped says so."""

    def render(self, value: Any, record: Any, bound_column: Any) -> SafeString:
        """The status in its colour."""
        return super().render(record.shown_status, record, bound_column)


class ImportRunTable(FastTable):
    filename = Column(linkify=("customers:importrun_view", [A("pk")]))
    status = StatusColumn(tones=STATUS_TONES)
    rows = NumberColumn(accessor="result__rows", verbose_name=_("Rows read"))
    new = NumberColumn(accessor="result__new", verbose_name=_("New"))
    changed = NumberColumn(accessor="result__changed", verbose_name=_("Changed"))
    refused = NumberColumn(accessor="result__refused", verbose_name=_("Refused"))
    owner = Column(accessor="owner__shown_name", verbose_name=_("Uploaded by"))
    created_at = MomentColumn(verbose_name=_("Uploaded"))

    class Meta:
        model = ImportRun
        fields = (
            "filename",
            "status",
            "rows",
            "new",
            "changed",
            "refused",
            "owner",
            "created_at",
        )
