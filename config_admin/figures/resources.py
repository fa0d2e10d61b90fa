"""Pages of rates and parameters."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.models import CurrencyRate, NumberSeries, ParameterValue
from crm.core.resources import Resource, Section
from crm.core.saved_views import View

from .filters import CurrencyRateFilter, ParameterValueFilter
from .forms import CurrencyRateForm, NumberSeriesForm, ParameterValueForm
from .tables import CurrencyRateTable, NumberSeriesTable, ParameterValueTable

currency_rate = Resource(
    CurrencyRate,
    route="currency-rates/",
    table=CurrencyRateTable,
    sorts={"newest": ("-on", "currency"), "currency": ("currency", "on")},
    filterset=CurrencyRateFilter,
    form=CurrencyRateForm,
    sections=(Section(pgettext_lazy("currency", "Rate"), ("currency", "on", "rate", "source")),),
)
parameter_value = Resource(
    ParameterValue,
    route="parameters/",
    table=ParameterValueTable,
    sorts={"code": ("code", "-id")},
    filterset=ParameterValueFilter,
    form=ParameterValueForm,
    sections=(Section(_("Parameter"), ("code", "value", "shown_period")),),
    views=(View("now", _("Valid today"), "now=true"),),
    without=frozenset({"change"}),
)
number_series = Resource(
    NumberSeries,
    route="number-series/",
    table=NumberSeriesTable,
    sorts={"code": ("code",)},
    form=NumberSeriesForm,
    sections=(
        Section(
            _("Number series"),
            ("code", "name", "name_zh", "prefix", "is_yearly", "digits", "shown_next", "drawn"),
        ),
    ),
)
RESOURCES = (currency_rate, parameter_value, number_series)
