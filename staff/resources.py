"""Pages of this module."""

from django.utils.translation import gettext_lazy as _

from crm.core.resources import Resource, Section, Transition
from crm.core.saved_views import View
from sysadmin.inbox_views import WaitingList
from sysadmin.signing_in.views import GivePasswordPage

from . import operations, views
from .authority import operations as authority
from .filters import (
    AuthorityLimitFilter,
    BranchFilter,
    HandoverFilter,
    LicenceFilter,
    StaffAssignmentFilter,
    StaffMemberFilter,
)
from .forms import (
    AmendForm,
    AuthorityLimitForm,
    BranchForm,
    LicenceForm,
    MemberForm,
    OpenSignInForm,
    PostRoleForm,
)
from .handover import operations as handovers
from .handover import views as handover_pages
from .handover.forms import AcceptForm
from .models import (
    AuthorityLimit,
    Branch,
    Handover,
    Licence,
    PostRole,
    StaffAssignment,
    StaffMember,
)
from .people import operations as people
from .tables import (
    AuthorityLimitTable,
    BranchTable,
    HandoverTable,
    LicenceTable,
    PostRoleTable,
    StaffAssignmentTable,
    StaffMemberTable,
)

branch = Resource(
    Branch,
    route="branches/",
    table=BranchTable,
    sorts={"tree": ("lft",), "code": ("code",), "opened_on": ("opened_on", "id")},
    filterset=BranchFilter,
    form=BranchForm,
    sections=(
        Section(
            _("Branch"),
            (
                "code",
                "name",
                "name_en",
                "level",
                "parent",
                "city",
                "opened_on",
                "closed_on",
            ),
        ),
    ),
    transitions=(Transition("close", operations.close_branch),),
    joins=("parent",),
    search=("code", "name", "name_en"),
    palette="network",
    overrides={
        "add": views.OpenBranchPage,
        "view": views.BranchPage,
        "close": views.CloseBranchPage,
    },
)
staff_member = Resource(
    StaffMember,
    route="staff/",
    table=StaffMemberTable,
    sorts={"number": ("number",), "joined_on": ("joined_on", "id")},
    filterset=StaffMemberFilter,
    form=MemberForm,
    sections=(
        Section(
            _("Member of staff"),
            (
                "number",
                "name",
                "latin_name",
                "post",
                "branch",
                "supervisor",
                "shown_skills",
                "joined_on",
                "leaves_on",
            ),
        ),
    ),
    joins=("branch", "supervisor"),
    search=("number", "name", "latin_name"),
    palette="id-card",
    transitions=(Transition("open_sign_in", people.open_sign_in, OpenSignInForm),),
    overrides={
        "add": views.JoinPage,
        "view": views.MemberPage,
        "open_sign_in": GivePasswordPage,
    },
)
assignment = Resource(
    StaffAssignment,
    route="assignments/",
    table=StaffAssignmentTable,
    sorts={"newest": ("-id",)},
    filterset=StaffAssignmentFilter,
    form=AmendForm,
    transitions=(Transition("withdraw", people.withdraw),),
    sections=(
        Section(
            _("Assignment"),
            (
                "member",
                "shown_period",
                "post",
                "branch",
                "supervisor",
                "decision",
                "withdrawn_on",
            ),
        ),
    ),
    joins=("member", "branch", "supervisor"),
    without=frozenset({"add"}),
)
licence = Resource(
    Licence,
    route="licences/",
    table=LicenceTable,
    sorts={"expires_on": ("expires_on", "id"), "newest": ("-id",)},
    filterset=LicenceFilter,
    form=LicenceForm,
    sections=(
        Section(
            _("Licence"),
            ("member", "kind", "certificate", "issued_on", "expires_on", "shown_state"),
        ),
    ),
    joins=("member__branch",),
    views=(
        View("soon", _("Expire within 30 days"), "expires=soon", near=True),
        View("expired", _("Expired"), "expires=expired"),
    ),
    overrides={"add": views.NewLicencePage},
)
handover = Resource(
    Handover,
    route="handovers/",
    table=HandoverTable,
    sorts={"newest": ("-id",), "effective_on": ("effective_on", "id")},
    filterset=HandoverFilter,
    sections=(
        Section(
            _("Handover"),
            (
                "from_member",
                "to_member",
                "to_branch",
                "effective_on",
                "owner",
                "reason",
                "answer",
                "ended_at",
            ),
        ),
    ),
    transitions=(
        Transition("accept", handovers.accept, AcceptForm),
        Transition("refuse", handovers.refuse),
        Transition("withdraw", handovers.withdraw),
    ),
    joins=("from_member", "to_member", "branch", "to_branch", "owner"),
    views=(
        View("mine", _("To be accepted by me"), "to_member=me&status=proposed", near=True),
        View("ahead", _("Accepted, still to come"), "status=accepted", near=True),
    ),
    recorded=True,
    in_drawer=False,
    overrides={"view": handover_pages.HandoverPage, "accept": handover_pages.AcceptPage},
)
post_role = Resource(
    PostRole,
    route="posts/",
    table=PostRoleTable,
    sorts={"post": ("post",)},
    form=PostRoleForm,
    sections=(Section(_("Right of a post"), ("post", "role", "extent", "by_hand", "note")),),
    joins=("role",),
)
authority_limit = Resource(
    AuthorityLimit,
    route="limits/",
    table=AuthorityLimitTable,
    sorts={"post": ("post", "operation", "-id"), "amount": ("-amount", "-id")},
    filterset=AuthorityLimitFilter,
    form=AuthorityLimitForm,
    sections=(
        Section(
            _("Limit of a post"), ("post", "shown_operation", "amount", "shown_period", "decision")
        ),
    ),
    transitions=(Transition("end", authority.end_limit),),
    views=(View("now", _("Valid today"), "now=true"),),
    without=frozenset({"change"}),
    overrides={"list": WaitingList},
)
RESOURCES = (
    branch,
    staff_member,
    assignment,
    licence,
    handover,
    post_role,
    authority_limit,
)
