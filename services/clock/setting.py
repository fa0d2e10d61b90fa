"""The clock of a request: what was promised, and the moments that follow from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from config_admin.calendars.working_time import Timetable, timetable
from config_admin.figures.values import value_of
from config_admin.models import ServiceDeadline
from config_admin.services.deadlines import promised
from crm.core.clock import now
from services.models import ClockStop, ServiceRequest
from services.parameters import RISK_SHARE

from .due import Promise, Stop, due_at

Step = ServiceDeadline.Step
Pressure = ServiceRequest.Pressure
PROMISED = ("response_amount", "response_unit", "resolution_amount", "resolution_unit")
MOMENTS = ("response_due_at", "resolution_due_at", "due_at", "risk_at", "pressure")


def promise(request: ServiceRequest) -> None:
    """Promise what the catalogue says today for the request's service and priority."""
    for step in Step:
        found = promised(request.service, step, request.priority)
        setattr(request, f"{step}_amount", found.amount)
        setattr(request, f"{step}_unit", found.unit)


def promise_of(request: ServiceRequest, step: str) -> Promise:
    """What was promised for a step of the request."""
    return Promise(getattr(request, f"{step}_amount"), getattr(request, f"{step}_unit"))


def next_step(request: ServiceRequest) -> str:
    """The step whose deadline comes next: the answer, until it is given."""
    answers_first = request.response_due_at <= request.resolution_due_at
    return Step.RESPONSE if request.responded_at is None and answers_first else Step.RESOLUTION


def timetable_of(request: ServiceRequest) -> Timetable:
    """The timetable by which the request's queue works."""
    return timetable(request.queue.calendar.code)


def ended_stops(request: ServiceRequest) -> list[Stop]:
    """The stops of the request's clock that are over."""
    rows = ClockStop.objects.filter(request=request, ended_at__isnull=False)
    return [Stop(row.started_at, row.ended_at) for row in rows if row.ended_at]


def set_moments(request: ServiceRequest, stops: Iterable[Stop]) -> None:
    """Work out by when the request is due, and how it stands."""
    hours, held = timetable_of(request), list(stops)
    for step in Step:
        due = step_due(request, step, held, hours)
        setattr(request, f"{step}_due_at", due)
    upcoming = next_step(request)
    request.due_at = getattr(request, f"{upcoming}_due_at")
    request.risk_at = step_due(request, upcoming, held, hours, int(value_of(RISK_SHARE)))
    request.pressure = pressure_at(request, now())


def step_due(
    request: ServiceRequest, step: str, stops: list[Stop], hours: Timetable, share: int = 100
) -> dt.datetime:
    """By when a step is due, or when a share of its time is used."""
    return due_at(promise_of(request, step), request.received_at, stops, hours, share)


def pressure_at(request: ServiceRequest, at: dt.datetime) -> str:
    """How the request stands at a moment: in time, at risk, breached; nothing once it is done."""
    if not request.is_at_work:
        return Pressure.NONE
    if at >= request.due_at:
        return Pressure.BREACHED
    return Pressure.AT_RISK if at >= request.risk_at else Pressure.NONE
