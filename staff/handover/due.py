"""Handovers whose day has come are carried out, each in a transaction of its own."""

from __future__ import annotations

import logging

from django.db import Error

from crm.core.acting import acting
from staff.models import Handover
from sysadmin.models import system_user

from . import operations

logger = logging.getLogger(__name__)
# kept as it stands with the changes, so it speaks both languages
REASON = "Handover takes effect today · 移交今日生效"


def carry_out_today() -> None:
    """Carry out what is accepted for today or before; one that fails holds no other back."""
    system = system_user()
    for key in list(Handover.objects.due().order_by("pk").values_list("pk", flat=True)):
        try:
            with acting(by=system, reason=REASON):
                operations.carry_out_due(key, by=system)
        except Error:
            logger.exception("The handover %s waits for the next hour.", key)
