"""The list of imports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_tables2 import A, Column

from crm.core.columns import BadgeColumn, MomentColumn, NumberColumn
from crm.core.tables import FastTable
from customers.models import ImportRun

STATUS_TONES = {"uploaded": "info", "checked": "info", "running": "info", "done": "ok"}


class ImportRunTable(FastTable):
    filename = Column(linkify=("customers:importrun_view", [A("pk")]))
    status = BadgeColumn(tones=STATUS_TONES)
    rows = NumberColumn()
    new = NumberColumn(verbose_name=_("New"))
    changed = NumberColumn(verbose_name=_("Changed"))
    refused = NumberColumn(verbose_name=_("Refused"))
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
