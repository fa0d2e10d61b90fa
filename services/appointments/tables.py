"""Tables of appointments."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2 import A, Column

from crm.core.columns import BadgeColumn
from crm.core.tables import FastTable
from services.models import Appointment

STATUS_TONES = {"planned": "info", "held": "ok", "missed": "warn"}


class AppointmentTable(FastTable):
    begins_at = Column(
        accessor="shown_time",
        linkify=("services:appointment_view", [A("pk")]),
        verbose_name=_("Time"),
        attrs={"td": {"class": "num nowrap"}},
    )
    customer = Column(accessor="shown_customer", verbose_name=_("Customer"))
    purpose = Column(accessor="shown_purpose", verbose_name=pgettext_lazy("appointment", "Purpose"))
    member = Column(accessor="member__shown_name", verbose_name=_("Member of staff"))
    branch = Column(accessor="branch__shown_name", verbose_name=_("Branch"))
    status = BadgeColumn(tones=STATUS_TONES)

    class Meta:
        model = Appointment
        fields = ("begins_at", "customer", "purpose", "member", "branch", "status")
