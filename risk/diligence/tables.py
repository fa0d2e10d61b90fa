"""Tables about due diligence."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2 import A, Column

from crm.core.columns import DateColumn, NameColumn, NumberColumn
from crm.core.tables import FastTable
from customers.tables import CustomerColumn
from risk.models import Diligence, DiligenceBand, DiligenceLevel


class DiligenceTable(FastTable):
    customer = CustomerColumn("risk:diligence_view")
    # where the customer is known, as on their page, this leads to the record
    level = Column(
        accessor="shown_level",
        verbose_name=pgettext_lazy("diligence", "Level"),
        linkify=("risk:diligence_view", [A("pk")]),
    )
    branch = Column(accessor="customer__home_branch__shown_name", verbose_name=_("Managing branch"))
    due_on = DateColumn()
    state = Column(accessor="shown_state", verbose_name=pgettext_lazy("diligence", "Review"))

    class Meta:
        model = Diligence
        fields = ("customer", "level", "branch", "due_on", "state", "cause")


class BandTable(FastTable):
    factor = Column(
        accessor="get_factor_display",
        verbose_name=_("Factor"),
        linkify=("risk:diligenceband_view", [A("pk")]),
    )
    value = Column(accessor="shown_value", verbose_name=pgettext_lazy("factor", "Value"))
    points = NumberColumn()
    period = Column(accessor="shown_period", verbose_name=_("Valid"))

    class Meta:
        model = DiligenceBand
        fields = ("factor", "value", "points", "floor", "period")


class LevelTable(FastTable):
    name = NameColumn(
        accessor="shown_name",
        verbose_name=pgettext_lazy("diligence", "Level"),
        second="code",
        view="risk:diligencelevel_view",
    )
    from_points = NumberColumn()
    months = NumberColumn()
    stops_after = NumberColumn()

    class Meta:
        model = DiligenceLevel
        fields = ("name", "from_points", "months", "stops_after")
