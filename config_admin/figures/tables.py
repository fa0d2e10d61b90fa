"""Tables of rates and parameters."""

from django.utils.translation import gettext_lazy as _
from django_tables2 import A, Column

from config_admin.models import CurrencyRate, ParameterValue
from crm.core.columns import RIGHT, DateColumn, NumberColumn
from crm.core.tables import FastTable


class CurrencyRateTable(FastTable):
    currency = Column(linkify=("config_admin:currencyrate_view", [A("pk")]))
    on = DateColumn()
    rate = NumberColumn(places=8)

    class Meta:
        model = CurrencyRate
        fields = ("currency", "on", "rate", "source")


class ParameterValueTable(FastTable):
    code = Column(
        accessor="get_code_display",
        verbose_name=_("Parameter"),
        linkify=("config_admin:parametervalue_view", [A("pk")]),
    )
    value = Column(attrs=RIGHT)
    period = Column(accessor="shown_period", verbose_name=_("Valid"))

    class Meta:
        model = ParameterValue
        fields = ("code", "value", "period")
