"""Tables of the organisation."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django_tables2 import A, Column

from crm.core.columns import BadgeColumn, DateColumn, MoneyColumn, NameColumn, NumberColumn
from crm.core.tables import FastTable

from .models import (
    AuthorityLimit,
    Branch,
    Handover,
    Licence,
    PostRole,
    StaffAssignment,
    StaffMember,
)

HANDOVER_TONES = {
    "proposed": "info",
    "accepted": "info",
    "refused": "bad",
    "done": "ok",
}


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


class StaffAssignmentTable(FastTable):
    member = NameColumn(
        accessor="member__shown_name",
        verbose_name=_("Name"),
        second="member__number",
        view="staff:staffassignment_view",
    )
    period = Column(accessor="shown_period", verbose_name=_("Valid"))
    branch = Column(accessor="branch__shown_name", verbose_name=_("Branch"))
    supervisor = Column(accessor="supervisor__shown_name", verbose_name=_("Reports to"))

    class Meta:
        model = StaffAssignment
        fields = ("member", "period", "post", "branch", "supervisor", "decision")


class LicenceTable(FastTable):
    member = NameColumn(
        accessor="member__shown_name",
        verbose_name=_("Name"),
        second="member__number",
        view="staff:licence_view",
    )
    branch = Column(accessor="member__branch__shown_name", verbose_name=_("Branch"))
    issued_on = DateColumn()
    expires_on = DateColumn()
    state = BadgeColumn(
        accessor="state",
        verbose_name=_("State"),
        tones={"good": "ok", "soon": "warn", "expired": "bad"},
        icons={"soon": "clock", "expired": "circle-alert"},
    )

    def render_state(self, record, bound_column):
        return bound_column.column.render(record.shown_state, record, bound_column)

    class Meta:
        model = Licence
        fields = ("member", "branch", "kind", "certificate", "issued_on", "expires_on", "state")


class HandoverTable(FastTable):
    giver = NameColumn(
        accessor="from_member__shown_name",
        verbose_name=_("Handed over by"),
        second="from_member__number",
        view="staff:handover_view",
    )
    taker = Column(accessor="to_member__shown_name", verbose_name=_("Successor"))
    to_branch = Column(accessor="to_branch__shown_name", verbose_name=_("Branch"))
    size = NumberColumn()
    effective_on = DateColumn()
    status = BadgeColumn(tones=HANDOVER_TONES)

    class Meta:
        model = Handover
        fields = ("giver", "taker", "to_branch", "size", "effective_on", "status")


class PostRoleTable(FastTable):
    post = Column(linkify=("staff:postrole_view", [A("pk")]))
    role = Column(accessor="role__label", verbose_name=_("Role"))

    class Meta:
        model = PostRole
        fields = ("post", "role", "extent", "by_hand", "note")


class AuthorityLimitTable(FastTable):
    post = Column(linkify=("staff:authoritylimit_view", [A("pk")]))
    operation = Column(accessor="shown_operation", verbose_name=_("Operation"))
    amount = MoneyColumn(verbose_name=_("Limit"), unit=settings.BASE_CURRENCY)
    period = Column(accessor="shown_period", verbose_name=_("Valid"))

    class Meta:
        model = AuthorityLimit
        fields = ("post", "operation", "amount", "period", "decision")
