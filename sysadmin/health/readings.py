"""What is read of the system, and from where on it is not well."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Max, Min, Q
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import (
    ProcrastinateEvent,
    ProcrastinateJob,
    ProcrastinateWorker,
)

from crm.core.clock import bank_today, now
from crm.core.formats import day, moment, number
from crm.core.models import Seal, TrailCheck
from sysadmin.kept import rights_given_until

from .regular import Work, regular_work

SEAL_WAITS = dt.timedelta(minutes=30)
CHECK_WAITS = dt.timedelta(hours=30)
JOB_WAITS = dt.timedelta(minutes=10)
FREE_SHARE = 10  # per cent of the disk
GIGABYTE = 1 << 30
# days: no act takes rights from the last who can give them, but their grants may run out
RIGHTS_AHEAD = 30
NEVER_ENDS = 36_500


@dataclass(frozen=True)
class Reading:
    """One figure: its name for machines, how people read it, and whether it is as it should be.

    Of some nothing says how much is too much: they are told and not judged.
    """

    name: str
    label: str
    value: float
    shown: str
    is_well: bool = True
    is_judged: bool = True


def readings(regular: list[Work] | None = None) -> list[Reading]:
    """Everything that is read of the system; the database answers, or nobody reads this."""
    done = regular_work() if regular is None else regular
    return [
        *_worker(),
        *_queue(),
        *_regular(done),
        *_rights(),
        *seal_readings(),
        *_database(),
        *_disk(),
    ]


def _age(at: dt.datetime | None) -> float:
    """Seconds since a moment; none is an age of minus one."""
    return (now() - at).total_seconds() if at else -1


def _since(at: dt.datetime | None) -> str:
    return moment(at) if at else _("never")


def _worker() -> Iterator[Reading]:
    seen = ProcrastinateWorker.objects.aggregate(seen=Max("last_heartbeat"))["seen"]
    age = _age(seen)
    yield Reading(
        "worker_heartbeat_age_seconds",
        _("Last sign of life of a worker"),
        age,
        _since(seen),
        is_well=0 <= age <= settings.STALLED_SECONDS,
    )


def _queue() -> Iterator[Reading]:
    due = Q(status="todo") & (Q(scheduled_at=None) | Q(scheduled_at__lte=now()))
    waiting = ProcrastinateJob.objects.filter(due)
    yield Reading("jobs_waiting", _("Jobs that wait"), n := waiting.count(), number(n))
    events = ProcrastinateEvent.objects.filter(type="deferred", job__in=waiting)
    oldest = events.aggregate(oldest=Min("at"))["oldest"]
    yield Reading(
        "job_oldest_age_seconds",
        _("The oldest of them waits since"),
        _age(oldest) if oldest else 0,
        moment(oldest) if oldest else "–",
        is_well=oldest is None or now() - oldest <= JOB_WAITS,
    )
    failed = ProcrastinateJob.objects.filter(status="failed").count()
    yield Reading("jobs_failed", _("Jobs that failed"), failed, number(failed), is_well=not failed)


def _regular(done: list[Work]) -> Iterator[Reading]:
    found = sum(not work.is_well for work in done)
    yield Reading(
        "regular_work_in_trouble",
        _("Regular work that failed or is overdue"),
        found,
        number(found),
        is_well=not found,
    )


def _rights() -> Iterator[Reading]:
    last_day = rights_given_until()
    days = NEVER_ENDS if last_day is None else (last_day - bank_today()).days
    yield Reading(
        "rights_given_days",
        _("Somebody can give rights until"),
        days,
        day(last_day) if last_day else _("no end is set"),
        is_well=days >= RIGHTS_AHEAD,
    )


def _database() -> Iterator[Reading]:
    with connection.cursor() as cursor:
        cursor.execute("select pg_database_size(current_database())")
        (size,) = cursor.fetchone() or (0,)
    # how much is too much only the disk of the database knows, which may be another machine's
    yield Reading(
        "database_bytes", _("Size of the database"), size, _gigabytes(size), is_judged=False
    )


def seal_readings() -> Iterator[Reading]:
    """Whether the trails are sealed and the seals checked, and what the check found."""
    sealed = Seal.objects.order_by("number").values_list("sealed_at", flat=True).last()
    yield Reading(
        "seal_age_seconds",
        _("The trails were last sealed"),
        _age(sealed),
        _since(sealed),
        is_well=sealed is not None and now() - sealed <= SEAL_WAITS,
    )
    check = TrailCheck.objects.order_by("id").last()
    # a bank that began today is checked tonight
    since = check.at if check else Seal.objects.aggregate(first=Min("sealed_at"))["first"]
    yield Reading(
        "trail_check_age_seconds",
        _("The seals were last checked"),
        _age(check.at if check else None),
        moment(check.at) if check else _("tonight for the first time"),
        is_well=since is not None and now() - since <= CHECK_WAITS,
    )
    found = len(check.findings) if check else 0
    yield Reading(
        "trail_findings", _("What the check found"), found, number(found), is_well=not found
    )


def _disk() -> Iterator[Reading]:
    # before the first file the folder is not there, but the disk is
    folder = Path(settings.DATA_DIR)
    usage = shutil.disk_usage(next(one for one in (folder, *folder.parents) if one.exists()))
    yield Reading(
        "disk_free_bytes",
        _("Free space for files"),
        usage.free,
        _gigabytes(usage.free),
        is_well=usage.free * 100 >= usage.total * FREE_SHARE,
    )


def _gigabytes(size: int) -> str:
    return f"{number(Decimal(size) / GIGABYTE, 1)} GB"
