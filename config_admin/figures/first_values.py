"""The usual values of the parameters, where each is seen and set, and the first number series."""

from __future__ import annotations

import datetime as dt

from config_admin.models import NumberSeries, ParameterValue
from crm.core.clock import bank_today
from crm.core.operations import save_new
from sysadmin.models import period

from .declared import parameters
from .values import VALUES

# code, English, Chinese, what the numbers begin with
SERIES = (
    ("case", "Cases", "工单编号", "SR"),
    ("complaint", "Complaints", "投诉编号", "TS"),
    ("alert_case", "Alert cases", "预警编号", "YJ"),
)


def enter_missing() -> int:
    """Enter values of parameters and number series that are not there yet; the caller acts."""
    known = set(ParameterValue.objects.values_list("code", flat=True))
    missing = [one for one in parameters() if one.code not in known]
    # since the day before, so that the bank may set its own on the day of the installation
    since = period(bank_today() - dt.timedelta(days=1))
    for one in missing:
        save_new(ParameterValue(code=one.code, value=str(one.usual), valid=since))
    VALUES.forget()
    series = set(NumberSeries.objects.values_list("code", flat=True))
    unknown = [one for one in SERIES if one[0] not in series]
    for code, name, name_zh, prefix in unknown:
        save_new(NumberSeries(code=code, name=name, name_zh=name_zh, prefix=prefix))
    return len(missing) + len(unknown)
