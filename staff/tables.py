"""Tables of the organisation."""

from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from crm.core.columns import DateColumn, NameColumn
from crm.core.tables import FastTable

from .models import Branch, StaffMember


class BranchTable(FastTable):
    name = NameColumn(
        accessor="shown_name", verbose_name=_("Branch"), second="code", view="staff:branch_view"
    )
    parent = Column(accessor="parent__shown_name", verbose_name=_("Belongs to"))
    opened_on = DateColumn()

    class Meta:
        model = Branch
        fields = ("name", "level", "parent", "city", "opened_on")


class StaffMemberTable(FastTable):
    name = NameColumn(
        accessor="shown_name",
        verbose_name=_("Name"),
        second="number",
        view="staff:staffmember_view",
    )
    branch = Column(accessor="branch__shown_name", verbose_name=_("Branch"))
    supervisor = Column(accessor="supervisor__shown_name", verbose_name=_("Reports to"))
    joined_on = DateColumn()

    class Meta:
        model = StaffMember
        fields = ("name", "post", "branch", "supervisor", "joined_on")
