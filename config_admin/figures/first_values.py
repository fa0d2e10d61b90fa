"""The usual values of the parameters, so that each is seen where it can be set."""

from __future__ import annotations

from config_admin.models import ParameterValue
from crm.core.clock import bank_today
from crm.core.operations import save_new
from sysadmin.models import period

from .declared import parameters
from .values import VALUES


def enter_missing() -> int:
    """Enter the usual value of each parameter that has none; the caller acts."""
    known = set(ParameterValue.objects.values_list("code", flat=True))
    missing = [one for one in parameters() if one.code not in known]
    for one in missing:
        save_new(ParameterValue(code=one.code, value=str(one.usual), valid=period(bank_today())))
    VALUES.forget()
    return len(missing)
