"""Tables of rates and parameters."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2 import A, Column

from config_admin.models import CurrencyRate, NumberSeries, ParameterValue
from crm.core.columns import RIGHT, DateColumn, NameColumn, NumberColumn
from crm.core.tables import FastTable


class CurrencyRateTable(FastTable):
    currency = NameColumn(
        accessor="get_currency_display",
        verbose_name=_("Currency"),
        second="currency",
        view="config_admin:currencyrate_view",
    )
    on = DateColumn()
    rate = Column(
        accessor="shown_rate",
        verbose_name=pgettext_lazy("currency", "Rate"),
        attrs=RIGHT,
        orderable=False,
    )

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


class NumberSeriesTable(FastTable):
    name = NameColumn(
        accessor="shown_name",
        verbose_name=_("Number series"),
        second="code",
        view="config_admin:numberseries_view",
    )
    next = Column(accessor="shown_next", verbose_name=pgettext_lazy("series", "Next number"))
    drawn = NumberColumn()

    class Meta:
        model = NumberSeries
        fields = ("name", "next", "drawn", "is_yearly")
