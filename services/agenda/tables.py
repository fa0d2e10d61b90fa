"""Tables of tasks."""

from django.utils.translation import gettext_lazy as _
from django_tables2 import A, Column

from crm.core.columns import BadgeColumn, DateColumn
from crm.core.tables import FastTable
from services.models import Task

STATUS_TONES = {"open": "info", "done": "ok"}
PRIORITY_TONES = {Task.Priority.HIGH: "warn"}
PRIORITY_ICONS = {Task.Priority.HIGH: "chevrons-up", Task.Priority.LOW: "chevron-down"}


class TaskTable(FastTable):
    title = Column(linkify=("services:task_view", [A("pk")]), verbose_name=_("Task"))
    customer = Column(accessor="shown_customer", verbose_name=_("Customer"))
    member = Column(accessor="member__shown_name", verbose_name=_("Who does it"))
    due_on = DateColumn(verbose_name=_("Due on"))
    due_at = Column(accessor="shown_due_at", verbose_name=_("At"))
    priority = BadgeColumn(tones=PRIORITY_TONES, icons=PRIORITY_ICONS)
    status = BadgeColumn(tones=STATUS_TONES)
    author = Column(accessor="author__shown_name", verbose_name=_("Given by"))
    optional = ("author", "source")

    class Meta:
        model = Task
        fields = (
            "title",
            "customer",
            "member",
            "due_on",
            "due_at",
            "priority",
            "status",
            "author",
            "source",
        )
