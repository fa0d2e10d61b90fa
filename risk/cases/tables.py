"""Tables about alert cases."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import ngettext, pgettext_lazy
from django_tables2 import A, Column

from crm.core import formats
from crm.core.clock import bank_today
from crm.core.columns import BadgeColumn, DateColumn, SelectColumn
from crm.core.formats import markup
from crm.core.tables import FastTable
from customers.tables import CustomerColumn
from risk.models import AlertCase

TONES = {
    "new": "info",
    "investigating": "info",
    "waiting": "warn",
    "escalated": "bad",
    "proposed": "warn",
    "closed": "ok",
}
LEVEL_TONES = {1: "info", 2: "warn", 3: "bad"}


class DueColumn(DateColumn):
    """The next day of a case: of the answer while it waits, else of the decision; red once over."""

    def render(self, value: Any, record: Any) -> SafeString | str:
        """The day, and by how much it is over."""
        if not record.is_overdue:
            return formats.day(value)
        late = (bank_today() - value).days
        said = ngettext("%(n)d day over", "%(n)d days over", late) % {"n": late}
        return markup(
            '<span class="nowrap">{} <span class="tag tag-bad">{}</span></span>',
            formats.day(value),
            said,
        )


class CaseTable(FastTable):
    select = SelectColumn()
    customer = CustomerColumn("risk:alertcase_view")
    # where the customer is known, as on their page, this leads to the record
    number = Column(linkify=("risk:alertcase_view", [A("pk")]))
    family = Column(
        accessor="get_family_display", verbose_name=pgettext_lazy("alert case", "About")
    )
    level = BadgeColumn(tones=LEVEL_TONES)
    status = BadgeColumn(tones=TONES)
    opened_on = DateColumn()
    due_on = DueColumn(accessor="next_day", verbose_name=pgettext_lazy("alert case", "Due"))
    officer = Column(
        accessor="officer__shown_name", verbose_name=pgettext_lazy("alert case", "Officer")
    )

    class Meta:
        model = AlertCase
        fields = (
            "select",
            "customer",
            "number",
            "family",
            "level",
            "status",
            "opened_on",
            "due_on",
            "officer",
        )
