"""Files of customers taken in by jobs: each chunk of rows commits with its place in the file."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core import jobs
from crm.core.files import BrokenFile, open_file
from crm.core.models import Job
from crm.core.operations import DomainError, write
from crm.core.sealed import reserve_keys, seal_into
from customers.models import ImportFault, ImportRun

from .checks import Fault
from .heads import HEAD_ROWS
from .load import Loader, Plan, Report
from .reader import WORKBOOK, read_table, suffix_of
from .table import FileRefused, Limits, Row, Table

AREA = "imports"
# a second of work or so
CHUNK = 2000
LONGEST_TEXT = 500
MOST_READINGS = 2
Status = ImportRun.Status
START: dict[str, Any] = {
    "rows": 0, "new": 0, "changed": 0, "unchanged": 0, "reasons": {}, "preview": {},
}  # fmt: skip


def most_bytes(filename: str) -> int:
    """How large a file of this name may be."""
    is_workbook = suffix_of(filename) == WORKBOOK
    return settings.IMPORT_MOST_WORKBOOK if is_workbook else settings.IMPORT_MOST_TEXT


def limits_of(filename: str) -> Limits:
    """How much one file handed in in the browser may hold."""
    return Limits(size=most_bytes(filename))


@dataclass
class Reading:
    """A file in progress between two chunks: what comes next, and who its rows were about."""

    stored: str
    stream: BinaryIO
    table: Table
    loader: Loader
    rows: Iterator[Row]
    count: int = 0

    @classmethod
    def begin(cls, what: ImportRun, run: jobs.Run, count: int) -> Reading:
        """Open a file and go on behind the rows that are done."""
        stream = open_file(AREA, what.stored)
        try:
            table = read_table(stream, what.filename, limits_of(what.filename))
        except BaseException:
            stream.close()
            raise
        loader = Loader(run.by, what.system, Report())
        reading = cls(what.stored, stream, table, loader, iter(table.rows), count)
        if count:
            faults = ImportFault.objects.filter(job=run.job)
            refused = set(faults.values_list("line", flat=True))
            done = islice(reading.rows, count)
            loader.pass_by((row for row in done if row.line not in refused), what.columns)
        return reading

    def close(self) -> None:
        """Let go of the file."""
        self.table.close()
        self.stream.close()


_laid_down: dict[int, Reading] = {}
_guard = threading.Lock()


def pick_up(what: ImportRun, run: jobs.Run, count: int) -> Reading:
    """The file where this worker left it, or opened again if another one was further."""
    with _guard:
        held = _laid_down.pop(run.job.pk, None)
    if held and (held.stored, held.count) == (what.stored, count):
        return held
    if held:
        held.close()
    return Reading.begin(what, run, count)


def lay_down(job_id: int, reading: Reading) -> None:
    """Keep a file open for the next chunk; of jobs that were left, only the last few."""
    with _guard:
        _laid_down[job_id] = reading
        left = [_laid_down.pop(key) for key in list(_laid_down)[:-MOST_READINGS]]
    for other in left:
        other.close()


# --- chunks -------------------------------------------------------------------------------------


def check_chunk(run: jobs.Run) -> jobs.Step:
    """Say what would become of the next rows; nothing of them is kept."""
    return take_next(run, keep=False)


def import_chunk(run: jobs.Run) -> jobs.Step:
    """Enter and update the customers of the next rows."""
    return take_next(run, keep=True)


def take_next(run: jobs.Run, *, keep: bool) -> jobs.Step:
    """Take the next rows of the file, and keep where it goes on and what was refused."""
    what = due(run, keep=keep)
    before = run.position or START
    if not run.position:
        ImportFault.objects.filter(run=what).delete()
    reading, batch = next_rows(what, run, before["rows"])
    try:
        plan, report = taken(reading.loader, batch, what, run, keep=keep)
        store_faults(what, run.job, plan.faults, batch)
    except BaseException:
        reading.close()
        raise
    position = {
        "rows": before["rows"] + report.rows,
        "new": before["new"] + report.created,
        "changed": before["changed"] + report.updated,
        "unchanged": before["unchanged"] + report.unchanged,
        "reasons": dict(Counter(before["reasons"]) + report.by_reason()),
        "preview": before["preview"] or preview_of(plan),
    }
    reading.count, is_last = position["rows"], len(batch) < CHUNK
    if is_last:
        reading.close()
        finish(what, position, keep=keep)
    else:
        lay_down(run.job.pk, reading)
    return jobs.Step(
        position,
        done=report.rows,
        changed=report.created + report.updated if keep else 0,
        refused=report.refused,
        total=position["rows"] if is_last else total_of(what, keep=keep),
        is_last=is_last,
    )


def due(run: jobs.Run, *, keep: bool) -> ImportRun:
    """The import that this job is about, if it is still waited for."""
    what = ImportRun.objects.select_related("trial__progress").get(pk=run.arguments["run"])
    wanted = (Status.RUNNING, what.job_id) if keep else (Status.UPLOADED, what.trial_id)
    if wanted != (what.status, run.job.pk):
        raise DomainError(_("This import has ended, or its file is being checked anew."))
    return what


def total_of(what: ImportRun, *, keep: bool) -> int | None:
    """How many rows the file has; the dry run is the first to count them."""
    return what.trial.progress.done if keep and what.trial else None


def next_rows(what: ImportRun, run: jobs.Run, count: int) -> tuple[Reading, list[Row]]:
    """The next rows of the file, or a refusal in words."""
    reading = None
    try:
        reading = pick_up(what, run, count)
        return reading, list(islice(reading.rows, CHUNK))
    except FileNotFoundError as error:
        raise DomainError(_("The file has been removed. Upload it again.")) from error
    except (BrokenFile, FileRefused) as error:
        if reading:
            reading.close()
        refused = isinstance(error, FileRefused)
        sentence = str(error) if refused else _("The stored file is damaged. Upload it again.")
        raise DomainError(sentence) from error


def taken(
    loader: Loader, batch: list[Row], what: ImportRun, run: jobs.Run, *, keep: bool
) -> tuple[Plan, Report]:
    """Check these rows and write what is right; what somebody entered meanwhile is seen at once."""
    loader.by = run.by
    loader.report = Report()
    try:
        with transaction.atomic():
            return loader.take(batch, what.columns, keep=keep), loader.report
    except IntegrityError:
        loader.report = Report()
        return loader.take(batch, what.columns, keep=keep), loader.report


def preview_of(plan: Plan) -> dict[str, str]:
    """What becomes of the first lines of the file."""
    told = (
        {candidate.line: "new" for candidate in plan.fresh}
        | {renewal.candidate.line: "changed" for renewal in plan.renewals}
        | dict.fromkeys(plan.same, "unchanged")
        | dict.fromkeys([fault.line for fault in plan.faults], "refused")
    )
    return {str(line): told[line] for line in sorted(told)[:HEAD_ROWS]}


def store_faults(what: ImportRun, job: Job, faults: list[Fault], batch: list[Row]) -> None:
    """Keep why rows were refused, and the rows, sealed, to be mended and handed in again."""
    rows = {row.line: row.values for row in batch}
    stored = []
    for key, fault in zip(reserve_keys(ImportFault, len(faults)), faults, strict=True):
        entry = ImportFault(
            pk=key,
            run=what,
            job=job,
            line=fault.line,
            code=fault.code,
            column=fault.column,
            text=fault.text[:LONGEST_TEXT],
            facts=dict(fault.facts),
        )
        seal_into(entry, "cells", json.dumps(rows[fault.line]), bytes(what.salt))
        stored.append(entry)
    ImportFault.objects.bulk_create(stored)


def finish(what: ImportRun, position: dict[str, Any], *, keep: bool) -> None:
    """The last row is done: note it with the import."""
    if not keep:
        what.status = Status.CHECKED
        write(what, ["status"], version=what.version)
        return
    what.status = Status.DONE
    totals = ["rows", "new", "changed", "unchanged", "reasons"]
    for name in totals:
        setattr(what, name, position[name])
    what.refused = sum(position["reasons"].values())
    write(what, ["status", "refused", *totals], version=what.version)


# --- kinds of job ---------------------------------------------------------------------------------


def result(job: Job) -> str:
    """The page of the import."""
    return reverse("customers:importrun_view", args=[job.arguments["run"]])


def about(job: Job) -> str:
    """Which file."""
    return ImportRun.objects.values_list("filename", flat=True).get(pk=job.arguments["run"])


CHECK_JOB = jobs.Kind(
    "customers.check_import",
    gettext_lazy("Check a file of customers"),
    check_chunk,
    result=result,
    about=about,
)
IMPORT_JOB = jobs.Kind(
    "customers.import",
    gettext_lazy("Import a file of customers"),
    import_chunk,
    result=result,
    about=about,
)
