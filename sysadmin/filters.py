"""Filters of system management's lists."""

import django_filters
from django.utils.translation import gettext_lazy as _

from crm.core.filter_kinds import ChoicesFilter, DaysFilter
from crm.core.filters import LeanFilterSet
from crm.core.models import AccessEvent, AuditEvent, Job

from .models import Grant, Role, User


class UserFilter(LeanFilterSet):
    is_active = django_filters.BooleanFilter(label=_("May sign in"))
    username = django_filters.CharFilter(
        label=_("User name begins with"), lookup_expr="istartswith", max_length=40
    )

    class Meta:
        model = User
        fields = ()


class GrantFilter(LeanFilterSet):
    role = django_filters.ModelChoiceFilter(label=_("Role"), queryset=Role.objects.all())
    extent = django_filters.ChoiceFilter(label=_("Reach"), choices=Grant.Reach)

    class Meta:
        model = Grant
        fields = ()


class AuditEventFilter(LeanFilterSet):
    operation = django_filters.ChoiceFilter(label=_("Operation"), choices=AuditEvent.Operation)
    table_name = django_filters.CharFilter(label=_("Table"), max_length=80)
    row_key = django_filters.CharFilter(label=_("Record key"), max_length=40)
    at = DaysFilter(label=_("When"))

    class Meta:
        model = AuditEvent
        fields = ()


class AccessEventFilter(LeanFilterSet):
    kind = ChoicesFilter(label=_("Kind"), choices=AccessEvent.Kind)
    at = DaysFilter(label=_("When"))

    class Meta:
        model = AccessEvent
        fields = ()


class JobFilter(LeanFilterSet):
    status = ChoicesFilter(label=_("Status"), choices=Job.Status)
    created_at = DaysFilter(label=_("Started"))

    class Meta:
        model = Job
        fields = ()
