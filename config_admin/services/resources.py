"""Pages of the service catalogue."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.models import (
    ChecklistItem,
    ReplyTemplate,
    ServiceCategory,
    ServiceDeadline,
    ServiceField,
    ServiceQueue,
    ServiceType,
)
from crm.core.resources import Resource, Section, Transition
from crm.core.saved_views import View

from . import forms, operations, tables
from .filters import (
    ChecklistItemFilter,
    ReplyTemplateFilter,
    ServiceCategoryFilter,
    ServiceDeadlineFilter,
    ServiceFieldFilter,
    ServiceQueueFilter,
    ServiceTypeFilter,
)
from .views import AddToServicePage, ServiceTypePage

CODED = ("code", "name", "name_zh")
LIVE = View("live", pgettext_lazy("entries", "In use"), "status=live")

service_type = Resource(
    ServiceType,
    route="services/",
    table=tables.ServiceTypeTable,
    sorts={"code": ("code",)},
    filterset=ServiceTypeFilter,
    form=forms.ServiceTypeForm,
    sections=(
        Section(
            pgettext_lazy("catalogue", "Service"), (*CODED, "kind", "category", "queue", "skill")
        ),
    ),
    transitions=(
        Transition("offer", operations.offer),
        Transition("retire", operations.retire),
    ),
    joins=("category", "queue"),
    search=CODED,
    views=(
        View("offered", pgettext_lazy("services", "Offered"), "status=offered"),
        View("drafts", pgettext_lazy("services", "Drafts"), "status=draft"),
    ),
    overrides={"view": ServiceTypePage},
)
category = Resource(
    ServiceCategory,
    route="service-categories/",
    table=tables.ServiceCategoryTable,
    sorts={"position": ("position", "id"), "code": ("code",)},
    filterset=ServiceCategoryFilter,
    form=forms.ServiceCategoryForm,
    transitions=(
        Transition("retire", operations.retire_category),
        Transition("restore", operations.restore_category),
    ),
    views=(LIVE,),
    sections=(Section(_("Category"), (*CODED, "parent", "position", "status")),),
    joins=("parent",),
    search=CODED,
)
queue = Resource(
    ServiceQueue,
    route="queues/",
    table=tables.ServiceQueueTable,
    sorts={"code": ("code",)},
    filterset=ServiceQueueFilter,
    form=forms.ServiceQueueForm,
    transitions=(
        Transition("retire", operations.retire_queue),
        Transition("restore", operations.restore_queue),
    ),
    views=(LIVE,),
    sections=(Section(_("Queue"), (*CODED, "calendar", "status")),),
    joins=("calendar",),
    search=CODED,
)
deadline = Resource(
    ServiceDeadline,
    route="service-deadlines/",
    table=tables.ServiceDeadlineTable,
    sorts={"service": ("service_id", "-step", "id")},
    filterset=ServiceDeadlineFilter,
    form=forms.ServiceDeadlineForm,
    sections=(Section(_("Deadline"), ("service", "step", "priority", "amount", "unit", "note")),),
    joins=("service",),
    overrides={"add": AddToServicePage},
)
checklist_item = Resource(
    ChecklistItem,
    route="checklist-items/",
    table=tables.ChecklistItemTable,
    sorts={"position": ("service_id", "position", "id")},
    filterset=ChecklistItemFilter,
    form=forms.ChecklistItemForm,
    sections=(
        Section(
            _("Checklist item"),
            ("service", "name", "name_zh", "position", "is_required", "is_live"),
        ),
    ),
    joins=("service",),
    overrides={"add": AddToServicePage},
)
reply_template = Resource(
    ReplyTemplate,
    route="reply-templates/",
    table=tables.ReplyTemplateTable,
    sorts={"newest": ("-id",)},
    filterset=ReplyTemplateFilter,
    form=forms.ReplyTemplateForm,
    sections=(
        Section(_("Reply template"), ("service", "name", "name_zh", "text", "text_zh", "is_live")),
    ),
    joins=("service",),
    overrides={"add": AddToServicePage},
)
field = Resource(
    ServiceField,
    route="service-fields/",
    table=tables.ServiceFieldTable,
    sorts={"position": ("service_id", "position", "id")},
    filterset=ServiceFieldFilter,
    form=forms.ServiceFieldForm,
    sections=(
        Section(
            pgettext_lazy("service", "Field"),
            (
                "service",
                *CODED,
                "kind",
                "dictionary",
                "hint",
                "hint_zh",
                "position",
                "is_required",
                "is_live",
            ),
        ),
    ),
    joins=("service", "dictionary"),
    overrides={"add": AddToServicePage},
)
PARTS = (deadline, field, checklist_item, reply_template)
RESOURCES = (service_type, category, queue, *PARTS)
