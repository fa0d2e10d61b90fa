"""Filters of rates and parameters."""

import django_filters
from django.utils.translation import gettext_lazy as _

from config_admin.models import CurrencyRate, ParameterValue
from crm.core.clock import bank_today
from crm.core.filter_kinds import DaysFilter
from crm.core.filters import LeanFilterSet

from . import declared
from .currencies import currency_choices


class CurrencyRateFilter(LeanFilterSet):
    currency = django_filters.ChoiceFilter(label=_("Currency"), choices=currency_choices)
    on = DaysFilter(label=_("Day"))

    class Meta:
        model = CurrencyRate
        fields = ()


class ParameterValueFilter(LeanFilterSet):
    code = django_filters.ChoiceFilter(label=_("Parameter"), choices=declared.choices)
    now = django_filters.BooleanFilter(label=_("Valid today"), method="by_today")

    class Meta:
        model = ParameterValue
        fields = ()

    def by_today(self, rows, name, value):
        today = {"valid__contains": bank_today()}
        return rows.filter(**today) if value else rows.exclude(**today)
