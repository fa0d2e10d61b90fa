"""Who works which queue: the list, and the page of each."""

from __future__ import annotations

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from config_admin.models import ServiceQueue
from crm.core.clock import bank_today
from crm.core.columns import NameColumn
from crm.core.filter_kinds import LookupFilter
from crm.core.filters import LeanFilterSet
from crm.core.resources import Resource, Section
from crm.core.saved_views import View
from crm.core.tables import FastTable
from services.models import QueueMember
from staff.models import StaffMember

from . import views
from .forms import QueueMemberForm


class QueueMemberTable(FastTable):
    member = NameColumn(
        accessor="member__shown_name",
        verbose_name=_("Member of staff"),
        second="member__number",
        view="services:queuemember_view",
    )
    queue = Column(accessor="queue__shown_name", verbose_name=_("Queue"))
    branch = Column(accessor="member__branch__shown_name", verbose_name=_("Branch"))
    period = Column(accessor="shown_period", verbose_name=_("Valid"))

    class Meta:
        model = QueueMember
        fields = ("member", "queue", "branch", "period")


class QueueMemberFilter(LeanFilterSet):
    queue = LookupFilter(
        label=_("Queue"),
        queryset=ServiceQueue.objects.all(),
        url_name="config_admin:servicequeue_lookup",
    )
    member = LookupFilter(
        label=_("Member of staff"),
        queryset=StaffMember.objects.all(),
        url_name="staff:staffmember_lookup",
    )
    in_force = django_filters.BooleanFilter(label=_("In force today"), method="that_hold")

    def that_hold(self, rows, _name, asked):
        holds = Q(valid__contains=bank_today())
        return rows.filter(holds if asked else ~holds)

    class Meta:
        model = QueueMember
        fields = ()


queue_member = Resource(
    QueueMember,
    route="queue-members/",
    table=QueueMemberTable,
    sorts={"newest": ("-id",), "oldest": ("id",)},
    filterset=QueueMemberFilter,
    form=QueueMemberForm,
    sections=(Section(_("Member of a queue"), ("member", "queue", "shown_period")),),
    joins=("queue", "member__branch"),
    views=(View("in_force", _("In force today"), "in_force=true"),),
    without=frozenset({"change"}),
    overrides={"view": views.QueueMemberPage},
)
