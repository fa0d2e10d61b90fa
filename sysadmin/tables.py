"""Tables of system management."""

from django.conf import settings
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2 import A, Column

from crm.core.clock import now
from crm.core.columns import RIGHT, BadgeColumn, DateColumn, MomentColumn, MoneyColumn, NameColumn
from crm.core.formats import EMPTY, lasted, markup, moment, number
from crm.core.models import AccessEvent, Approval, ApprovalPolicy, AuditEvent, Job
from crm.core.tables import FastTable
from crm.core.tables.addresses import pk_url
from crm.core.templatetags.crm_trail import record_kind
from crm.core.trail import purpose_words
from crm.core.trail_words import field_words, record_addresses, record_names, subject_words

from .known import NARROWED, about_users, holders_of
from .models import Announcement, Grant, IncompatibleDuties, Role, User

SHOWN = 2


class UserTable(FastTable):
    """Users, with what is known of them asked once for the page; each part for who may see it."""

    name = NameColumn(
        accessor="shown_name",
        verbose_name=_("User"),
        second="username",
        view="sysadmin:user_view",
    )
    roles = Column(accessor="pk", verbose_name=_("Roles"))
    branches = Column(accessor="pk", verbose_name=_("Branch"))
    signed_in = Column(accessor="pk", verbose_name=_("Last signed in"))
    factor = Column(accessor="pk", verbose_name=_("Second factor"))
    language = Column(accessor="get_language_display", verbose_name=_("Language"))
    created_at = MomentColumn()
    optional = ("language", "created_at")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for action, names in NARROWED.items():
            if self.request and not self.request.user.has_action(action):
                for name in names & self.base_columns.keys():
                    self.columns.hide(name)

    @cached_property
    def known(self):
        return about_users([user.pk for user in self.data.data])

    def render_roles(self, record):
        return few(grant.role.label for grant in self.known.grants[record.pk])

    def render_branches(self, record):
        return few(grant.branch.shown_name for grant in self.known.grants[record.pk])

    def render_signed_in(self, record):
        at = self.known.signed_in.get(record.pk)
        return moment(at) if at else _("never")

    def render_factor(self, record):
        if record.pk in self.known.with_factor:
            return markup('<span class="tag tag-ok">{}</span>', _("set up"))
        if any(grant.role.needs_second_factor for grant in self.known.grants[record.pk]):
            return markup('<span class="tag tag-bad">{}</span>', _("missing"))
        return _("none")

    class Meta:
        model = User
        fields = ("name", "is_active", "roles", "branches", "signed_in", "factor")
        sequence = (*fields, "language", "created_at")


def few(words):
    """The first of some words, each once, and how many there are beyond."""
    found = list(dict.fromkeys(words))
    more = len(found) - SHOWN
    return ", ".join(found[:SHOWN]) + (f" +{more}" if more > 0 else "")


class RoleTable(FastTable):
    name = NameColumn(
        accessor="label", verbose_name=_("Role"), second="code", view="sysadmin:role_view"
    )
    held = Column(accessor="pk", verbose_name=_("Holders"), attrs=RIGHT)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if self.request and not self.request.user.has_action("sysadmin.view_grant"):
            self.columns.hide("held")

    @cached_property
    def holders(self):
        return holders_of([role.pk for role in self.data.data])

    def render_held(self, record):
        return number(self.holders.get(record.pk, 0))

    class Meta:
        model = Role
        fields = ("name", "held", "needs_second_factor", "is_read_only")


class GrantTable(FastTable):
    user = NameColumn(
        accessor="user__shown_name",
        verbose_name=_("User"),
        second="user__username",
        view="sysadmin:grant_view",
    )
    role = Column(accessor="role__label", verbose_name=_("Role"))
    branch = Column(accessor="branch__shown_name", verbose_name=_("Branch"))
    period = Column(accessor="shown_period", verbose_name=_("Valid"))

    class Meta:
        model = Grant
        fields = ("user", "role", "branch", "extent", "period")


class DutiesTable(FastTable):
    first = Column(
        accessor="first__label",
        verbose_name=_("Role"),
        linkify=("sysadmin:incompatibleduties_view", [A("pk")]),
    )
    second = Column(accessor="second__label", verbose_name=_("Not together with"))
    period = Column(accessor="shown_period", verbose_name=_("Valid"))

    class Meta:
        model = IncompatibleDuties
        fields = ("first", "second", "period", "ground")


class TrailTable(FastTable):
    """A trail; each line leads to who did it and to the record, if its reader may see them."""

    place = ""

    @cached_property
    def names(self):
        places = [(getattr(line, self.place), line.row_key) for line in self.data.data]
        return record_names(places, self.request.user)

    @cached_property
    def addresses(self):
        return record_addresses()

    def render_row_key(self, value, record):
        place = getattr(record, self.place)
        name = self.names.get((place, str(value)), "")
        if not name:
            return value
        said, address = f"{name} (№ {value})", self.addresses.get(place)
        return markup('<a href="{}">{}</a>', address(int(value)), said) if address else said

    def value_row_key(self, value):
        return value

    def render_actor(self, value, record):
        if not self.request.user.has_action("sysadmin.view_user"):
            return value
        return markup('<a href="{}">{}</a>', pk_url("sysadmin:user_view")(record.actor_id), value)


class AuditEventTable(TrailTable):
    place = "table_name"
    at = MomentColumn(linkify=("sysadmin:auditevent_view", [A("pk")]))
    actor = Column(accessor="actor__shown_name", verbose_name=_("By"))
    operation = BadgeColumn(tones={"I": "ok", "U": "info", "D": "bad"})

    def render_table_name(self, value):
        return record_kind(value)

    class Meta:
        model = AuditEvent
        fields = ("at", "actor", "operation", "table_name", "row_key", "reason", "address")


class AccessEventTable(TrailTable):
    place = "model"
    at = MomentColumn()
    actor = Column(accessor="actor__shown_name", verbose_name=_("By"))
    kind = BadgeColumn(tones={"denial": "bad", "sign_in_failed": "bad", "reveal": "warn"})

    def render_model(self, value):
        return subject_words(value)

    def render_field(self, value, record):
        return field_words(record.model, value)

    def render_purpose(self, value):
        return purpose_words(value)

    class Meta:
        model = AccessEvent
        fields = ("at", "actor", "kind", "model", "row_key", "field", "purpose", "address")


JOB_TONES = {
    "queued": "info",
    "running": "info",
    "done": "ok",
    "failed": "bad",
    "cancelled": "warn",
}


class JobTable(FastTable):
    kind = Column(
        accessor="shown_kind", verbose_name=_("Job"), linkify=("sysadmin:job_view", [A("pk")])
    )
    status = BadgeColumn(tones=JOB_TONES)
    reason = Column()
    rows = Column(accessor="progress__shown", verbose_name=_("Rows"), attrs=RIGHT)
    owner = Column(accessor="owner__shown_name", verbose_name=_("Started by"))
    created_at = MomentColumn(verbose_name=_("Started"))
    took = Column(accessor="progress", verbose_name=_("Took"), attrs=RIGHT)

    def render_took(self, value):
        if not value.started_at:
            return EMPTY
        return lasted((value.ended_at or now()) - value.started_at)

    class Meta:
        model = Job
        fields = ("kind", "reason", "status", "rows", "owner", "created_at", "took")


APPROVAL_TONES = {"pending": "info", "approved": "ok", "rejected": "bad", "overtaken": "warn"}


class ApprovalTable(FastTable):
    operation = Column(accessor="shown_operation", verbose_name=_("Request"))
    maker = Column(accessor="maker__shown_name", verbose_name=_("Asked by"))
    status = BadgeColumn(tones=APPROVAL_TONES)
    amount = MoneyColumn(verbose_name=_("Amount"), unit=settings.BASE_CURRENCY)
    branch = Column(accessor="branch__shown_name", verbose_name=_("Branch"))
    role = Column(accessor="role__label", verbose_name=_("Decided by"))
    created_at = MomentColumn(verbose_name=_("Asked"))
    expires_at = MomentColumn()
    decided_at = MomentColumn()
    optional = ("amount", "branch", "role", "created_at", "expires_at", "decided_at")

    def render_operation(self, value, record):
        """What is asked for and about which record; opens beside the list."""
        about = getattr(record, "shown_subject", "")
        return markup(
            '<span class="t-name"><span><a href="{0}" hx-get="{0}" hx-target="#request"'
            ' hx-sync="#request:queue last">{1}</a>{2}</span></span>',
            pk_url("sysadmin:approval_view")(record.pk),
            value,
            markup("<small>{}</small>", about) if about else "",
        )

    class Meta:
        model = Approval
        row_attrs = {"class": lambda record: "cur" if getattr(record, "is_open", False) else None}
        fields = (
            "operation",
            "maker",
            "status",
            "amount",
            "branch",
            "created_at",
            "expires_at",
            "role",
            "decided_at",
        )


class ApprovalPolicyTable(FastTable):
    operation = Column(
        accessor="shown_operation",
        verbose_name=_("Operation"),
        linkify=("sysadmin:approvalpolicy_view", [A("pk")]),
    )
    from_amount = MoneyColumn(verbose_name=_("From this amount"), unit=settings.BASE_CURRENCY)
    role = Column(accessor="role__label", verbose_name=_("Decided by"))

    class Meta:
        model = ApprovalPolicy
        fields = ("operation", "from_amount", "role", "days", "is_active")


class AnnouncementTable(FastTable):
    title = Column(
        accessor="shown_title",
        verbose_name=pgettext_lazy("announcement", "Heading"),
        linkify=("sysadmin:announcement_view", [A("pk")]),
    )
    branch = Column(accessor="branch__shown_name", verbose_name=_("Branch"))
    role = Column(accessor="role__label", verbose_name=_("Role"))
    importance = BadgeColumn(tones={"warn": "warn", "bad": "bad"})
    first_day = DateColumn()
    last_day = DateColumn()

    class Meta:
        model = Announcement
        fields = (
            "title",
            "branch",
            "role",
            "importance",
            "must_acknowledge",
            "first_day",
            "last_day",
        )
