"""Customers from a file: checked row by row, matched on business keys, entered in batches.

A batch is planned first, which only reads, and then written as a whole. Running the same file twice
changes nothing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.core.acting import acting
from crm.core.arrays import among
from crm.core.clock import bank_today
from crm.core.sealed import blinds
from customers.conflicts.rules import in_conflict
from customers.models import ContactPoint, Customer, IdentityKey, SourceKey
from customers.operations import identity_label
from staff.models import Branch, StaffMember

from .checks import Candidate, Fault, Refused, World, check_row, identified
from .columns import FIELDS, NEEDED, match_header
from .enter import Held, Renewal, documented, enter, renew
from .table import FileRefused, Row, Table, shown

if TYPE_CHECKING:
    from sysadmin.models import User

BATCH = 4000
IMPORT = "customers.import_customer"
# imports wait for each other's batch, so that what a plan has read still holds when it is written
LOCK = 7_340_034
UNREADABLE = re.compile("[\x00\ud800-\udfff]")
# how a workbook of ours writes a text that a spreadsheet would calculate
ESCAPED = re.compile(r"'(?=\s*[=+\-@＝＋－＠﹢﹣﹫﹦\t\r])")
DUPLICATE = gettext_noop("Line %(line)s of this file is the same customer. Keep one of them.")
IDENTITY_KNOWN = gettext_noop("Another customer already has this identity number.")
OTHER_KIND = gettext_noop(
    "The bank knows this customer as another kind. Check the customer number."
)
UNREADABLE_CELL = gettext_noop("Remove the unreadable characters.")
CONFLICT = gettext_noop(
    "A conflict of interest with the customer is declared for this manager. Enter another one."
)
OUT_OF_REACH = gettext_noop(
    "This does not exist, or it is outside the part of the bank you work in."
)

Positions = Mapping[str, int]
Values = dict[str, str]
Points = dict[int, dict[str, set[bytes]]]


@dataclass
class Report:
    """What an import did, or would do: totals by outcome, and the rows refused with reasons."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """How many rows were refused."""
        return len(self.faults)

    def by_reason(self) -> Counter[str]:
        """How many rows each reason refused."""
        return Counter(fault.code for fault in self.faults)


@dataclass
class Plan:
    """What is to become of the rows of a batch."""

    fresh: list[Candidate] = field(default_factory=list)
    renewals: list[Renewal] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    # the line of each identity and number; a digest stands for it, as files are long
    marks: dict[int, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def import_customers(
    table: Table, *, by: User, system: str = "core", dry_run: bool = False
) -> Report:
    """Enter and update customers from a file; returns totals and the reasons of refused rows.

    `system` names the source system whose customer numbers the file holds. A dry run checks
    everything and keeps nothing. Raises FileRefused if columns are missing.
    """
    report = Report()
    loader = Loader(by, system, report)
    positions = positions_of(table.header)
    rows = iter(table.rows)
    with acting(by=by):
        while batch := list(islice(rows, BATCH)):
            loader.take(batch, positions, keep=not dry_run)
    return report


def positions_of(header: list[str]) -> dict[str, int]:
    """Which column holds which field; refuses a file that lacks what every customer needs."""
    found = match_header(header)
    if found.repeated:
        raise FileRefused(
            _("These columns hold a field twice: %(names)s. Keep one of each.")
            % {"names": shown(found.repeated)}
        )
    missing = [name for name in found.missing if name in NEEDED]
    if missing:
        raise FileRefused(
            _("These columns are missing: %(names)s. Add them and try again.")
            % {"names": shown(missing)}
        )
    return found.fields


def lock_imports() -> None:
    """Wait for other imports, until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, 0)", [LOCK])


class Loader:
    """One import in progress: what the file has used so far, and what the bank knows."""

    def __init__(self, by: User, system: str, report: Report) -> None:
        self.by, self.system, self.report = by, system, report
        self.marks: dict[int, int] = {}

    def take(self, batch: list[Row], positions: Positions, *, keep: bool = True) -> Plan:
        """Check a batch, and enter or update what is right."""
        if keep:
            lock_imports()
        plan = self.plan(batch, positions)
        if keep:
            enter(plan.fresh, self.system)
            renew(plan.renewals)
        self.marks |= plan.marks
        self.report.rows += len(batch)
        self.report.created += len(plan.fresh)
        self.report.updated += len(plan.renewals)
        self.report.unchanged += len(plan.same)
        self.report.faults += plan.faults
        return plan

    def pass_by(self, rows: Iterable[Row], positions: Positions) -> None:
        """Remember who rows were about that this import has taken before."""
        nothing = World({}, {}, bank_today())
        for row in rows:
            candidate = identified(row.line, values_of(row, positions), nothing)
            self.marks |= marks_of(candidate)

    def plan(self, batch: list[Row], positions: Positions) -> Plan:
        """What is to become of each row of a batch; nothing is written."""
        plan = Plan()
        candidates = list(self.read(batch, positions, plan))
        bank = Known(candidates, self.system, self.by)
        for candidate in candidates:
            try:
                self.once(candidate, plan)
                place(candidate, bank, plan)
            except Refused as error:
                plan.faults.append(error.at(candidate.line))
            else:
                plan.marks |= marks_of(candidate)
        return plan

    def read(self, batch: Iterable[Row], positions: Positions, plan: Plan) -> Iterator[Candidate]:
        """The rows that are right in themselves."""
        told = [(row, values_of(row, positions)) for row in batch]
        world = self.world([values for _row, values in told])
        for row, values in told:
            outcome: Candidate | Fault
            if row.problem:
                outcome = Fault(row.line, "bad_row", "", row.problem)
            elif UNREADABLE.search("".join(values.values())):
                outcome = Fault(row.line, "bad_row", "", UNREADABLE_CELL)
            else:
                outcome = check_row(row.line, values, world)
            if isinstance(outcome, Fault):
                plan.faults.append(outcome)
            else:
                yield outcome

    def world(self, told: list[Values]) -> World:
        """The branches and members of staff that these rows name, within reach at this moment."""

        def found(rows: Any, field: str, column: str) -> dict[str, int]:
            named = {v[column] for v in told if not UNREADABLE.search(v[column])} - {""}
            return dict(rows.filter(**{f"{field}__in": named}).values_list(field, "pk"))

        return World(
            branches=found(Branch.objects.open_to(self.by, IMPORT), "code", "branch_code"),
            managers=found(StaffMember.objects.open_to(self.by, IMPORT), "number", "manager_no"),
            today=bank_today(),
        )

    def once(self, candidate: Candidate, plan: Plan) -> None:
        """Refuse a customer whom an earlier row of the file is about."""
        for mark in marks_of(candidate):
            earlier = plan.marks.get(mark) or self.marks.get(mark)
            if earlier:
                raise Refused("duplicate_in_file", "document_number", DUPLICATE, {"line": earlier})


def marks_of(candidate: Candidate) -> dict[int, int]:
    """What no later row of the file may say again, with the line that said it."""
    marks = (hash(identity_of(candidate)), hash(candidate.source_key))
    return dict.fromkeys(marks, candidate.line)


def place(candidate: Candidate, bank: Known, plan: Plan) -> None:
    """Decide whether a row is new, changes a customer, or says what the bank knows."""
    owner = bank.owners.get(identity_of(candidate), candidate.source_key)
    if owner != candidate.source_key:
        raise Refused("identity_known", "document_number", IDENTITY_KNOWN)
    customer = bank.customers.get(candidate.source_key)
    if customer is None:
        plan.fresh.append(candidate)
        return
    if customer.pk not in bank.reached:
        raise Refused("out_of_reach", "customer_no", OUT_OF_REACH)
    if candidate.facts["kind"] != customer.kind:
        raise Refused("kind_changed", "kind", OTHER_KIND)
    wanted = candidate.facts["lead_manager_id"]
    if (customer.pk, wanted) in bank.conflicts and wanted != customer.lead_manager_id:
        raise Refused("conflict_of_interest", "manager_no", CONFLICT)
    renewal = Renewal.of(customer, candidate, bank.held[customer.pk])
    if renewal.is_empty:
        plan.same.append(candidate.line)
    else:
        plan.renewals.append(renewal)


class Known:
    """What the bank knows about the customers of a batch."""

    def __init__(self, candidates: list[Candidate], system: str, by: User) -> None:
        rows = SourceKey.objects.filter(
            system=system, key__in=among("text", (candidate.source_key for candidate in candidates))
        )
        columns = (f"customer__{name}" for name in Held._fields)
        self.customers = {key: Held(*told) for key, *told in rows.values_list("key", *columns)}
        keys = [customer.pk for customer in self.customers.values()]
        within = Customer.objects.permitted(by, "import").filter(pk__in=among("bigint", keys))
        self.reached = set(within.values_list("pk", flat=True)) if keys else set()
        self.conflicts = in_conflict(keys, bank_today()) if keys else set()
        self.held = contacts_held(keys)
        self.owners = owners_of(candidates, system)


def owners_of(candidates: list[Candidate], system: str) -> dict[tuple[str, str, str], str]:
    """For identities that the bank knows: the source key of the customer they belong to."""
    wanted: dict[bytes, tuple[str, str, str]] = {}
    for candidate in candidates:
        number = documented(candidate)[2]
        indexes = blinds(number.value, identity_label(number))
        candidate.blind = indexes[0]
        wanted |= dict.fromkeys(indexes, identity_of(candidate))
    rows = IdentityKey.objects.filter(index__in=among("bytea", wanted)).values_list(
        "index", "customer_id"
    )
    owners = {wanted[bytes(index)]: customer for index, customer in rows}
    if not owners:
        return {}
    found = SourceKey.objects.filter(
        system=system, customer_id__in=among("bigint", set(owners.values()))
    )
    keys = dict(found.values_list("customer_id", "key"))
    return {identity: keys.get(customer, "") for identity, customer in owners.items()}


def contacts_held(keys: list[int]) -> Points:
    """Blind indexes of the contact points that each customer has, by kind."""
    held: Points = {key: defaultdict(set) for key in keys}
    if not keys:
        return held
    points = ContactPoint.objects.filter(customer_id__in=among("bigint", keys))
    for customer_id, kind, index in points.values_list("customer_id", "kind", "index"):
        held[customer_id][kind].add(bytes(index))
    return held


def values_of(row: Row, positions: Positions) -> Values:
    """The cells of a row under the names of the fields."""
    values = dict.fromkeys(FIELDS, "")
    if not row.problem:
        for name, place in positions.items():
            values[name] = plain(row.values[place])
    return values


def plain(cell: str) -> str:
    """A cell as it was meant, without what protected it from being calculated."""
    return ESCAPED.sub("", cell.strip(), count=1) if cell[:1] == "'" else cell.strip()


def identity_of(candidate: Candidate) -> tuple[str, str, str]:
    """The identity of a row, within this run only."""
    number = documented(candidate)[2]
    return number.family, number.country, number.value
