"""Tables about conflicts of interest."""

from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from crm.core.columns import DateColumn, NameColumn
from crm.core.tables import FastTable
from customers.models import ConflictOfInterest


class ConflictTable(FastTable):
    member = NameColumn(
        accessor="member__shown_name",
        verbose_name=_("Member of staff"),
        second="member__number",
        view="customers:conflictofinterest_view",
    )
    customer = Column(accessor="customer__shown_name", verbose_name=_("Customer"))
    number = Column(accessor="customer__shown_number", verbose_name=_("Customer number"))
    period = Column(accessor="shown_period", verbose_name=_("Valid"))
    declared_on = DateColumn()

    class Meta:
        model = ConflictOfInterest
        fields = ("member", "customer", "number", "relation", "period", "declared_on")
