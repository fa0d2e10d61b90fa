"""Tables about who looks after customers."""

from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from crm.core.columns import BadgeColumn, NameColumn
from crm.core.tables import FastTable
from customers.models import Ownership

TONES = {"now": "ok", "ahead": "info"}


class OwnershipTable(FastTable):
    customer = NameColumn(
        accessor="customer__shown_name",
        verbose_name=_("Customer"),
        second="customer__shown_number",
        view="customers:ownership_view",
    )
    member = Column(accessor="member__shown_name", verbose_name=_("Member of staff"))
    line = Column(accessor="get_line_display", verbose_name=_("Line of business"))
    branch = Column(accessor="branch__shown_name", verbose_name=_("Counted at branch"))
    period = Column(accessor="shown_period", verbose_name=_("Valid"))
    state = BadgeColumn(accessor="state", verbose_name=_("State"), tones=TONES)

    def render_state(self, record, bound_column):
        return bound_column.column.render(record.shown_state, record, bound_column)

    class Meta:
        model = Ownership
        fields = ("customer", "member", "role", "line", "branch", "period", "state")
