"""Fed files put into the bank: read in chunks, checked, matched, merged; one transaction a file."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.core.acting import acting
from crm.core.clock import bank_today
from crm.core.operations import DomainError, insert, write
from customers.imports.checks import Refused
from customers.imports.columns import match_header
from customers.imports.load import Report
from customers.imports.table import MIB, FileRefused, Limits, Row, Table, shown
from customers.models import Customer, FeedBatch

from .chunk import Chunk
from .columns import HEADERS, NEEDED
from .kinds import FEEDS, Feed, Run, make_months

if TYPE_CHECKING:
    from sysadmin.models import User

LOAD = "customers.load_holding"
CHUNK = 20_000
LIMITS = Limits(rows=5_000_000, size=4_096 * MIB)
# files of one kind are merged one after the other; the number is the lock's own
LOCK = 7_340_033
PAST_DAYS = 62
# what a chunk is compared with is looked up, not read through, and sorted in memory
SETTINGS = {"random_page_cost": "1.1", "work_mem": "64MB"}


class DryRun(Exception):
    """Everything was tried; now it is undone."""


@dataclass(frozen=True)
class Source:
    """Where a file comes from, of which day, its checksum, and whose rows are taken from it."""

    system: str
    business_date: dt.date
    checksum: str
    within: QuerySet[Customer]


def reached(user: User) -> QuerySet[Customer]:
    """The customers whose holdings the user may load."""
    return Customer.objects.within(user, LOAD)


def load(
    kind: str,
    table: Table,
    source: Source,
    *,
    by: User,
    dry_run: bool = False,
) -> Report:
    """Merge one fed file into the bank; returns totals and the reasons of refused rows.

    A dry run tries everything and keeps nothing. Raises FileRefused if columns are missing.
    """
    if source.business_date > bank_today():
        raise DomainError(_("This day is still to come. Enter a past day."), "business_date")
    if kind == FeedBatch.Kind.TRANSACTIONS and not dry_run:
        # ahead and apart, as making a month stops those who read while the load would go on
        make_months(source.business_date - dt.timedelta(days=PAST_DAYS), source.business_date)
    report = Report()
    with contextlib.suppress(DryRun), acting(by=by):
        _load(kind, table, source, by=by, report=report)
        if dry_run:
            raise DryRun
    return report


def _load(kind: str, table: Table, source: Source, *, by: User, report: Report) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [LOCK, list(FEEDS).index(kind)])
        for name, value in SETTINGS.items():
            cursor.execute("select set_config(%s, %s, true)", [name, value])
    batch = FeedBatch(
        kind=kind,
        system=source.system,
        business_date=source.business_date,
        checksum=source.checksum,
        loaded_by=by,
    )
    insert(batch)
    run = Run(source.system, batch, bank_today(), source.within, report.faults)
    Loader(FEEDS[kind](run), report).take_all(table)
    batch.rows, batch.new, batch.changed = report.rows, report.created, report.updated
    batch.unchanged, batch.refused = report.unchanged, report.refused
    batch.reasons = dict(report.by_reason())
    totals = ["rows", "new", "changed", "unchanged", "refused", "reasons"]
    write(batch, totals, version=batch.version)


class Loader:
    """One file in progress."""

    def __init__(self, feed: Feed, report: Report) -> None:
        self.feed, self.report = feed, report
        # a digest of each row's identity stands for it: files are long
        self.seen: set[int] = set()

    def take_all(self, table: Table) -> None:
        """Every row of the file, a chunk at a time."""
        positions = self.positions(table.header)
        rows = iter(table.rows)
        while batch := list(islice(rows, CHUNK)):
            self.take(batch, positions)

    def positions(self, header: list[str]) -> dict[str, int]:
        """Which column holds what; refuses a file that lacks what its kind needs."""
        found = match_header(header, HEADERS[self.feed.kind])
        if found.repeated:
            raise FileRefused(
                _("These columns hold a field twice: %(names)s. Keep one of each.")
                % {"names": shown(found.repeated)}
            )
        missing = [name for name in found.missing if name in NEEDED[self.feed.kind]]
        if missing:
            raise FileRefused(
                _("These columns are missing: %(names)s. Add them and try again.")
                % {"names": shown(missing)}
            )
        return found.fields

    def take(self, batch: list[Row], positions: dict[str, int]) -> None:
        """Check a chunk and merge what is right."""
        self.report.rows += len(batch)
        chunk = self.feed.resolve(self.once(self.read(batch, positions)))
        if len(chunk):
            taken = self.feed.merge(chunk)
            self.report.created += taken.new
            self.report.updated += taken.changed
            self.report.unchanged += len(chunk) - taken.new - taken.changed

    def read(self, batch: list[Row], positions: dict[str, int]) -> Chunk:
        """The rows that are right in themselves: most at once, what is unusual one by one."""
        whole = [row for row in batch if not row.problem]
        nothing = [""] * len(whole)
        told = {
            name: [row.values[positions[name]].strip() for row in whole]
            if name in positions
            else nothing
            for name in HEADERS[self.feed.kind]
        }
        tidied, doubts = self.feed.tidied(told)
        for column in told.values():
            if "\0" in "".join(column):
                doubts.where("\0" in cell for cell in column)
        sure = Chunk([row.line for row in whole], tidied)
        if len(whole) == len(batch) and not doubts:
            return sure
        sure = sure.only([place not in doubts for place in range(len(whole))])
        doubted = [row for place, row in enumerate(whole) if place in doubts]
        unclear = sorted([*doubted, *(row for row in batch if row.problem)])
        return sure.with_rows(list(self.judged(unclear, positions)))

    def judged(
        self, rows: list[Row], positions: dict[str, int]
    ) -> Iterator[tuple[int, dict[str, object]]]:
        """Those of the rows that are right, each looked at on its own."""
        empty = dict.fromkeys(HEADERS[self.feed.kind], "")
        for row in rows:
            try:
                if row.problem:
                    raise Refused("bad_row", "", row.problem)
                told = {name: row.values[place].strip() for name, place in positions.items()}
                if "\0" in "".join(told.values()):
                    raise Refused("bad_row", "", _("Remove the unreadable characters."))
                yield row.line, self.feed.check(empty | told)
            except Refused as error:
                self.report.faults.append(error.at(row.line))

    def once(self, chunk: Chunk) -> Chunk:
        """The rows that say something no earlier row of the file has said."""
        marks = list(map(hash, self.feed.identities(chunk)))
        different = set(marks)
        if len(different) == len(marks) and self.seen.isdisjoint(different):
            self.seen |= different
            return chunk
        kept = []
        for line, mark in zip(chunk.lines, marks, strict=True):
            kept.append(mark not in self.seen)
            if mark in self.seen:
                refused = Refused(
                    "duplicate_in_file",
                    "",
                    _("An earlier row of this file says the same. Keep one."),
                )
                self.report.faults.append(refused.at(line))
            self.seen.add(mark)
        return chunk.only(kept)
