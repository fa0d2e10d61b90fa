"""Pages of this module."""

from django.utils.translation import gettext_lazy as _

from crm.core.resources import Resource, Section

from .filters import BranchFilter, StaffMemberFilter
from .models import Branch, StaffMember
from .tables import BranchTable, StaffMemberTable

branch = Resource(
    Branch,
    route="branches/",
    table=BranchTable,
    sorts={"tree": ("lft",), "code": ("code",), "opened_on": ("opened_on", "id")},
    filterset=BranchFilter,
    sections=(
        Section(_("Branch"), ("code", "name", "name_en", "level", "parent", "city", "opened_on")),
    ),
    joins=("parent",),
    search=("code", "name", "name_en"),
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
