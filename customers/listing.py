"""The list's read model built anew, beside the one that is read, and put in its place.

The application creates nothing in the database: each step calls a function of the owner's. Changes
made meanwhile are noted by the triggers and taken again before readers see the new generation. A
generation whose job has stopped is given up, so that changes are not noted for ever.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Max, Min
from django.utils.translation import gettext_lazy as _

from crm.core import jobs
from crm.core.models import Job, JobProgress
from crm.core.operations import DomainError
from sysadmin.models import system_user

from .models import Customer

STEP = 200_000
BUSY = _("Somebody else is writing. The list is put in place a little later.")
CLOSED = frozenset({Job.Status.DONE, Job.Status.FAILED, Job.Status.CANCELLED})
# hours of the bank's clock: a change of the clock leaves some of them, once, on every day
NIGHT = range(2, 6)


def rebuild_tonight() -> None:
    """Build the list anew once in each night of the bank; a failure is tried again in an hour."""
    if night := jobs.night_due(REBUILD, NIGHT):
        rebuild(night=night)


def rebuild(*, night: str = "") -> Job:
    """Start building the list anew, as the system; one at a time."""
    running = Job.objects.filter(kind=REBUILD.name).exclude(status__in=CLOSED).first()
    return running or jobs.start(REBUILD, by=system_user(), arguments={"night": night})


def chunk(run: jobs.Run) -> jobs.Step:
    """Begin, fill along the keys, put in order, and change places."""
    phase = run.position.get("phase", "begin")
    if phase == "begin" or builder() != run.job.pk:
        return begin(run.job)
    if phase == "fill":
        (low, high), *rest = run.position["spans"] or [(0, 0)]
        done = call("customers_listing_fill", low, high)
        following = {"phase": "fill", "spans": rest} if rest else {"phase": "finish"}
        return jobs.Step(following, done=done, changed=done)
    if phase == "finish":
        call("customers_listing_finish")
        return jobs.Step({"phase": "swap"})
    call_alone("customers_listing_swap")
    return jobs.Step({"phase": "done"}, is_last=True)


def begin(job: Job) -> jobs.Step:
    """Begin a generation, or begin it anew where it was given up while its job had stopped."""
    if is_open(builder() or 0):
        raise DomainError(str(BUSY))
    call_alone("customers_listing_begin")
    with connection.cursor() as cursor:
        cursor.execute("update customers_listing_state set builder = %s", [job.pk])
    before = JobProgress.objects.get(job=job)
    return jobs.Step(
        {"phase": "fill", "spans": spans()},
        done=-before.done,
        changed=-before.changed,
        total=Customer.objects.count(),
    )


def builder() -> int | None:
    """The job that is filling a generation, whether it goes on or not; 0 if nobody knows which."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(builder, 0) from customers_listing_state where filling")
        row = cursor.fetchone()
    return int(row[0]) if row else None


def is_open(job_id: int) -> bool:
    """Whether a job has something left to do."""
    return Job.objects.filter(pk=job_id).exclude(status__in=CLOSED).exists()


def tidy() -> None:
    """Note no more changes for a generation whose job has stopped."""
    left = builder()
    if left is not None and not is_open(left):
        with suppress(DomainError):  # somebody is writing; a little later
            call_alone("customers_listing_give_up", left)


def spans() -> list[tuple[int, int]]:
    """Stretches of keys, in the order of the customers."""
    held = Customer.objects.aggregate(low=Min("pk"), high=Max("pk"))
    if held["low"] is None:
        return []
    return [(low, low + STEP - 1) for low in range(held["low"], held["high"] + 1, STEP)]


def call_alone(function: str, *arguments: Any) -> None:
    """Call a function that needs to be alone with the list, unless somebody writes for long."""
    try:
        with transaction.atomic():
            call(function, *arguments)
    except OperationalError as error:
        raise DomainError(str(BUSY)) from error


def call(function: str, *arguments: Any) -> int:
    """Call one of the owner's functions; what it counted."""
    with connection.cursor() as cursor:
        cursor.callproc(function, arguments)
        (answer,) = cursor.fetchone()
    return int(answer) if isinstance(answer, int) else 0


REBUILD = jobs.Kind("customers.listing", _("Build the list of customers anew"), chunk, tidy=tidy)
