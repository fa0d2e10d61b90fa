"""What happens to a file of customers: handed in, checked, imported, discarded, swept."""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.core import files, jobs
from crm.core.acting import acting
from crm.core.clock import now
from crm.core.models import Job
from crm.core.operations import DomainError, insert, move, operation, write
from crm.core.sealed import SALT_BYTES, reserve_keys
from customers.models import ImportFault, ImportMapping, ImportRun
from sysadmin.models import system_user

from .chunks import AREA, CHECK_JOB, IMPORT_JOB, limits_of
from .heads import head_of, read_head, seal_head
from .table import FileRefused

if TYPE_CHECKING:
    from crm.core.files import Received
    from sysadmin.models import User

MOST_OPEN = 20
SAMPLES = 5
KEPT_DAYS = 30
Status = ImportRun.Status


class Twin(DomainError):
    """A file with the same content is on its way already."""

    def __init__(self, run: ImportRun) -> None:
        super().__init__(_("A file with this content is being imported already."), "file")
        self.run = run


@operation
def receive(upload: Received, *, by: User) -> ImportRun:
    """Take in a file of customers; raises DomainError if it cannot be read or is there already."""
    still_open = ImportRun.objects.filter(status__in=ImportRun.OPEN)
    if twin := still_open.filter(checksum=upload.digest).first():
        raise Twin(twin)
    if still_open.filter(owner=by).count() >= MOST_OPEN:
        raise DomainError(
            _("You have %(most)s imports under way. Finish or discard one of them first.")
            % {"most": MOST_OPEN}
        )
    name = str(upload.name)
    try:
        with files.open_file(AREA, upload.draft.name) as stream:
            head = read_head(stream, name, limits_of(name))
    except FileRefused as error:
        raise DomainError(str(error), "file") from error
    run = ImportRun(
        pk=reserve_keys(ImportRun, 1)[0],
        owner=by,
        filename=name,
        stored=upload.draft.name,
        checksum=upload.digest,
        size=upload.draft.size,
        columns=head.guess(),
        salt=os.urandom(SALT_BYTES),
    )
    seal_head(run, head)
    insert(run)
    upload.keep()
    return run


@operation
def check(run: ImportRun, *, by: User, columns: dict[str, int], system: str) -> ImportRun:
    """Say what the columns mean, and try the file out in the background."""
    run = own(run, by)
    if run.status not in {Status.UPLOADED, Status.CHECKED}:
        raise DomainError(_("This import has begun already, or has ended."))
    if run.trial and run.trial.is_open:
        raise DomainError(_("The file is being checked already. Stop the job first, or wait."))
    run.columns, run.system, run.status = columns, system, Status.UPLOADED
    run.trial = jobs.start(CHECK_JOB, by=by, arguments={"run": run.pk})
    write(run, ["columns", "system", "status", "trial"], version=run.version)
    remember(run)
    return run


@operation
def start(run: ImportRun, *, by: User, reason: str) -> ImportRun:
    """Import a file that was checked; asked for twice, it is imported once."""
    run = own(run, by)
    if run.status == Status.DONE:
        raise DomainError(_("This file has been imported already. Upload it again to repeat it."))
    if run.job_id:
        return run
    if run.status != Status.CHECKED:
        raise DomainError(_("Check the file first: say what its columns mean."))
    run.job = jobs.start(IMPORT_JOB, by=by, arguments={"run": run.pk}, reason=reason)
    run.status = Status.RUNNING
    write(run, ["status", "job"], version=run.version)
    return run


@operation
def discard(run: ImportRun, *, by: User, reason: str) -> None:
    """Give an import up; what it has entered stays, and its file is swept within the hour."""
    held = locked(run)
    if any(job.is_open for job in (held.trial, held.job) if job):
        raise DomainError(_("The job of this import is still at work. Stop it first, or wait."))
    move(run, "discard", by=by, reason=reason)


def locked(run: ImportRun) -> ImportRun:
    """The import as it is now, which nobody else changes until this transaction ends."""
    rows = ImportRun.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("trial", "job").get(pk=run.pk)


def own(run: ImportRun, by: User) -> ImportRun:
    """The import, locked, for the one who uploaded the file."""
    if run.owner_id != by.pk:
        raise DomainError(_("Only the person who uploaded the file can do this."))
    return locked(run)


def remember(run: ImportRun) -> None:
    """Keep what the columns mean for the next file with the same header."""
    head = head_of(run)
    if head is None:
        raise DomainError(_("The file has been removed. Upload it again."))
    known, is_new = ImportMapping.objects.get_or_create(
        digest=head.digest, defaults={"columns": head.named(run.columns)}
    )
    if not is_new and known.columns != head.named(run.columns):
        known.columns = head.named(run.columns)
        write(known, ["columns"], version=known.version)


def sweep() -> None:
    """Remove files that are old or were discarded with all that was read from them, and orphans."""
    old = now() - dt.timedelta(days=KEPT_DAYS)
    due = ImportRun.objects.exclude(stored="").filter(
        Q(created_at__lt=old) | Q(status=Status.DISCARDED)
    )
    for run in due.exclude(trial__status__in=OPEN_JOBS).exclude(job__status__in=OPEN_JOBS):
        with acting(by=system_user(), reason=_("The time for which files are kept is over.")):
            let_go(run)
    files.sweep(AREA, ImportRun.objects.exclude(stored="").values_list("stored", flat=True))


OPEN_JOBS = (Job.Status.QUEUED, Job.Status.RUNNING)


def let_go(run: ImportRun) -> None:
    """Remove the file of one import, its beginning and its refused rows; the totals stay."""
    files.remove(AREA, run.stored)
    ImportFault.objects.filter(run=run).delete()
    run.stored, run.head = "", None
    if run.is_open:
        run.status = Status.DISCARDED
    write(run, ["stored", "head", "status"], version=run.version)
