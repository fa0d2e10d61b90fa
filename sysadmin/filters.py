"""Filters of system management's lists."""

import django_filters
from django.apps import apps
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.approvals import operations as checked_operations
from crm.core.audit import audited_models
from crm.core.clock import bank_today
from crm.core.filter_kinds import ChoicesFilter, DaysFilter, LookupFilter
from crm.core.filters import LeanFilterSet
from crm.core.models import AccessEvent, Approval, ApprovalPolicy, AuditEvent, Job

from .known import NARROWED, away_for, holding, lacking_factor
from .models import Announcement, Grant, Importance, IncompatibleDuties, Role, User

# ten years: as far back as anybody asks
MOST_DAYS = 3650


def valid_today(rows, *, is_valid):
    """What is in force today, or what is not."""
    today = {"valid__contains": bank_today()}
    return rows.filter(**today) if is_valid else rows.exclude(**today)


def below(branch):
    """Grants at a branch or below it."""
    return {"branch__lft__gte": branch.lft, "branch__lft__lte": branch.rgt}


class AboveFilter(LookupFilter):
    """A record of a module above this one, whose model is named, of those the reader may see."""

    def __init__(self, *, model, **options):
        super().__init__(**options)
        self.named = model

    def get_queryset(self, _request):
        return apps.get_model(self.named)._default_manager.permitted(self.parent.user)


def branch_filter():
    """A branch with those below it."""
    return AboveFilter(
        model="staff.Branch",
        url_name="staff:branch_lookup",
        label=_("Branch, with those below"),
        method="at_branch",
    )


def customer_filter():
    """The customer whose affairs a line of a trail is about."""
    return AboveFilter(
        model="customers.Customer",
        url_name="customers:customer_lookup",
        label=_("Customer"),
        method="about_customer",
    )


class UserFilter(LeanFilterSet):
    is_active = django_filters.BooleanFilter(label=_("May sign in"))
    username = django_filters.CharFilter(
        label=_("User name begins with"), lookup_expr="istartswith", max_length=40
    )
    first_password = django_filters.BooleanFilter(
        label=_("First password not replaced yet"),
        field_name="first_password_until",
        lookup_expr="isnull",
        exclude=True,
    )
    role = django_filters.ModelChoiceFilter(
        label=_("Role"), queryset=Role.objects.all(), method="with_role"
    )
    branch = branch_filter()
    away_days = django_filters.NumberFilter(
        label=_("Days without a sign-in, at least"),
        lookup_expr="gte",
        method="by_absence",
        min_value=1,
        max_value=MOST_DAYS,
    )
    lacks_factor = django_filters.BooleanFilter(
        label=_("Without the second factor that a role asks for"), method="by_factor"
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for action, names in NARROWED.items():
            if not (self.user and self.user.has_action(action)):
                for name in names:
                    self.filters.pop(name, None)

    def with_role(self, rows, name, value):
        return holding(rows, role=value)

    def at_branch(self, rows, name, value):
        return holding(rows, **below(value))

    def by_absence(self, rows, name, value):
        return away_for(rows, int(value))

    def by_factor(self, rows, name, value):
        return lacking_factor(rows, is_lacking=value)

    class Meta:
        model = User
        fields = ()


class GrantFilter(LeanFilterSet):
    user = LookupFilter(
        label=_("User"), queryset=User.scoped.all(), url_name="sysadmin:user_lookup"
    )
    branch = branch_filter()
    role = django_filters.ModelChoiceFilter(label=_("Role"), queryset=Role.objects.all())
    extent = django_filters.ChoiceFilter(label=_("Reach"), choices=Grant.Reach)
    now = django_filters.BooleanFilter(label=_("Valid today"), method="by_today")

    def by_today(self, rows, name, value):
        return valid_today(rows, is_valid=value)

    def at_branch(self, rows, name, value):
        return rows.filter(**below(value))

    class Meta:
        model = Grant
        fields = ()


class DutiesFilter(LeanFilterSet):
    role = django_filters.ModelChoiceFilter(
        label=_("Role"), queryset=Role.objects.all(), method="with_role"
    )
    now = django_filters.BooleanFilter(label=_("Valid today"), method="by_today")

    def with_role(self, rows, name, value):
        return rows.filter(Q(first=value) | Q(second=value))

    def by_today(self, rows, name, value):
        return valid_today(rows, is_valid=value)

    class Meta:
        model = IncompatibleDuties
        fields = ()


def kinds_of_record() -> list[tuple[str, str]]:
    """Every kind of record whose changes the trail holds, in words, by its table."""
    found = ((m._meta.db_table, capfirst(str(m._meta.verbose_name))) for m in audited_models())
    return sorted(found, key=lambda pair: pair[1])


class AuditEventFilter(LeanFilterSet):
    actor = LookupFilter(label=_("By"), queryset=User.scoped.all(), url_name="sysadmin:user_lookup")
    operation = django_filters.ChoiceFilter(label=_("Operation"), choices=AuditEvent.Operation)
    table_name = django_filters.ChoiceFilter(label=_("Kind of record"), choices=kinds_of_record)
    row_key = django_filters.CharFilter(label=_("Record key"), max_length=40)
    subject_id = customer_filter()
    at = DaysFilter(label=_("When"))

    def about_customer(self, rows, name, value):
        return rows.filter(subject_id=value.pk)

    class Meta:
        model = AuditEvent
        fields = ()


class AccessEventFilter(LeanFilterSet):
    actor = LookupFilter(
        label=_("User"), queryset=User.scoped.all(), url_name="sysadmin:user_lookup"
    )
    kind = ChoicesFilter(label=_("Kind"), choices=AccessEvent.Kind)
    subject_id = customer_filter()
    address = django_filters.CharFilter(label=_("Network address"), max_length=45)
    at = DaysFilter(label=_("When"))

    def about_customer(self, rows, name, value):
        return rows.filter(subject_id=value.pk)

    class Meta:
        model = AccessEvent
        fields = ()


class JobFilter(LeanFilterSet):
    status = ChoicesFilter(label=_("Status"), choices=Job.Status)
    created_at = DaysFilter(label=_("Started"))

    class Meta:
        model = Job
        fields = ()


def checked() -> list[tuple[str, str]]:
    """Every operation that may need a second person."""
    return checked_operations()


class ApprovalFilter(LeanFilterSet):
    status = ChoicesFilter(label=_("Status"), choices=Approval.Status)
    operation = ChoicesFilter(label=_("Operation"), choices=checked)
    mine = django_filters.BooleanFilter(label=_("Asked by me"), method="asked_by_me")
    decide = django_filters.BooleanFilter(label=_("For me to decide"), method="for_me")
    created_at = DaysFilter(label=_("Asked"))

    class Meta:
        model = Approval
        fields = ()

    def asked_by_me(self, rows, name, value):
        own = {"maker": self.user.pk}
        return rows.filter(**own) if value else rows.exclude(**own)

    def for_me(self, rows, name, value):
        mine = Q(status=Approval.Status.PENDING, role__in=self.user.role_ids) & ~Q(
            maker=self.user.pk
        )
        return rows.filter(mine) if value else rows.exclude(mine)


class ApprovalPolicyFilter(LeanFilterSet):
    operation = ChoicesFilter(label=_("Operation"), choices=checked)
    is_active = django_filters.BooleanFilter(label=_("In force"))

    class Meta:
        model = ApprovalPolicy
        fields = ()


class AnnouncementFilter(LeanFilterSet):
    importance = ChoicesFilter(
        label=pgettext_lazy("announcement", "Importance"), choices=Importance
    )
    live = django_filters.BooleanFilter(label=_("Shown today"), method="by_today")

    class Meta:
        model = Announcement
        fields = ()

    def by_today(self, rows, name, value):
        today = Announcement.objects.live().values("pk")
        return rows.filter(pk__in=today) if value else rows.exclude(pk__in=today)
