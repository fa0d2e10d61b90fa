"""Forms of rates and parameters."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.dictionaries.forms import NAMED, keep
from config_admin.models import CurrencyRate, NumberSeries, ParameterValue
from crm.core.clock import bank_today
from crm.core.formats import day, exact, percent, rounded
from crm.core.forms import RecordForm
from sysadmin.forms import day_field

from . import declared, operations
from .own import RATE_STEP
from .values import value_of

FEW_TIMES = Decimal(2)


class CurrencyRateForm(RecordForm):
    on = day_field(pgettext_lazy("rate", "From"), initial=bank_today)

    class Meta:
        model = CurrencyRate
        fields = ("currency", "on", "rate", "source")
        error_messages = {
            "currency": {"required": _("Choose the currency.")},
            "rate": {"required": _("Enter the rate.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep(self, "currency", "on")
        if self.instance.pk:
            # without the zeros with which the column is filled up
            self.initial["rate"] = Decimal(self.instance.shown_rate.replace(",", ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        rate, currency, on = (cleaned.get(name) for name in ("rate", "currency", "on"))
        if rate and rate > 0 and currency and on and "rate" in self.changed_data:
            last = CurrencyRate(pk=self.instance.pk, currency=currency, on=on).neighbour()
            if last and abs(rate / last.rate - 1) * 100 > value_of(RATE_STEP):
                self.ask_again("rate", unusual(rate, last))
        return cleaned

    def apply(self, *, by: Any, version: int | None) -> CurrencyRate:
        if self.instance.pk is None:
            return operations.enter_rate(self.instance, by=by)
        return operations.correct_rate(
            self.instance, by=by, fields=self.changed_columns, version=version or 0
        )


def unusual(rate: Decimal, last: CurrencyRate) -> str:
    """How a rate departs from another one, and what to do if it is right."""
    known = {"last": last.shown_rate, "day": day(last.on)}
    times = rate / last.rate
    if times >= FEW_TIMES:
        said = _("This is %(times)s times the rate of %(day)s, %(last)s.")
        known["times"] = exact(rounded(times, 1), 0)
    elif times <= 1 / FEW_TIMES:
        said = _("The rate of %(day)s, %(last)s, is %(times)s times this one.")
        known["times"] = exact(rounded(1 / times, 1), 0)
    else:
        said = _("This departs by %(share)s from the rate of %(day)s, %(last)s.")
        known["share"] = percent(abs(times - 1))
    what_to_do = _("Tick below if it is meant.")
    return f"{said % known} {what_to_do}"


class ParameterValueForm(RecordForm):
    first_day = day_field(_("From"), initial=bank_today)

    class Meta:
        model = ParameterValue
        fields = ("code", "value")
        error_messages = {
            "code": {"required": _("Choose the parameter.")},
            "value": {"required": _("Enter the value.")},
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        code, value = cleaned.get("code"), cleaned.get("value")
        if code and value:
            try:
                declared.parameter(code).read(value)
            except forms.ValidationError as error:
                self.add_error("value", error)
        return cleaned

    def apply(self, *, by: Any, version: int | None) -> ParameterValue:
        return operations.set_value(self.instance, by=by, first=self.cleaned_data["first_day"])


class NumberSeriesForm(RecordForm):
    class Meta:
        model = NumberSeries
        fields = ("name", "name_zh", "code", "prefix", "is_yearly", "digits")
        error_messages = NAMED | {"digits": {"required": _("Enter 3 to 12 digits.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep(self, "code")
