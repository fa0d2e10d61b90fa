"""Pages of this module."""

from django.utils.translation import gettext_lazy as _

from crm.core.resources import Resource, Section, Transition

from . import operations, views
from .filters import BranchFilter, StaffMemberFilter
from .forms import BranchForm
from .models import Branch, StaffMember
from .tables import BranchTable, StaffMemberTable

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
    overrides={"add": views.OpenBranchPage, "view": views.BranchPage},
)
staff_member = Resource(
    StaffMember,
    route="staff/",
    table=StaffMemberTable,
    sorts={"number": ("number",), "joined_on": ("joined_on", "id")},
    filterset=StaffMemberFilter,
    sections=(
        Section(
            _("Member of staff"),
            ("number", "name", "latin_name", "post", "branch", "supervisor", "joined_on"),
        ),
    ),
    joins=("branch", "supervisor"),
    search=("number", "name", "latin_name"),
)
RESOURCES = (branch, staff_member)
