"""The list's read model built anew, beside the one that is read, and put in its place.

The application creates nothing in the database: each step calls a function of the owner's. Changes
made meanwhile are noted by the triggers and taken again before readers see the new generation.
"""

from __future__ import annotations

from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from crm.core import jobs
from crm.core.models import Job
from crm.core.operations import DomainError
from sysadmin.models import system_user

from .models import Customer, ListedCustomer

STEP = 200_000
BUSY = _("Somebody else is writing. The list is put in place a little later.")
CLOSED = frozenset({Job.Status.DONE, Job.Status.FAILED, Job.Status.CANCELLED})


def rebuild() -> Job:
    """Start building the list anew, as the system; one at a time."""
    running = Job.objects.filter(kind=REBUILD.name).exclude(status__in=CLOSED).first()
    return running or jobs.start(REBUILD, by=system_user())


def chunk(run: jobs.Run) -> jobs.Step:
    """Begin, fill branch by branch, index, and change places."""
    phase = run.position.get("phase", "begin")
    if phase == "begin":
        call("customers_listing_begin")
        return jobs.Step({"phase": "fill", "spans": spans()}, total=Customer.objects.count())
    if phase == "fill":
        (low, high), *rest = run.position["spans"] or [(0, 0)]
        done = call("customers_listing_fill", low, high)
        following = {"phase": "fill", "spans": rest} if rest else {"phase": "finish"}
        return jobs.Step(following, done=done, changed=done)
    if phase == "finish":
        call("customers_listing_finish")
        return jobs.Step({"phase": "swap"})
    try:
        with transaction.atomic():
            call("customers_listing_swap")
    except OperationalError as error:
        # a long import holds the old generation in its place; the next night builds it again
        raise DomainError(str(BUSY)) from error
    return jobs.Step({"phase": "done"}, is_last=True)


def spans() -> list[tuple[int, int]]:
    """Stretches of the tree with about as many customers each, in the tree's order."""
    places = ListedCustomer.objects.values_list("lft").annotate(n=Count("pk")).order_by("lft")
    found: list[tuple[int, int]] = []
    low, held = 0, 0
    for lft, n in places:
        held += n
        if held >= STEP:
            found.append((low, lft))
            low, held = lft + 1, 0
    return [*found, (low, 2**62)]


def call(function: str, *arguments: Any) -> int:
    """Call one of the owner's functions; what it counted."""
    with connection.cursor() as cursor:
        cursor.callproc(function, arguments)
        (answer,) = cursor.fetchone()
    return int(answer) if isinstance(answer, int) else 0


REBUILD = jobs.Kind("customers.listing", _("Build the list of customers anew"), chunk)
