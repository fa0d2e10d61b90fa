"""Long work in the background: chunks that commit together with their position.

A module declares a Kind and calls `start`. Each chunk runs as the job's owner, within their present
reach, in one transaction with the progress it makes: a worker that is killed leaves whole chunks,
and whoever goes on begins at the next one. Two workers on one job wait for each other's chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy

from .acting import Facts, acting, coming_from
from .clock import bank_now, now
from .models import Job, JobProgress, JobRow
from .models.records import Text
from .operations import DomainError, insert, move, operation, write

REFUSED_SHOWN = 50
NO_LONGER_ALLOWED, UNREACHABLE, BROKEN = "no_longer_allowed", "unreachable", "broken"
# what the kernel itself says of a job that has stopped; a rule of a module has its own words
FAULTS = {
    NO_LONGER_ALLOWED: gettext_lazy(
        "The person who started the job may no longer sign in, so the job has stopped."
    ),
    UNREACHABLE: gettext_lazy(
        "The database could not be reached several times. Continue the job later."
    ),
    BROKEN: gettext_lazy(
        "The job stopped because of a fault in the program. Tell your administrator its number."
    ),
}


@dataclass(frozen=True)
class Run:
    """What a chunk has at hand: the job and its owner, with the rights of this moment.

    `position` is where to go on: what the chunk before it left, empty at the beginning.
    """

    job: Job
    by: Any
    position: dict[str, Any]

    @property
    def arguments(self) -> dict[str, Any]:
        """What the job was started with."""
        return dict(self.job.arguments)


@dataclass(frozen=True)
class Step:
    """What one chunk did; `total` is said when it is known, `position` is where the next begins."""

    position: dict[str, Any] = field(default_factory=dict)
    done: int = 0
    changed: int = 0
    refused: int = 0
    total: int | None = None
    is_last: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of long work.

    `name`: a stable key, "customers.assign". `chunk`: does the next part, in less than a second or
    so. `causes`: why rows are refused, by code. `names`: how rows are shown, to those who may see
    them: keys to (name, address). `undo`: the kind of job that takes this one back. `result`: the
    page that shows what came of it. `about`: what this one job is about, in a few words. `tidy`:
    puts right what jobs of this kind have left that stopped, failed or died on their way.
    """

    name: str
    label: Text
    chunk: Callable[[Run], Step]
    causes: Mapping[str, Text] = field(default_factory=dict)
    names: Callable[[Any, list[int]], dict[int, tuple[str, str]]] | None = None
    undo: str = ""
    result: Callable[[Job], str] | None = None
    about: Callable[[Job], str] | None = None
    tidy: Callable[[], None] | None = None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind of work known; call from ready()."""
    _kinds[kind.name] = kind
    return kind


def kind_of(job: Job) -> Kind:
    """The kind of a job."""
    return _kinds[job.kind]


def label_of(name: str) -> str:
    """What a kind of job does, in words; its key if the module that knew it is gone."""
    return str(_kinds[name].label) if name in _kinds else name


def result_of(job: Job) -> str:
    """The address of the page that shows what came of a job; empty if there is none."""
    kind = _kinds.get(job.kind)
    return kind.result(job) if kind and kind.result else ""


def about(job: Job) -> str:
    """What one job is about, in a few words; empty if its kind says all."""
    kind = _kinds.get(job.kind)
    return kind.about(job) if kind and kind.about else ""


@operation
def start(
    kind: Kind,
    *,
    by: Any,
    arguments: Mapping[str, Any] | None = None,
    reason: str = "",
    undoes: Job | None = None,
) -> Job:
    """Enter long work and put it into the queue, with the transaction that asks for it."""
    job = Job(
        kind=kind.name, owner=by, arguments=dict(arguments or {}), reason=reason, undoes=undoes
    )
    insert(job)
    JobProgress.objects.create(job=job)
    enqueue(job)
    return job


def night_due(kind: Kind, hours: range) -> str:
    """The night of the bank in which this work is to begin now; empty if it has, or at other hours.

    Whoever starts it keeps the night in the arguments. A failure is tried again in an hour.
    """
    at = bank_now()
    night = str(at.date())
    tonight = Job.objects.filter(kind=kind.name, arguments__night=night)
    begun = tonight.exclude(status=Job.Status.FAILED).exists()
    return night if at.hour in hours and not begun else ""


def enqueue(job: Job) -> None:
    """Put a job into the queue; it is seen there when the transaction commits."""
    from .tasks import run_job  # noqa: PLC0415  (the queue loads after the models)

    run_job.defer(job_id=job.pk)


def cancel(job: Job, *, by: Any, reason: str) -> None:
    """Stop a job after the chunk that it is at."""
    move(job, "cancel", by=by, reason=reason)
    JobProgress.objects.filter(job=job).update(ended_at=now())


def retry(job: Job, *, by: Any, reason: str) -> None:
    """Continue a job where it stopped."""
    with acting(by=by, reason=reason):
        move(job, "retry", by=by, reason=reason)
        JobProgress.objects.filter(job=job).update(ended_at=None, fault="")
        enqueue(job)


def why_not_undo(job: Job, by: Any) -> Text:
    """Why this person cannot take back what a job changed; empty if they can."""
    kind = _kinds.get(job.kind)
    if not (kind and kind.undo):
        return gettext("What this kind of job does cannot be taken back.")
    if job.owner_id != by.pk:
        return gettext("Only the person who started the job can take it back.")
    if job.is_open:
        return gettext("The job still has something to do. Stop it first.")
    if hasattr(job, "undone_by"):
        return gettext("This job has been taken back already.")
    return ""


@operation
def undo(job: Job, *, by: Any, reason: str) -> Job:
    """Take back what a job changed, as a job of its own; what was changed since then stays."""
    # one at a time: the lock makes a second request see the first one's job
    job = Job.objects.select_for_update().get(pk=job.pk)
    if refusal := why_not_undo(job, by):
        raise DomainError(refusal)
    return start(
        _kinds[kind_of(job).undo], by=by, arguments={"job": job.pk}, reason=reason, undoes=job
    )


def tidy() -> None:
    """Put right what jobs have left that will not go on."""
    for kind in _kinds.values():
        if kind.tidy:
            kind.tidy()


# --- running -------------------------------------------------------------------------


def run(job_id: int) -> None:
    """Do what is left of a job, chunk by chunk."""
    with coming_from(Facts(request_id=f"job-{job_id}")):
        while take_step(job_id):
            pass


def take_step(job_id: int) -> bool:
    """Do the next chunk of a job, as its owner; False when nothing is left to do."""
    job, by = _with_owner(job_id)
    if not (by.is_active or by.is_system):
        fail(job_id, NO_LONGER_ALLOWED)
        return False
    try:
        language = by.language or settings.LANGUAGE_CODE
        with translation.override(language), acting(by=by, reason=job.reason):
            return _chunk(job_id, by)
    except DomainError as error:
        fail(job_id, str(error))
        return False


def _with_owner(job_id: int) -> tuple[Job, Any]:
    """The job, and its owner with the rights of this moment."""
    job = Job.objects.get(pk=job_id)
    return job, get_user_model()._default_manager.get(pk=job.owner_id)


def _chunk(job_id: int, by: Any) -> bool:
    job = Job.objects.select_for_update(no_key=True).get(pk=job_id)
    if not job.is_open:
        return False  # cancelled meanwhile, or finished by another worker
    progress = JobProgress.objects.get(job_id=job_id)
    if job.status == Job.Status.QUEUED:
        _enter(job, Job.Status.RUNNING)
        progress.started_at = progress.started_at or now()
    step = kind_of(job).chunk(Run(job, by, progress.position))
    progress.position = step.position
    progress.total = progress.total if step.total is None else step.total
    progress.done += step.done
    progress.changed += step.changed
    progress.refused += step.refused
    if step.is_last:
        _enter(job, Job.Status.DONE)
        progress.ended_at = now()
    progress.save()
    return not step.is_last


def _enter(job: Job, status: str) -> None:
    job.status = status
    write(job, ["status"], version=job.version)


def fail(job_id: int, fault: str) -> None:
    """Note that a job cannot go on, and why; what it has done stays."""
    job, by = _with_owner(job_id)
    with acting(by=by, reason=job.reason):
        job = Job.objects.select_for_update(no_key=True).get(pk=job_id)
        if job.is_open:
            _enter(job, Job.Status.FAILED)
            JobProgress.objects.filter(job=job).update(fault=fault, ended_at=now())


# --- rows ----------------------------------------------------------------------------


def start_about(
    kind: Kind,
    chosen: QuerySet[Any],
    address: str | None,
    *,
    by: Any,
    arguments: Mapping[str, Any],
    reason: str,
) -> Job:
    """Start long work about the chosen rows, or about the list of an address, taken down first."""
    told = arguments if address is None else {**arguments, "list": address}
    job: Job = start(kind, by=by, arguments=told, reason=reason)
    if address is None:
        collect(job, chosen)
    return job


def collect(job: Job, rows: QuerySet[Any]) -> int:
    """Give a job the rows that a list holds now, in one statement; returns how many."""
    try:
        sql, values = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return 0  # the filters contradict each other, or cannot be read
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into core_job_row (job_id, key, outcome, cause)"  # noqa: S608  (Django's SQL)
            f" select %s, found.*, 'W', '' from ({sql}) found order by 2",
            [job.pk, *values],
        )
        return int(cursor.rowcount)


def waiting_rows(job: Job, size: int) -> list[JobRow]:
    """The next rows of a job that nothing has become of."""
    rows = JobRow.objects.filter(job=job, outcome=JobRow.Outcome.WAITING).order_by("id")
    return list(rows[:size])


def settle(rows: list[JobRow]) -> Step:
    """Keep what became of these rows; the figures of the chunk."""
    JobRow.objects.bulk_update(rows, ["outcome", "cause", "before"])
    count = [row.outcome for row in rows].count
    return Step(
        done=len(rows),
        changed=count(JobRow.Outcome.CHANGED),
        refused=count(JobRow.Outcome.REFUSED),
    )


def listed(run: Run, resource: Any, action: str) -> Step | None:
    """Take down the rows of the list that a job was started with, before anything else is done.

    None for a job whose rows are known.
    """
    from .pages import rows_at  # noqa: PLC0415  (pages know operations, not the reverse)

    address = run.arguments.get("list")
    if address is None or run.position:
        return None
    rows = rows_at(resource, address, user=run.by, action=action)  # type: ignore[no-untyped-call]
    return Step({"collected": True}, total=collect(run.job, rows))


def settled(run: Run, rows: list[JobRow], size: int) -> Step:
    """Keep what became of the rows of a chunk of this size; the last one is not full."""
    step = settle(rows)
    total = run.job.rows.count() if not run.position else None
    return Step({"collected": True}, step.done, step.changed, step.refused, total, len(rows) < size)


@dataclass(frozen=True)
class RowOutcome:
    """One row as the job's page shows it; without name or address for those who may not see it."""

    place: int
    key: int
    name: str
    address: str
    cause: str


def refused_rows(job: Job, user: Any, *, after: int = 0) -> list[RowOutcome]:
    """Rows that a job refused, and why, beginning after a place in its list."""
    kind = _kinds.get(job.kind)
    found = JobRow.objects.filter(job=job, outcome=JobRow.Outcome.REFUSED, id__gt=after)
    rows = list(found.order_by("id")[:REFUSED_SHOWN])
    keys = [row.key for row in rows]
    shown = kind.names(user, keys) if kind and kind.names else {}
    causes = kind.causes if kind else {}
    return [
        RowOutcome(row.pk, row.key, *shown.get(row.key, ("", "")), str(causes.get(row.cause, "")))
        for row in rows
    ]
