"""Fed files put into the bank: read in chunks, checked, matched, merged; one transaction a file."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator
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

from .columns import HEADERS, NEEDED
from .kinds import FEEDS, Feed, Line, Run, make_months

if TYPE_CHECKING:
    from sysadmin.models import User

LOAD = "customers.load_holding"
CHUNK = 5_000
LIMITS = Limits(rows=5_000_000, size=4_096 * MIB)
# files of one kind are merged one after the other; the number is the lock's own
LOCK = 7_340_033
PAST_DAYS = 62


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
        while chunk := list(islice(rows, CHUNK)):
            self.take(chunk, positions)

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

    def take(self, chunk: list[Row], positions: dict[str, int]) -> None:
        """Check a chunk and merge what is right."""
        self.report.rows += len(chunk)
        rows = list(self.feed.resolve(list(self.read(chunk, positions))))
        if rows:
            taken = self.feed.merge(rows)
            self.report.created += taken.new
            self.report.updated += taken.changed
            self.report.unchanged += len(rows) - taken.new - taken.changed

    def read(self, chunk: Iterable[Row], positions: dict[str, int]) -> Iterator[Line]:
        """The rows that are right in themselves and not there twice."""
        empty = dict.fromkeys(HEADERS[self.feed.kind], "")
        for row in chunk:
            try:
                if row.problem:
                    raise Refused("bad_row", "", row.problem)
                told = {name: row.values[place].strip() for name, place in positions.items()}
                if "\0" in "".join(told.values()):
                    raise Refused("bad_row", "", _("Remove the unreadable characters."))
                fed = self.feed.check(empty | told)
                self.once(self.feed.identity(fed))
            except Refused as error:
                self.report.faults.append(error.at(row.line))
            else:
                yield Line(row.line, fed)

    def once(self, identity: str) -> None:
        """Refuse what an earlier row of the file has said."""
        mark = hash(identity)
        if mark in self.seen:
            raise Refused(
                "duplicate_in_file", "", _("An earlier row of this file says the same. Keep one.")
            )
        self.seen.add(mark)
