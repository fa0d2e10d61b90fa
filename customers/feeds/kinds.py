"""The four kinds of fed file: how their rows find what they belong to, and how they are merged.

A chunk of rows travels to the database as one array for each column and is merged by set-based
statements; only what differs is written, so the same file twice changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.core.arrays import among
from crm.core.sealed import reserve_keys
from customers import numbers
from customers.imports.checks import Fault
from customers.models import Customer, FeedBatch, Holding, HoldingParty, SourceKey
from staff.models import Branch

from . import account_numbers, at_once, checks, statements
from .at_once import Doubts, Tidied, Told
from .checks import Fed, Values
from .chunk import Chunk
from .statements import Statement

Known = tuple[int, int, bytes, dt.date]
Owner = tuple[int, bytes]


class Taken(NamedTuple):
    """How many rows of a chunk were new, and how many changed something."""

    new: int
    changed: int


@dataclass
class Run:
    """One file in progress: who loads it from where, for which day, and what was refused."""

    system: str
    batch: FeedBatch
    today: dt.date
    within: QuerySet[Customer]
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, line: int, code: str, column: str, message: str) -> None:
        """Keep why a row was refused."""
        self.faults.append(Fault(line, code, column, message))

    def ask(self, statement: Statement, chunk: Chunk, **more: object) -> tuple[Any, ...]:
        """Send rows through a statement; returns what it tells, or how many rows it wrote."""
        given: dict[str, Any] = {"system": self.system, "batch": self.batch.pk} | more
        with connection.cursor() as cursor:
            cursor.execute(statement.text, given | chunk.arrays(statement.columns))
            return cursor.fetchone() if cursor.description else (cursor.rowcount,)

    def customers(self, wanted: Collection[str]) -> dict[str, Owner]:
        """Key and salt of the customers that rows name, by the source's number or the bank's."""
        rows = SourceKey.objects.filter(
            system=self.system, key__in=among("text", wanted), customer__in=self.within
        ).values_list("key", "customer_id", "customer__salt")
        found = {key: (pk, bytes(salt)) for key, pk, salt in rows}
        ours = {read_number(text): text for text in wanted if text not in found}
        known = self.within.filter(number__in=ours.keys() - {""})
        found |= {
            ours[number]: (pk, bytes(salt))
            for number, pk, salt in known.values_list("number", "pk", "salt")
        }
        return found

    def holdings(self, keys: Iterable[str], columns: Sequence[str], **narrowed: object) -> Any:
        """What is known of the holdings that the source system's keys name."""
        rows = Holding.objects.filter(
            source_system=self.system, source_key__in=among("text", sorted(keys)), **narrowed
        )
        return rows.values_list("source_key", *columns)


def read_number(text: str) -> str:
    """The bank's customer number in the text; empty if there is none."""
    try:
        return numbers.read_customer_number(text)
    except ValidationError:
        return ""


class Feed:
    """One kind of file."""

    kind: ClassVar[str]

    def __init__(self, run: Run) -> None:
        self.run = run

    def check(self, values: Values) -> Fed:
        """The row, tidied; raises Refused."""
        raise NotImplementedError

    def tidied(self, told: Told) -> tuple[Tidied, Doubts]:
        """The rows, tidied, and which of them want a check of their own."""
        raise NotImplementedError

    def identities(self, chunk: Chunk) -> Iterable[object]:
        """What may stand in a file once."""
        raise NotImplementedError

    def resolve(self, chunk: Chunk) -> Chunk:
        """The rows whose customers and holdings were found; the others are refused."""
        raise NotImplementedError

    def merge(self, chunk: Chunk) -> Taken:
        """Write what is new and what differs."""
        raise NotImplementedError

    def with_holding(self, chunk: Chunk) -> Chunk:
        """Rows about holdings within reach, each with the keys of holding and holder."""
        numbers_told = chunk["holding_no"]
        rows = self.run.holdings(
            set(numbers_told), ("pk", "customer_id"), customer__in=self.run.within
        )
        known = {key: (pk, holder) for key, pk, holder in rows}
        found = list(map(known.get, numbers_told))
        for line, holding in zip(chunk.lines, found, strict=True):
            if holding is None:
                self.run.refuse(
                    line,
                    "unknown_holding",
                    "holding_no",
                    _("There is no such holding within your reach. Load the holdings first."),
                )
        chunk = chunk.only(found)
        pairs = [holding for holding in found if holding]
        chunk.columns["holding_id"] = [holding for holding, _holder in pairs]
        chunk.columns["holder_id"] = [holder for _holding, holder in pairs]
        return chunk

    def upsert(
        self, differing: Statement, merging: Statement, chunk: Chunk, **more: object
    ) -> Taken:
        """Find what is new and what differs, and write that."""
        new, changed = self.run.ask(differing, chunk, **more)
        if new or changed:
            self.run.ask(merging, chunk.at(place - 1 for place in sorted([*new, *changed])))
        return Taken(len(new), len(changed))


class Holdings(Feed):
    """Accounts, loans, cards and investments, each with its holder."""

    kind = FeedBatch.Kind.HOLDINGS

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.branches = dict(Branch.objects.values_list("code", "pk"))
        self.fresh: set[int] = set()

    def check(self, values: Values) -> Fed:
        """One row of the file."""
        return checks.holding(values, self.run.today, self.run.batch.business_date)

    def tidied(self, told: Told) -> tuple[Tidied, Doubts]:
        """Rows of the file."""
        return at_once.holdings(told, self.run.today, self.run.batch.business_date)

    def identities(self, chunk: Chunk) -> Iterable[object]:
        """The source system's key."""
        return chunk["source_key"]

    def resolve(self, chunk: Chunk) -> Chunk:
        """Rows with customer, branch and sealed number; keys are reserved for the new ones."""
        owners = self.run.customers(set(chunk["customer_no"]))
        columns = ("pk", "customer_id", "number_index", "business_date")
        rows = self.run.holdings(chunk["source_key"], columns)
        known = {key: (pk, owner, bytes(index), day) for key, pk, owner, index, day in rows}
        chunk.columns["owner"] = list(map(owners.get, chunk["customer_no"]))
        chunk.columns["known"] = list(map(known.get, chunk["source_key"]))
        facts = (chunk[name] for name in ("owner", "known", "branch_code", "business_date"))
        faults = [self.fault(*told) for told in zip(*facts, strict=True)]
        for line, fault in zip(chunk.lines, faults, strict=True):
            if fault:
                self.run.refuse(line, *fault)
        chunk = chunk.only([fault is None for fault in faults])
        self.complete(chunk)
        return chunk

    def fault(
        self, owner: Owner | None, known: Known | None, branch: str, day: str
    ) -> tuple[str, str, str] | None:
        """Why a row does not fit what the bank knows, if it does not."""
        if owner is None:
            return (
                "unknown_customer",
                "customer_no",
                _("There is no such customer within your reach. Load the customers first."),
            )
        if branch not in self.branches:
            return "unknown_branch", "branch_code", _("Enter the code of a branch.")
        if known is None:
            return None
        _key, holder, _index, known_day = known
        if holder != owner[0]:
            return (
                "holder_changed",
                "customer_no",
                _("The bank knows this holding under another customer."),
            )
        if known_day.isoformat() > day:
            return (
                "older_than_known",
                "business_date",
                _("The bank knows this holding as of a later day."),
            )
        return None

    def complete(self, chunk: Chunk) -> None:
        """Give the rows their keys; a number is sealed where it is new or another one."""
        reserved = reserve_keys(Holding, chunk["known"].count(None))
        keys, self.fresh = iter(reserved), set(reserved)
        accounts = chunk["account"]
        indexes = account_numbers.index_all(accounts)
        ids = [known[0] if known else next(keys) for known in chunk["known"]]
        sealed = [
            None
            if known and known[2] == index
            else f"\\x{account_numbers.sealed(account, key, owner[1]).hex()}"
            for known, index, account, key, owner in zip(
                chunk["known"], indexes, accounts, ids, chunk["owner"], strict=True
            )
        ]
        chunk.columns |= {
            "id": ids,
            "customer_id": [owner for owner, _salt in chunk["owner"]],
            "account_branch_id": list(map(self.branches.__getitem__, chunk["branch_code"])),
            "number": sealed,
            "number_index": [f"\\x{index.hex()}" for index in indexes],
            "mask": list(map(account_numbers.mask, accounts)),
            "role": [ROLE_OF[kind] for kind in chunk["kind"]],
        }

    def merge(self, chunk: Chunk) -> Taken:
        """Update what differs, enter what is new, and make each holder a party."""
        is_known = [key not in self.fresh for key in chunk["id"]]
        known, fresh = chunk.only(is_known), chunk.only([not each for each in is_known])
        changed = new = 0
        if len(known):
            (changed,) = self.run.ask(statements.CHANGE_HOLDINGS, known)
        if len(fresh):
            (new,) = self.run.ask(statements.ENTER_HOLDINGS, fresh)
            self.run.ask(statements.ENTER_HOLDERS, fresh)
        return Taken(new, changed)


ROLE_OF = {kind.value: role.value for kind, role in HoldingParty.HOLDERS.items()}


class Parties(Feed):
    """Who else has to do with a holding."""

    kind = FeedBatch.Kind.PARTIES

    def check(self, values: Values) -> Fed:
        """One row of the file."""
        return checks.party(values)

    def tidied(self, told: Told) -> tuple[Tidied, Doubts]:
        """Rows of the file."""
        return at_once.parties(told)

    def identities(self, chunk: Chunk) -> Iterable[object]:
        """A customer has a role in a holding once."""
        return zip(chunk["holding_no"], chunk["customer_no"], chunk["role"], strict=True)

    def resolve(self, chunk: Chunk) -> Chunk:
        """Rows whose holding and customer were found."""
        owners = self.run.customers(set(chunk["customer_no"]))
        chunk = self.with_holding(chunk)
        found = list(map(owners.get, chunk["customer_no"]))
        for line, owner in zip(chunk.lines, found, strict=True):
            if owner is None:
                self.run.refuse(
                    line,
                    "unknown_customer",
                    "customer_no",
                    _("There is no such customer within your reach. Load the customers first."),
                )
        chunk = chunk.only(found)
        chunk.columns["customer_id"] = [owner[0] for owner in found if owner]
        return chunk

    def merge(self, chunk: Chunk) -> Taken:
        """Write the roles."""
        return self.upsert(statements.DIFFERING_PARTIES, statements.MERGE_PARTIES, chunk)


class Balances(Feed):
    """Month-end and average balances, a month of a holding in each row."""

    kind = FeedBatch.Kind.BALANCES

    def check(self, values: Values) -> Fed:
        """One row of the file."""
        return checks.balance(values, self.run.today)

    def tidied(self, told: Told) -> tuple[Tidied, Doubts]:
        """Rows of the file."""
        return at_once.balances(told, self.run.today)

    def identities(self, chunk: Chunk) -> Iterable[object]:
        """A holding has a month once."""
        return zip(chunk["holding_no"], chunk["year"], chunk["month"], strict=True)

    def resolve(self, chunk: Chunk) -> Chunk:
        """Rows whose holding was found."""
        return self.with_holding(chunk)

    def merge(self, chunk: Chunk) -> Taken:
        """Put the months into their years; counted by month, as the file has them."""
        return self.upsert(statements.DIFFERING_MONTHS, statements.MERGE_YEARS, chunk)


class Transactions(Feed):
    """Bookings on holdings."""

    kind = FeedBatch.Kind.TRANSACTIONS

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.months: set[str] = set()

    def check(self, values: Values) -> Fed:
        """One row of the file."""
        return checks.transaction(values, self.run.today)

    def tidied(self, told: Told) -> tuple[Tidied, Doubts]:
        """Rows of the file."""
        return at_once.transactions(told, self.run.today)

    def identities(self, chunk: Chunk) -> Iterable[object]:
        """The source system's key on its day."""
        return zip(chunk["booked_on"], chunk["source_key"], strict=True)

    def resolve(self, chunk: Chunk) -> Chunk:
        """Rows whose holding was found."""
        return self.with_holding(chunk)

    def merge(self, chunk: Chunk) -> Taken:
        """Make the months that are missing, then write the bookings."""
        days = set(chunk["booked_on"])
        for month in sorted({day[:7] for day in days} - self.months):
            make_months(dt.date.fromisoformat(f"{month}-01"))
            self.months.add(month)
        return self.upsert(
            statements.DIFFERING_TRANSACTIONS,
            statements.MERGE_TRANSACTIONS,
            chunk,
            first=min(days),
            last=max(days),
        )


def make_months(first: dt.date, last: dt.date | None = None) -> None:
    """Let the owner's function make the parts of the transactions' table for these months."""
    with connection.cursor() as cursor:
        cursor.execute("select customers_make_partitions(%s, %s)", [first, last or first])


FEEDS: dict[str, type[Feed]] = {
    feed.kind: feed for feed in (Holdings, Parties, Balances, Transactions)
}
