"""Pages of rates and parameters."""

from django.utils.translation import gettext_lazy as _

from config_admin.models import CurrencyRate, ParameterValue
from crm.core.resources import Resource, Section
from crm.core.saved_views import View

from .filters import CurrencyRateFilter, ParameterValueFilter
from .forms import CurrencyRateForm, ParameterValueForm
from .tables import CurrencyRateTable, ParameterValueTable

currency_rate = Resource(
    CurrencyRate,
    route="currency-rates/",
    table=CurrencyRateTable,
    sorts={"newest": ("-on", "currency"), "currency": ("currency", "on")},
    filterset=CurrencyRateFilter,
    form=CurrencyRateForm,
    sections=(Section(_("Rate"), ("currency", "on", "rate", "source")),),
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
RESOURCES = (currency_rate, parameter_value)
