"""Requests whose time runs out are marked, and those whose calendar changed are worked out anew."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from config_admin.models import ServiceQueue
from crm.core.acting import acting
from crm.core.clock import now
from services import notices
from services.models import ServiceRequest
from sysadmin.models import system_user

from . import setting

CHUNK = 500
Pressure = ServiceRequest.Pressure
WATCHED = "The clock has run on · 时限推移"
RECKONED = "The calendar has changed · 工作日历调整"


def mark() -> int:
    """Mark the requests that are at risk or breached by now; returns how many it were."""
    at = now()
    rows = ServiceRequest.objects
    marked = _mark_all(rows.overdue(at).exclude(pressure=Pressure.BREACHED), Pressure.BREACHED, at)
    return marked + _mark_all(rows.at_risk(at).filter(pressure=""), Pressure.AT_RISK, at)


def _mark_all(rows: QuerySet[ServiceRequest], pressure: str, at: dt.datetime) -> int:
    marked = 0
    while True:
        with acting(by=system_user(), reason=WATCHED):
            due = rows.order_by("pk").select_for_update(skip_locked=True, of=("self",))
            keys = list(due.values_list("pk", flat=True)[:CHUNK])
            # a mark is no change by anybody, so that forms that are open stay good
            ServiceRequest.objects.filter(pk__in=keys).update(pressure=pressure, updated_at=at)
            notices.pressed(keys, pressure)
        marked += len(keys)
        if len(keys) < CHUNK:
            return marked


def reckon(calendar: int) -> int:
    """Work out anew by when the open requests of a calendar's queues are due."""
    queues = ServiceQueue.objects.filter(calendar=calendar).values("pk")
    done, last = 0, 0
    while keys := _next(queues, last):
        for key in keys:
            done += _reckon_one(key)
        last = keys[-1]
    return done


def _next(queues: Any, last: int) -> list[int]:
    rows = ServiceRequest.objects.at_work().filter(queue__in=queues, pk__gt=last)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK])


def _reckon_one(key: int) -> bool:
    with transaction.atomic(), acting(by=system_user(), reason=RECKONED):
        rows = ServiceRequest.objects.at_work().select_related("service", "queue__calendar")
        request = rows.select_for_update(of=("self",)).filter(pk=key).first()
        if request is None:
            return False
        before = {name: getattr(request, name) for name in setting.MOMENTS}
        setting.set_moments(request, setting.ended_stops(request))
        after = {name: getattr(request, name) for name in setting.MOMENTS}
        if before != after:
            ServiceRequest.objects.filter(pk=key).update(**after, updated_at=now())
        return before != after
