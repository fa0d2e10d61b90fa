"""Filters of the organisation's lists."""

import django_filters
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from crm.core.clock import bank_today
from crm.core.filter_kinds import ChoicesFilter, DaysFilter, LookupFilter
from crm.core.filters import LeanFilterSet

from .authority.operations import kinds
from .filter_kinds import member_filter
from .models import AuthorityLimit, Branch, Handover, Licence, StaffAssignment, StaffMember

EXPIRY = (
    ("soon", _("within 30 days")),
    ("expired", _("has expired")),
)


def of_expiry(licences, asked):
    """The licences that expire soon, or have expired."""
    return licences.expired() if asked == "expired" else licences.expiring()


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
    licence = django_filters.ChoiceFilter(
        label=_("Licence expires"), choices=EXPIRY, method="with_licence"
    )
    present = django_filters.BooleanFilter(label=_("Works here"), method="who_work_here")

    def with_licence(self, rows, _name, asked):
        licences = of_expiry(Licence.objects.filter(member=OuterRef("pk")), asked)
        return rows.filter(Exists(licences))

    def who_work_here(self, rows, _name, asked):
        return rows.present() if asked else rows.filter(leaves_on__lt=bank_today())

    class Meta:
        model = StaffMember
        fields = ()


class StaffAssignmentFilter(LeanFilterSet):
    member = LookupFilter(
        label=_("Member of staff"),
        queryset=StaffMember.objects.all(),
        url_name="staff:staffmember_lookup",
    )
    branch = LookupFilter(
        label=_("Branch"), queryset=Branch.objects.all(), url_name="staff:branch_lookup"
    )

    class Meta:
        model = StaffAssignment
        fields = ()


class HandoverFilter(LeanFilterSet):
    status = ChoicesFilter(label=_("Status"), choices=Handover.Status)
    from_member = member_filter(label=_("Handed over by"))
    to_member = member_filter(label=_("Successor"))
    effective = DaysFilter(label=_("Effective on"), field_name="effective_on")

    class Meta:
        model = Handover
        fields = ()


class LicenceFilter(LeanFilterSet):
    member = LookupFilter(
        label=_("Member of staff"),
        queryset=StaffMember.objects.all(),
        url_name="staff:staffmember_lookup",
    )
    kind = django_filters.ChoiceFilter(label=_("Licence"), choices=Licence.Kind)
    expires = django_filters.ChoiceFilter(label=_("Expires"), choices=EXPIRY, method="that_expire")

    def that_expire(self, rows, _name, asked):
        return of_expiry(rows, asked)

    class Meta:
        model = Licence
        fields = ()


class AuthorityLimitFilter(LeanFilterSet):
    post = django_filters.ChoiceFilter(label=_("Post"), choices=StaffMember.Post)
    operation = django_filters.ChoiceFilter(label=_("Operation"), choices=kinds)
    now = django_filters.BooleanFilter(label=_("Valid today"), method="by_today")

    def by_today(self, rows, _name, asked):
        today = {"valid__contains": bank_today()}
        return rows.filter(**today) if asked else rows.exclude(**today)

    class Meta:
        model = AuthorityLimit
        fields = ()
