"""Tables about promises."""

from django.utils.translation import gettext_lazy as _
from django_tables2 import A, Column

from crm.core.columns import BadgeColumn, DateColumn
from crm.core.tables import FastTable
from services.models import Promise

TONES = {"open": "info", "kept": "ok", "kept_late": "warn", "broken": "bad"}


class PromiseTable(FastTable):
    words = Column(linkify=("services:promise_view", [A("pk")]))
    customer = Column(accessor="customer__shown_name", verbose_name=_("Customer"))
    due_on = DateColumn()
    owner = Column(accessor="owner__shown_name", verbose_name=_("Kept by"))
    status = BadgeColumn(tones=TONES)

    class Meta:
        model = Promise
        fields = ("words", "customer", "due_on", "owner", "status")
