"""What happens to rates and parameters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config_admin.models import CurrencyRate, NumberSeries, ParameterValue
from crm.core.approvals import Change, second_person
from crm.core.clock import bank_today
from crm.core.operations import DomainError, operation, save_changes, save_new, write
from sysadmin.models import period

from .declared import parameter
from .succession import end_before
from .values import VALUES


@operation
def enter_rate(rate: CurrencyRate, *, by: Any) -> CurrencyRate:
    """Enter what a currency is worth from a day on."""
    if CurrencyRate.objects.filter(currency=rate.currency, on=rate.on).exists():
        raise DomainError(
            _("There is a rate of this currency from this day already. Change it there."), "on"
        )
    save_new(rate)
    return rate


@operation
def correct_rate(
    rate: CurrencyRate, *, by: Any, fields: Iterable[str], version: int
) -> CurrencyRate:
    """Put a rate right; currency and day stay."""
    save_changes(rate, set(fields) - {"currency", "on"}, version=version)
    return rate


def value_changes(value: ParameterValue, arguments: dict[str, Any]) -> list[Change]:
    """What a second person compares: the value in force on that day, and the new one."""
    rows = ParameterValue.objects.filter(code=value.code, valid__contains=arguments["first"])
    present = rows.first()
    days = ParameterValue._meta.get_field("valid")
    new = ParameterValue(valid=period(arguments["first"]))
    return [
        Change("code", value.code, value.code),
        Change("value", present.value if present else None, value.value),
        Change("valid", None, days.value_to_string(new)),
    ]


@second_person(
    "config_admin.set_value/1",
    label=gettext_lazy("New value of a parameter"),
    action="config_admin.add_parametervalue",
    changes=value_changes,
    same=lambda value: [value.code],
)
@operation
def set_value(value: ParameterValue, *, by: Any, first: dt.date) -> ParameterValue:
    """Give a parameter a new value from a day on; the present one ends the day before."""
    if first < bank_today():
        raise DomainError(_("A value cannot begin in the past. Enter today or later."), "first_day")
    try:
        value.value = str(parameter(value.code).read(value.value))
    except ValidationError as error:
        raise DomainError(error.messages[0], "value") from error
    end_before(
        ParameterValue.objects.filter(code=value.code), first, lock=f"parameter {value.code}"
    )
    value.valid = period(first)
    save_new(value)
    VALUES.forget()
    return value


def draw_number(code: str, *, by: Any) -> str:
    """Give the next number of a series."""
    (number,) = draw_numbers(code, by=by, count=1)
    return number


@operation
def draw_numbers(code: str, *, by: Any, count: int) -> list[str]:
    """Give the next numbers of a series; whoever asks at the same time waits for those after."""
    series = NumberSeries.objects.select_for_update().filter(code=code).first()
    if series is None:
        raise DomainError(
            _("There is no number series “%(code)s”. Enter it under number series.")
            % {"code": code}
        )
    year = bank_today().year
    if series.is_yearly and series.year != year:
        series.drawn = 0
    first = series.drawn + 1
    series.drawn, series.year = series.drawn + count, year
    if series.drawn >= 10**series.digits:
        raise DomainError(
            _("The number series %(name)s is used up. Give it more digits.") % {"name": series}
        )
    write(series, ["drawn", "year"], version=series.version)
    return [series.shown(number) for number in range(first, series.drawn + 1)]
