"""Tables of the service catalogue."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2 import A, Column

from config_admin.models import (
    ChecklistItem,
    ReplyTemplate,
    ServiceCategory,
    ServiceDeadline,
    ServiceField,
    ServiceQueue,
    ServiceType,
)
from crm.core.columns import BadgeColumn, NameColumn, NumberColumn
from crm.core.tables import FastTable

SERVICE = pgettext_lazy("catalogue", "Service")


class ServiceQueueTable(FastTable):
    name = NameColumn(
        accessor="shown_name",
        verbose_name=_("Queue"),
        second="code",
        view="config_admin:servicequeue_view",
    )
    calendar = Column(accessor="calendar__shown_name", verbose_name=_("Calendar"))
    status = BadgeColumn(tones={"live": "ok"})

    class Meta:
        model = ServiceQueue
        fields = ("name", "calendar", "status")


class ServiceCategoryTable(FastTable):
    name = NameColumn(
        accessor="shown_name",
        verbose_name=_("Category"),
        second="code",
        view="config_admin:servicecategory_view",
    )
    parent = Column(accessor="parent__shown_name", verbose_name=_("Belongs under"))
    position = NumberColumn()
    status = BadgeColumn(tones={"live": "ok"})

    class Meta:
        model = ServiceCategory
        fields = ("name", "parent", "position", "status")


class ServiceTypeTable(FastTable):
    name = NameColumn(
        accessor="shown_name",
        verbose_name=SERVICE,
        second="code",
        view="config_admin:servicetype_view",
    )
    category = Column(accessor="category__shown_name", verbose_name=_("Category"))
    queue = Column(accessor="queue__shown_name", verbose_name=_("Queue"))
    status = BadgeColumn(tones={"draft": "info", "offered": "ok"})

    class Meta:
        model = ServiceType
        fields = ("name", "kind", "category", "queue", "status")


class ServiceDeadlineTable(FastTable):
    step = Column(
        accessor="get_step_display",
        verbose_name=_("Step"),
        linkify=("config_admin:servicedeadline_view", [A("pk")]),
    )
    service = Column(accessor="service__shown_name", verbose_name=SERVICE)
    amount = NumberColumn()

    class Meta:
        model = ServiceDeadline
        fields = ("step", "service", "priority", "amount", "unit")


class ChecklistItemTable(FastTable):
    name = Column(
        accessor="shown_name",
        verbose_name=_("Checklist item"),
        linkify=("config_admin:checklistitem_view", [A("pk")]),
    )
    service = Column(accessor="service__shown_name", verbose_name=SERVICE)

    class Meta:
        model = ChecklistItem
        fields = ("name", "service", "is_required", "is_live")


class ReplyTemplateTable(FastTable):
    name = Column(
        accessor="shown_name",
        verbose_name=_("Reply template"),
        linkify=("config_admin:replytemplate_view", [A("pk")]),
    )
    service = Column(accessor="service__shown_name", verbose_name=SERVICE)

    class Meta:
        model = ReplyTemplate
        fields = ("name", "service", "is_live")


class ServiceFieldTable(FastTable):
    name = Column(
        accessor="shown_name",
        verbose_name=pgettext_lazy("service", "Field"),
        linkify=("config_admin:servicefield_view", [A("pk")]),
    )
    service = Column(accessor="service__shown_name", verbose_name=SERVICE)

    class Meta:
        model = ServiceField
        fields = ("name", "service", "kind", "is_required", "is_live")
