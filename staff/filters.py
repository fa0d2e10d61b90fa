"""Filters of the organisation's lists."""

import django_filters
from django.utils.translation import gettext_lazy as _

from crm.core.filter_kinds import LookupFilter
from crm.core.filters import LeanFilterSet

from .models import Branch, StaffMember


class BranchFilter(LeanFilterSet):
    level = django_filters.ChoiceFilter(label=_("Level"), choices=Branch.Level)
    is_open = django_filters.BooleanFilter(
        label=_("Open"), field_name="closed_on", lookup_expr="isnull"
    )
    parent = LookupFilter(
        label=_("Belongs to"), queryset=Branch.objects.all(), url_name="staff:branch_lookup"
    )

    class Meta:
        model = Branch
        fields = ()


class StaffMemberFilter(LeanFilterSet):
    branch = LookupFilter(
        label=_("Branch"), queryset=Branch.objects.all(), url_name="staff:branch_lookup"
    )
    supervisor = LookupFilter(
        label=_("Reports to"),
        queryset=StaffMember.objects.all(),
        url_name="staff:staffmember_lookup",
    )
    post = django_filters.ChoiceFilter(label=_("Post"), choices=StaffMember.Post)

    class Meta:
        model = StaffMember
        fields = ()
