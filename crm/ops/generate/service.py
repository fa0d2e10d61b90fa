"""What customers ask for, what is said to them, and what is to be sold, in proportion."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.utils import timezone
from psycopg import Connection, sql

from config_admin.calendars.working_time import timetable
from config_admin.figures.values import value_of
from config_admin.models import NumberSeries, ServiceQueue, ServiceType
from config_admin.services.deadlines import promised
from crm.core.clock import midnight
from crm.ops.demo import complaints, contacts, opportunities, requests
from services.clock.due import Promise, due_at
from services.complaints.operations import SERIES as COMPLAINTS
from services.parameters import RISK_SHARE
from services.requests.operations import SERIES as REQUESTS

from . import service_loads as loads
from .plan import Plan
from .schema import copy, fill

# days before today in which requests came
DAYS = 400
OPENS, CLOSES = dt.time(8), dt.time(21)
WHOLE = 100
# the table of each load, in the order in which they lean on each other
LOADS = {
    "services_queue_member": loads.QUEUE_MEMBERS,
    "services_request": loads.REQUESTS,
    "services_entry": loads.ENTRIES,
    "services_clock_stop": loads.STOPS,
    "services_check": loads.CHECKS,
    "services_contact": loads.CONTACTS,
    "services_promise": loads.PROMISES,
    "services_task": loads.TASKS,
    "services_opportunity": loads.OPPORTUNITIES,
    "services_complaint": loads.COMPLAINTS,
}
NUMBERED = {"services_request": REQUESTS, "services_complaint": COMPLAINTS}


def make(connection: Connection[Any], plan: Plan) -> None:
    """Copy what is said and sold into the helper schema, and who works which queue."""
    connection.execute(loads.TABLES)
    copy(connection, "topic", topics())
    copy(connection, "slot_moment", moments(plan))
    copy(connection, "scene", scenes())
    copy(connection, "sale", sales())
    copy(connection, "grievance", grievances())
    queues = dict(ServiceQueue.objects.values_list("code", "pk"))
    posts = [(queues[code], post) for code, held in requests.QUEUES for post in held]
    copy(connection, "queue_post", posts)
    connection.execute(loads.WORKERS)


def values(connection: Connection[Any], plan: Plan) -> dict[str, Any]:
    """What the loads are told; read before they run side by side."""
    users = connection.execute("select max(id) from sysadmin_user").fetchone()
    return {
        "today": plan.today,
        # nothing generated has happened since
        "at": midnight(plan.today),
        "zone": str(timezone.get_default_timezone()),
        "customers": plan.customers,
        "users": users[0] if users else 0,
        "requests": plan.requests,
        "slots": plan.request_slots,
        "contacts": plan.contacts,
        "tasks": plan.tasks,
        "opportunities": plan.opportunities,
        "complaints": plan.complaints,
        "topics": len(list(usual_cases())),
        "of_persons": len(contacts.PERSONS),
        "of_firms": len(contacts.FIRMS),
        "to_persons": len(opportunities.PERSONAL),
        "to_firms": len(opportunities.CORPORATE),
        "sources": list(opportunities.SOURCES),
        "losses": list(opportunities.LOSSES),
        "grievances": len(complaints.CASES),
        "expected": complaints.ASKED,
        "found": complaints.PAID,
        "queue": ServiceQueue.objects.get(code="consumer_protection").pk,
    } | dict(series())


def series() -> Iterator[tuple[str, Any]]:
    """How the numbers of requests and of complaints are written."""
    for code in NUMBERED.values():
        found = NumberSeries.objects.get(code=code)
        yield f"{code}_prefix", found.prefix
        yield f"{code}_digits", found.digits


def go_on_numbering(connection: Connection[Any], plan: Plan) -> None:
    """Let the series of numbers go on after those that were given."""
    zone = str(timezone.get_default_timezone())
    for table, code in NUMBERED.items():
        name = sql.Identifier(table)
        fill(connection, loads.NUMBERS, table=name, code=code, zone=zone, today=plan.today)


def usual_cases() -> Iterator[tuple[requests.Case, ServiceType]]:
    """What customers of the demonstration ask for."""
    services = {one.code: one for one in ServiceType.objects.select_related("queue__calendar")}
    for case in requests.CASES:
        yield case, services[case.service]


def topics() -> Iterator[tuple[Any, ...]]:
    """What is asked for, with what the catalogue promises."""
    for at, (case, service) in enumerate(usual_cases()):
        answer, end = (promised(service, step, "normal") for step in ("response", "resolution"))
        yield (
            at, service.pk, service.queue_id, case.channel, answer.amount, answer.unit, end.amount,
            end.unit, case.subject, case.text, case.reply or case.subject,
            case.outcome or case.subject,
        )  # fmt: skip


def moments(plan: Plan) -> Iterator[tuple[Any, ...]]:
    """When requests came, and by when each service had to answer and to be done with them."""
    in_order = sorted(usual_cases(), key=lambda pair: pair[1].pk)
    received = list(received_at(plan))
    share = int(value_of(RISK_SHARE))
    for key, pairs in groupby(in_order, key=lambda pair: pair[1].pk):
        service = next(pairs)[1]
        hours = timetable(service.queue.calendar.code)
        found = [promised(service, step, "normal") for step in ("response", "resolution")]
        steps = [Promise(one.amount, one.unit) for one in found]
        for slot, at in enumerate(received):
            dues = [due_at(one, at, (), hours, part) for one in steps for part in (WHOLE, share)]
            yield key, slot, at, *dues


def received_at(plan: Plan) -> Iterator[dt.datetime]:
    """Moments in the hours in which customers ask, in the order of time, until yesterday."""
    first = plan.today - dt.timedelta(days=DAYS)
    zone = timezone.get_default_timezone()
    span = dt.timedelta(hours=CLOSES.hour - OPENS.hour)
    for slot in range(plan.request_slots):
        days, part = divmod(slot * DAYS / plan.request_slots, 1)
        day = dt.datetime.combine(first + dt.timedelta(days=int(days)), OPENS, zone)
        yield (day + span * part).replace(second=0, microsecond=0)


def scenes() -> Iterator[tuple[Any, ...]]:
    """Contacts with persons and with companies."""
    for is_company, held in ((False, contacts.PERSONS), (True, contacts.FIRMS)):
        for at, one in enumerate(held):
            yield (
                is_company, at, str(one.kind), str(one.direction), one.purpose, one.result,
                one.summary, one.next_step, one.promise, one.is_confidential,
            )  # fmt: skip


def sales() -> Iterator[tuple[Any, ...]]:
    """What is hoped to be sold to persons and to companies, with amounts in thousands."""
    for is_company, kinds in ((False, opportunities.PERSONAL), (True, opportunities.CORPORATE)):
        for at, (kind, low, high) in enumerate(kinds):
            yield is_company, at, kind, low, high


def grievances() -> Iterator[tuple[Any, ...]]:
    """What is complained of."""
    for at, case in enumerate(complaints.CASES):
        yield at, case.channel, case.business, case.cause, case.description
