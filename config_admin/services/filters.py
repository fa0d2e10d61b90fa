"""Filters of the service catalogue."""

import django_filters
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
from crm.core.filter_kinds import ChoicesFilter, LookupFilter, WordsFilter
from crm.core.filters import LeanFilterSet


def of_service():
    """What belongs to one service."""
    return LookupFilter(
        label=pgettext_lazy("catalogue", "Service"),
        queryset=ServiceType.objects.all(),
        url_name="config_admin:servicetype_lookup",
    )


class ServiceQueueFilter(LeanFilterSet):
    words = WordsFilter()
    status = django_filters.ChoiceFilter(label=_("Status"), choices=ServiceQueue.Status)

    class Meta:
        model = ServiceQueue
        fields = ()


class ServiceCategoryFilter(LeanFilterSet):
    words = WordsFilter()
    status = django_filters.ChoiceFilter(label=_("Status"), choices=ServiceCategory.Status)

    class Meta:
        model = ServiceCategory
        fields = ()


class ServiceTypeFilter(LeanFilterSet):
    words = WordsFilter()
    kind = ChoicesFilter(label=_("Kind"), choices=ServiceType.Kind)
    status = django_filters.ChoiceFilter(label=_("Status"), choices=ServiceType.Status)
    category = LookupFilter(
        label=_("Category"),
        queryset=ServiceCategory.objects.all(),
        url_name="config_admin:servicecategory_lookup",
    )
    queue = LookupFilter(
        label=_("Queue"),
        queryset=ServiceQueue.objects.all(),
        url_name="config_admin:servicequeue_lookup",
    )

    class Meta:
        model = ServiceType
        fields = ()


class ServiceDeadlineFilter(LeanFilterSet):
    service = of_service()
    priority = django_filters.ChoiceFilter(label=_("Priority"), choices=ServiceDeadline.Priority)

    class Meta:
        model = ServiceDeadline
        fields = ()


class ChecklistItemFilter(LeanFilterSet):
    service = of_service()

    class Meta:
        model = ChecklistItem
        fields = ()


class ReplyTemplateFilter(LeanFilterSet):
    service = of_service()

    class Meta:
        model = ReplyTemplate
        fields = ()


class ServiceFieldFilter(LeanFilterSet):
    service = of_service()

    class Meta:
        model = ServiceField
        fields = ()
