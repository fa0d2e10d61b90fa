"""Forms of rates and parameters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.dictionaries.forms import NAMED, keep
from config_admin.models import CurrencyRate, NumberSeries, ParameterValue
from crm.core.clock import bank_today
from crm.core.forms import RecordForm
from sysadmin.forms import day_field

from . import declared, operations


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

    def apply(self, *, by: Any, version: int | None) -> CurrencyRate:
        if self.instance.pk is None:
            return operations.enter_rate(self.instance, by=by)
        return operations.correct_rate(
            self.instance, by=by, fields=self.changed_data, version=version or 0
        )


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
