"""The four kinds of fed file: how their rows find what they belong to, and how they are merged.

A chunk of rows travels to the database as one document and is merged by set-based statements;
only what differs is written, so the same file twice changes nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.core.sealed import reserve_keys
from customers import numbers
from customers.imports.checks import Fault
from customers.models import Customer, FeedBatch, Holding, HoldingParty, SourceKey
from staff.models import Branch

from . import account_numbers, checks, statements
from .checks import Fed, Values


class Known(NamedTuple):
    """What the bank knows of a holding, as far as a load asks for it."""

    key: int
    customer: int
    number_index: bytes
    business_date: dt.date


class Taken(NamedTuple):
    """How many rows of a chunk were new, and how many changed something."""

    new: int
    changed: int


@dataclass
class Line:
    """A row that is right in itself, with its place in the file."""

    line: int
    row: Fed


@dataclass
class Run:
    """One file in progress: who loads it from where, for which day, and what was refused."""

    system: str
    batch: FeedBatch
    today: dt.date
    within: QuerySet[Customer]
    faults: list[Fault] = field(default_factory=list)

    @property
    def values(self) -> dict[str, object]:
        """What a statement names beside the rows."""
        return {"system": self.system, "batch": self.batch.pk}

    def refuse(self, line: Line, code: str, column: str, message: str) -> None:
        """Keep why a row was refused."""
        self.faults.append(Fault(line.line, code, column, message))

    def customers(self, lines: Iterable[Line]) -> dict[str, tuple[int, bytes]]:
        """Key and salt of the customers that rows name, by the source's number or the bank's."""
        wanted = {str(line.row["customer_no"]) for line in lines}
        rows = SourceKey.objects.filter(
            system=self.system, key__in=wanted, customer__in=self.within
        ).values_list("key", "customer_id", "customer__salt")
        found = {key: (pk, bytes(salt)) for key, pk, salt in rows}
        ours = {read_number(text): text for text in wanted - found.keys()}
        known = self.within.filter(number__in=ours.keys() - {""})
        found |= {
            ours[number]: (pk, bytes(salt))
            for number, pk, salt in known.values_list("number", "pk", "salt")
        }
        return found

    def holdings(self, keys: Iterable[object], **narrowed: object) -> dict[str, Known]:
        """The holdings that the source system's keys name."""
        rows = Holding.objects.filter(
            source_system=self.system, source_key__in=set(keys), **narrowed
        ).values_list("source_key", "pk", "customer_id", "number_index", "business_date")
        return {key: Known(pk, holder, bytes(index), day) for key, pk, holder, index, day in rows}


def read_number(text: str) -> str:
    """The bank's customer number in the text; empty if there is none."""
    try:
        return numbers.read_customer_number(text)
    except ValidationError:
        return ""


def ask(statement: str, rows: str, **values: object) -> int:
    """Send a document of rows through a statement; returns how many it wrote, or what it counts."""
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"rows": rows} | values
        cursor.execute(statement, given)
        return int(cursor.fetchone()[0]) if cursor.description else cursor.rowcount


class Feed:
    """One kind of file."""

    kind: ClassVar[str]

    def __init__(self, run: Run) -> None:
        self.run = run

    def check(self, values: Values) -> Fed:
        """The row, tidied; raises Refused."""
        raise NotImplementedError

    def identity(self, row: Fed) -> str:
        """What may stand in a file once."""
        raise NotImplementedError

    def resolve(self, lines: list[Line]) -> Iterator[Fed]:
        """The rows whose customers and holdings were found; the others are refused."""
        raise NotImplementedError

    def merge(self, rows: list[Fed]) -> Taken:
        """Write what is new and what differs."""
        raise NotImplementedError

    def with_holding(self, lines: list[Line]) -> Iterator[Line]:
        """Rows about holdings within reach, each with the keys of holding and holder."""
        keys = [line.row["holding_no"] for line in lines]
        known = self.run.holdings(keys, customer__in=self.run.within)
        for line in lines:
            holding = known.get(str(line.row["holding_no"]))
            if holding is None:
                self.run.refuse(
                    line,
                    "unknown_holding",
                    "holding_no",
                    _("There is no such holding within your reach. Load the holdings first."),
                )
            else:
                line.row |= {"holding_id": holding.key, "holder_id": holding.customer}
                yield line

    def upsert(self, known: str, statement: str, rows: list[Fed]) -> Taken:
        """Count what is known, then write; what was written beyond the new rows has changed."""
        document, values = json.dumps(rows), self.run.values
        new = len(rows) - ask(known, document, **values)
        return Taken(new, ask(statement, document, **values) - new)


class Holdings(Feed):
    """Accounts, loans, cards and investments, each with its holder."""

    kind = FeedBatch.Kind.HOLDINGS

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.branches = dict(Branch.objects.values_list("code", "pk"))
        self.fresh: set[object] = set()

    def check(self, values: Values) -> Fed:
        """One row of the file."""
        return checks.holding(values, self.run.today, self.run.batch.business_date)

    def identity(self, row: Fed) -> str:
        """The source system's key."""
        return str(row["source_key"])

    def resolve(self, lines: list[Line]) -> Iterator[Fed]:
        """Rows with customer, branch and sealed number; keys are reserved for the new ones."""
        customers = self.run.customers(lines)
        keys = {line.row["source_key"] for line in lines}
        known = self.run.holdings(keys)
        reserved = reserve_keys(Holding, len(keys - known.keys()))
        fresh, self.fresh = iter(reserved), set(reserved)
        for line in lines:
            customer = customers.get(str(line.row.pop("customer_no")))
            holding = known.get(str(line.row["source_key"]))
            if fault := self.fault(line.row, customer, holding):
                self.run.refuse(line, *fault)
            elif customer is not None:
                key = holding.key if holding else next(fresh)
                yield self.completed(line.row, customer, key, holding)

    def fault(
        self, row: Fed, customer: tuple[int, bytes] | None, holding: Known | None
    ) -> tuple[str, str, str] | None:
        """Why a row does not fit what the bank knows, if it does not."""
        if customer is None:
            return (
                "unknown_customer",
                "customer_no",
                _("There is no such customer within your reach. Load the customers first."),
            )
        if row["branch_code"] not in self.branches:
            return "unknown_branch", "branch_code", _("Enter the code of a branch.")
        if holding and holding.customer != customer[0]:
            return (
                "holder_changed",
                "customer_no",
                _("The bank knows this holding under another customer."),
            )
        if holding and holding.business_date.isoformat() > str(row["business_date"]):
            return (
                "older_than_known",
                "business_date",
                _("The bank knows this holding as of a later day."),
            )
        return None

    def completed(
        self, row: Fed, customer: tuple[int, bytes], key: int, holding: Known | None
    ) -> Fed:
        """The row with all keys; the number is sealed where it is new or another one."""
        account = str(row.pop("account"))
        index = account_numbers.index(account)
        is_same = holding is not None and holding.number_index == index
        number = None if is_same else account_numbers.sealed(account, key, customer[1])
        return row | {
            "id": key,
            "customer_id": customer[0],
            "account_branch_id": self.branches[str(row.pop("branch_code"))],
            "number": number and f"\\x{number.hex()}",
            "number_index": f"\\x{index.hex()}",
            "mask": account_numbers.mask(account),
            "role": HoldingParty.HOLDERS[Holding.Kind(str(row["kind"]))],
        }

    def merge(self, rows: list[Fed]) -> Taken:
        """Update what differs, enter what is new, and make each holder a party."""
        known = [row for row in rows if row["id"] not in self.fresh]
        changed = new = 0
        if known:
            changed = ask(statements.CHANGE_HOLDINGS, json.dumps(known), **self.run.values)
        if len(known) < len(rows):
            document = json.dumps([row for row in rows if row["id"] in self.fresh])
            new = ask(statements.ENTER_HOLDINGS, document, **self.run.values)
            ask(statements.ENTER_HOLDERS, document, **self.run.values)
        return Taken(new, changed)


class Parties(Feed):
    """Who else has to do with a holding."""

    kind = FeedBatch.Kind.PARTIES

    def check(self, values: Values) -> Fed:
        """One row of the file."""
        return checks.party(values)

    def identity(self, row: Fed) -> str:
        """A customer has a role in a holding once."""
        return f"{row['holding_no']}\n{row['customer_no']}\n{row['role']}"

    def resolve(self, lines: list[Line]) -> Iterator[Fed]:
        """Rows whose holding and customer were found."""
        customers = self.run.customers(lines)
        for line in self.with_holding(lines):
            customer = customers.get(str(line.row["customer_no"]))
            if customer is None:
                self.run.refuse(
                    line,
                    "unknown_customer",
                    "customer_no",
                    _("There is no such customer within your reach. Load the customers first."),
                )
            else:
                yield line.row | {"customer_id": customer[0]}

    def merge(self, rows: list[Fed]) -> Taken:
        """Write the roles."""
        return self.upsert(statements.KNOWN_PARTIES, statements.MERGE_PARTIES, rows)


class Balances(Feed):
    """Month-end and average balances, a month of a holding in each row."""

    kind = FeedBatch.Kind.BALANCES

    def check(self, values: Values) -> Fed:
        """One row of the file."""
        return checks.balance(values, self.run.today)

    def identity(self, row: Fed) -> str:
        """A holding has a month once."""
        return f"{row['holding_no']}\n{row['year']}-{row['month']}"

    def resolve(self, lines: list[Line]) -> Iterator[Fed]:
        """Rows whose holding was found."""
        for line in self.with_holding(lines):
            yield line.row

    def merge(self, rows: list[Fed]) -> Taken:
        """Put the months into their years; counted by month, as the file has them."""
        document = json.dumps(rows)
        new = ask(statements.NEW_MONTHS, document)
        changed = ask(statements.CHANGED_MONTHS, document)
        if new or changed:
            ask(statements.MERGE_YEARS, document, **self.run.values)
        return Taken(new, changed)


class Transactions(Feed):
    """Bookings on holdings."""

    kind = FeedBatch.Kind.TRANSACTIONS

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.months: set[str] = set()

    def check(self, values: Values) -> Fed:
        """One row of the file."""
        return checks.transaction(values, self.run.today)

    def identity(self, row: Fed) -> str:
        """The source system's key on its day."""
        return f"{row['booked_on']}\n{row['source_key']}"

    def resolve(self, lines: list[Line]) -> Iterator[Fed]:
        """Rows whose holding was found."""
        for line in self.with_holding(lines):
            yield line.row

    def merge(self, rows: list[Fed]) -> Taken:
        """Make the months that are missing, then write the bookings."""
        for month in sorted({str(row["booked_on"])[:7] for row in rows} - self.months):
            make_months(dt.date.fromisoformat(f"{month}-01"))
            self.months.add(month)
        return self.upsert(statements.KNOWN_TRANSACTIONS, statements.MERGE_TRANSACTIONS, rows)


def make_months(first: dt.date, last: dt.date | None = None) -> None:
    """Let the owner's function make the parts of the transactions' table for these months."""
    with connection.cursor() as cursor:
        cursor.execute("select customers_make_partitions(%s, %s)", [first, last or first])


FEEDS: dict[str, type[Feed]] = {
    feed.kind: feed for feed in (Holdings, Parties, Balances, Transactions)
}
