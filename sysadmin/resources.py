"""Pages of this module."""

from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from crm.core import approvals, jobs
from crm.core.models import AccessEvent, Approval, ApprovalPolicy, AuditEvent, Job
from crm.core.resources import Resource, Section, Transition
from crm.core.saved_views import View
from crm.core.trail import LOOKING, SIGNING_IN, Kind

from . import inbox_views, operations, views
from .announcements import operations as announcements
from .announcements.forms import AnnouncementForm
from .announcements.views import AnnouncementPage, PublishPage
from .duties import operations as duties
from .filters import (
    AccessEventFilter,
    AnnouncementFilter,
    ApprovalFilter,
    ApprovalPolicyFilter,
    AuditEventFilter,
    DutiesFilter,
    GrantFilter,
    JobFilter,
    UserFilter,
)
from .forms import DecisionForm, DutiesForm, GrantForm, PolicyForm
from .models import Announcement, Grant, IncompatibleDuties, Role, User
from .roles import views as role_views
from .roles.forms import RoleForm
from .signing_in import operations as signing_in
from .signing_in.views import EndSessionsPage, GivePasswordPage, UserPage
from .tables import (
    AccessEventTable,
    AnnouncementTable,
    ApprovalPolicyTable,
    ApprovalTable,
    AuditEventTable,
    DutiesTable,
    GrantTable,
    JobTable,
    RoleTable,
    UserTable,
)


def kinds_of(kinds):
    """The address of the lines of these kinds in the access trail."""
    return urlencode([("kind", kind.value) for kind in kinds])


user = Resource(
    User,
    route="users/",
    table=UserTable,
    sorts={"username": ("username",), "created_at": ("created_at", "id")},
    filterset=UserFilter,
    sections=(
        Section(
            _("Account"),
            (
                "username",
                "display_name",
                "latin_name",
                "is_active",
                "first_password_until",
                "language",
                "created_at",
            ),
        ),
    ),
    search=("username", "display_name", "latin_name"),
    transitions=(
        Transition("disable", signing_in.disable),
        Transition("enable", signing_in.enable),
        Transition("give_password", signing_in.give_password),
        Transition("reset_factors", signing_in.reset_factors),
        Transition("end_sessions", signing_in.end_sessions),
    ),
    views=(
        View("off", _("Switched off"), "is_active=false"),
        View("first", _("First password not replaced yet"), "first_password=true"),
        View(
            "away",
            _("Not signed in for 90 days"),
            "is_active=true&away_days=90",
            action="sysadmin.view_sessions_user",
        ),
        View(
            "factor",
            _("Second factor missing"),
            "is_active=true&lacks_factor=true",
            action="sysadmin.view_sessions_user",
        ),
    ),
    overrides={
        "view": UserPage,
        "give_password": GivePasswordPage,
        "end_sessions": EndSessionsPage,
    },
)
role = Resource(
    Role,
    route="roles/",
    table=RoleTable,
    sorts={"code": ("code",)},
    sections=(
        Section(
            _("Role"), ("code", "name", "name_zh", "needs_second_factor", "is_read_only", "actions")
        ),
    ),
    form=RoleForm,
    in_drawer=False,
    overrides={"view": role_views.RolePage, "add": role_views.AddRolePage},
)
grant = Resource(
    Grant,
    route="grants/",
    table=GrantTable,
    sorts={"newest": ("-id",), "user": ("user__username", "id")},
    filterset=GrantFilter,
    form=GrantForm,
    sections=(Section(_("Grant"), ("user", "role", "branch", "extent", "shown_period")),),
    transitions=(Transition("end", operations.end),),
    joins=("user", "role", "branch"),
    without=frozenset({"change"}),
    overrides={"list": inbox_views.WaitingList},
)
incompatible_duties = Resource(
    IncompatibleDuties,
    route="duties/",
    table=DutiesTable,
    sorts={"newest": ("-id",), "first": ("first__code", "second__code", "id")},
    filterset=DutiesFilter,
    form=DutiesForm,
    sections=(Section(_("Incompatible duties"), ("first", "second", "shown_period", "ground")),),
    transitions=(Transition("end", duties.end),),
    joins=("first", "second"),
    views=(View("now", _("Valid today"), "now=true"),),
    without=frozenset({"change"}),
    overrides={"view": views.DutiesPage},
)
audit_event = Resource(
    AuditEvent,
    route="audit/",
    namespace="sysadmin",
    table=AuditEventTable,
    sorts={"newest": ("-at", "-id"), "oldest": ("at", "id")},
    filterset=AuditEventFilter,
    sections=(
        Section(
            _("What happened"),
            ("at", "actor", "operation", "table_name", "row_key", "subject_id", "reason"),
        ),
        Section(_("Origin"), ("address", "request_id", "session", "database_user")),
        Section(_("Values"), ("before", "after")),
    ),
    joins=("actor",),
)
access_event = Resource(
    AccessEvent,
    route="access/",
    namespace="sysadmin",
    table=AccessEventTable,
    sorts={"newest": ("-at", "-id"), "oldest": ("at", "id")},
    filterset=AccessEventFilter,
    views=(
        View("looks", _("Looked at, searched and revealed"), kinds_of(LOOKING)),
        View("signing_in", _("Sign-ins"), kinds_of(SIGNING_IN)),
        View("denials", _("Denials"), kinds_of((Kind.DENIAL,))),
    ),
    joins=("actor",),
    without=frozenset({"view"}),
)
job = Resource(
    Job,
    route="jobs/",
    namespace="sysadmin",
    table=JobTable,
    sorts={"newest": ("-id",), "oldest": ("id",)},
    filterset=JobFilter,
    transitions=(Transition("cancel", jobs.cancel), Transition("retry", jobs.retry)),
    joins=("owner", "progress"),
    overrides={"view": views.JobPage},
)
approval = Resource(
    Approval,
    route="approvals/",
    namespace="sysadmin",
    table=ApprovalTable,
    sorts={"created_at": ("-id",), "oldest": ("id",)},
    filterset=ApprovalFilter,
    views=(
        View("decide", _("For me to decide"), "decide=true"),
        View("mine", _("Asked by me"), "mine=true"),
    ),
    transitions=(
        Transition("approve", approvals.approve, DecisionForm),
        Transition("send_back", approvals.send_back),
        Transition("reject", approvals.reject),
        Transition("withdraw", approvals.withdraw, DecisionForm),
    ),
    joins=("maker", "checker", "role", "branch", "policy"),
    overrides={"list": inbox_views.Inbox, "view": inbox_views.RequestPage}
    | dict.fromkeys(["approve", "send_back", "reject", "withdraw"], inbox_views.DecisionPage),
)
approval_policy = Resource(
    ApprovalPolicy,
    route="policies/",
    namespace="sysadmin",
    table=ApprovalPolicyTable,
    sorts={"operation": ("operation", "id")},
    filterset=ApprovalPolicyFilter,
    form=PolicyForm,
    sections=(
        Section(
            _("Policy"), ("shown_operation", "from_amount", "role", "days", "is_active", "ground")
        ),
    ),
    joins=("role",),
)
announcement = Resource(
    Announcement,
    route="announcements/",
    table=AnnouncementTable,
    sorts={"newest": ("-id",), "oldest": ("id",)},
    filterset=AnnouncementFilter,
    form=AnnouncementForm,
    sections=(
        Section(_("What is made known"), ("title", "title_zh", "text", "text_zh")),
        Section(
            _("To whom and when"),
            (
                "branch",
                "role",
                "importance",
                "must_acknowledge",
                "first_day",
                "last_day",
                "author",
                "ended_at",
            ),
        ),
    ),
    transitions=(Transition("end", announcements.end),),
    joins=("branch", "role", "author"),
    views=(View("live", _("Shown today"), "live=true"),),
    without=frozenset({"change"}),
    in_drawer=False,
    overrides={"add": PublishPage, "view": AnnouncementPage},
)
RESOURCES = (
    announcement,
    user,
    role,
    grant,
    incompatible_duties,
    audit_event,
    access_event,
    job,
    approval,
    approval_policy,
)
