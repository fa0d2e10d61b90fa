"""One run: words and shares, two lines of loads side by side, then everything put back.

This is test data. Salts are derived from the seed, which a bank's must never be; the trail has no
event for each row, but one for each batch, branch and person, all with the reason of the run.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
from calendar import monthrange
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import Connection, sql

from . import bookings, derived, loads, organisation, schema, sealing, service, structure, words
from .organisation import SignIn
from .plan import Plan
from .schema import fill

CUSTOMERS = (
    "customers_customer",
    "customers_sourcekey",
    "customers_identitydocument",
    "customers_identitykey",
    "customers_contactpoint",
    "customers_search_key",
)
HOLDINGS = (
    "customers_holding",
    "customers_holdingparty",
    "customers_holdingyear",
    "customers_transaction",
)
ORGANISATION = ("staff_branch", "staff_staffmember", "sysadmin_user", "sysadmin_grant")
ONLY_ONE = 5_270_117
SETTINGS = """
set work_mem = '256MB';
set max_parallel_maintenance_workers = 1;
set synchronous_commit = off;
set client_min_messages = warning;
set search_path = public;
"""


class NotEmpty(Exception):
    """There is a bank already, or somebody fills it; the text says so."""


@dataclass
class Outcome:
    """What was made, and how long each step took."""

    rows: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    sign_ins: list[SignIn] = field(default_factory=list)


@dataclass
class Run:
    """A bank of this plan for the database at this address, which must be its owner's."""

    url: str
    plan: Plan
    password: str
    say: Callable[[str], object] = print
    outcome: Outcome = field(default_factory=Outcome)
    told: dict[str, Any] = field(default_factory=dict)

    def fill(self) -> Outcome:
        """Make the bank, all of it or nothing."""
        with self.connected() as main, self.alone(main):
            self.tidy_up(main)
            self.refuse_others(main)
            self.prepare(main)
            try:
                self.load()
                self.gather_statistics()  # without them the keys would be checked row by row
            finally:
                with self.step("foreign keys"):
                    structure.put_back(main)
                    main.commit()
            structure.compare(main)
            main.execute("drop schema meridian_generate cascade")
            main.commit()
            with self.step("list of customers"):
                main.autocommit = True
                derived.rebuild_listing(main)
        return self.outcome

    # --- the frame ----------------------------------------------------------------------

    @contextmanager
    def connected(self) -> Iterator[Connection[Any]]:
        """A connection of the owner, in whose transactions the system itself acts."""
        with psycopg.connect(self.url) as connection:
            connection.execute(SETTINGS)
            found = connection.execute("select id from sysadmin_user where is_system").fetchone()
            if found is None:
                raise NotEmpty("The database is not set up. Run `python3 manage.py migrate` first.")
            context = {
                "actor": found[0], "reason": self.plan.reason,
                "request": "", "address": "", "session": "",
            }  # fmt: skip
            connection.execute(
                "select set_config('meridian.context', %s, false)", [json.dumps(context)]
            )
            connection.commit()
            yield connection

    @contextmanager
    def alone(self, main: Connection[Any]) -> Iterator[None]:
        """Keep a second run out."""
        row = main.execute("select pg_try_advisory_lock(%s)", [ONLY_ONE]).fetchone()
        main.commit()
        if not row or not row[0]:
            raise NotEmpty("A bank is being generated in this database. Wait for it to end.")
        yield

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Say how long a step took."""
        began = time.monotonic()
        yield
        self.outcome.seconds[name] = time.monotonic() - began
        self.say(f"{name}: {self.outcome.seconds[name]:.1f} s")

    def tidy_up(self, main: Connection[Any]) -> None:
        """Put back what an earlier run took down if it was killed."""
        if main.execute("select to_regclass('meridian_generate.kept')").fetchone() != (None,):
            structure.put_back(main)
            main.execute("drop schema meridian_generate cascade")
            main.commit()

    def refuse_others(self, main: Connection[Any]) -> None:
        """Refuse unless there is at most the head office."""
        for found, sentence in (
            ("select exists (select from customers_customer)", "This bank has customers already."),
            ("select exists (select from staff_staffmember)", "This bank has staff already."),
            ("select count(*) > 1 from staff_branch", "This bank has branches already."),
            (
                "select not exists (select from sysadmin_role)",
                "There are no roles yet: run `python3 manage.py first_values`.",
            ),
        ):
            if main.execute(sql.SQL(found)).fetchone() == (True,):
                raise NotEmpty(f"{sentence} A bank is generated into an empty installation only.")

    def prepare(self, main: Connection[Any]) -> None:
        """Words, shares and the functions that draw; then indexes and constraints come down."""
        with self.step("names and branches"):
            schema.make(main, self.plan)
            self.outcome.sign_ins = organisation.make(main, self.plan, self.password)
            schema.make_facts(main, self.plan, self.first_serial(main))
            days = self.plan.today - dt.timedelta(days=366), self.plan.today
            main.execute("select customers_make_partitions(%s, %s)", list(days))
            service.make(main, self.plan)
            self.told = service.values(main, self.plan)
            structure.remember(main, [*CUSTOMERS, *HOLDINGS, *service.LOADS])
            structure.take_down(main)
            main.commit()

    @staticmethod
    def first_serial(main: Connection[Any]) -> int:
        """The place in the series of customer numbers after which ours begin."""
        row = main.execute(
            "select last_value - (not is_called)::integer from customers_number_series"
        ).fetchone()
        return int(row[0]) if row else 0

    # --- two lines ----------------------------------------------------------------------

    def load(self) -> None:
        """Fill both halves side by side, and keep them only together."""
        with self.connected() as one, self.connected() as two, ThreadPoolExecutor(2) as pool:
            lines = pool.submit(self.load_customers, one), pool.submit(self.load_holdings, two)
            for line in lines:
                line.result()
            with self.step("commit"):
                two.commit()
                one.commit()

    def open_tables(self, line: Connection[Any], tables: tuple[str, ...]) -> None:
        """Lock empty tables and silence their own triggers until the transaction ends."""
        for table in tables:
            name = sql.Identifier(table)
            line.execute(sql.SQL("lock table {} in access exclusive mode").format(name))
            rows = line.execute(sql.SQL("select 1 from {} limit 1").format(name)).fetchone()
            if rows is not None:
                raise NotEmpty(f"There are rows in {table} already.")
            # emptied in this transaction, it needs no log where the server keeps a minimal one
            line.execute(sql.SQL("truncate {}").format(name))
            line.execute(sql.SQL("alter table {} disable trigger user").format(name))

    def close_tables(self, line: Connection[Any], tables: tuple[str, ...]) -> None:
        """Let the triggers work again, and the series go on after the last key."""
        for table in tables:
            name = sql.Identifier(table)
            line.execute(sql.SQL("alter table {} enable trigger user").format(name))
            if table != "customers_search_key":
                fill(line, loads.SERIES, table=table, name=name)

    def rows(self, line: Connection[Any], table: str, text: str, **values: Any) -> None:
        """One load, timed, and then the indexes of its table."""
        with self.step(table):
            self.outcome.rows[table] = fill(line, text, **values)

    def indexes(self, line: Connection[Any], table: str) -> None:
        """The indexes of a table once it is full."""
        with self.step(f"{table}, indexes"):
            structure.put_back(line, [table])

    def load_customers(self, line: Connection[Any]) -> None:
        """Customers with their source keys, the sealed values of the first, and search keys."""
        plan, serials = self.plan, self.first_serial(line)
        self.open_tables(line, CUSTOMERS)
        named = sql.SQL(loads.NAMED).format(
            customers=sql.Literal(plan.customers), serials=sql.Literal(serials)
        )
        roads = [name for name, _name_en in words.ROADS]
        self.rows(
            line, "customers_customer", loads.CUSTOMERS, named=named, roads=roads, count=len(roads)
        )
        self.rows(line, "customers_sourcekey", loads.SOURCE_KEYS, customers=plan.customers)
        with self.step("sealed documents and mobiles"):
            line.execute("analyze customers_customer")
            sealing.seal_people(line, plan)
        self.rows(line, "customers_search_key", loads.SEARCH_KEYS, named=named)
        for table in CUSTOMERS:
            self.indexes(line, table)
        self.close_tables(line, CUSTOMERS)
        line.execute("select setval('customers_number_series', %s)", [serials + plan.customers])
        self.load_service(line)

    def load_service(self, line: Connection[Any]) -> None:
        """What the customers ask for, and what is done for them and hoped to be sold to them."""
        line.execute("analyze customers_customer")
        tables = tuple(service.LOADS)
        self.open_tables(line, tables)
        for table, text in service.LOADS.items():
            self.rows(line, table, text, **self.told)
        for table in tables:
            self.indexes(line, table)
        self.close_tables(line, tables)
        service.go_on_numbering(line, self.plan)

    def load_holdings(self, line: Connection[Any]) -> None:
        """Branches and staff, then holdings with parties, balances and bookings."""
        plan = self.plan
        with self.step("branches and staff"):
            organisation.enter(line, plan)
            for table in ORGANISATION:
                fill(line, loads.SERIES, table=table, name=sql.Identifier(table))
        self.open_tables(line, HOLDINGS)
        batch = {
            kind: self.new_batch(line)
            for kind in ("holdings", "parties", "balances", "transactions")
        }
        self.rows(
            line,
            "customers_holding",
            loads.HOLDINGS,
            customers=plan.customers,
            today=plan.today,
            batch=batch["holdings"],
        )
        with self.step("sealed account numbers"):
            sealing.seal_accounts(line, plan)
        self.rows(
            line,
            "customers_holdingparty",
            loads.PARTIES,
            customers=plan.customers,
            batch=batch["parties"],
        )
        self.load_years(line, batch["balances"])
        line.execute(loads.BOOKING_TABLE)
        schema.copy(line, "booking", bookings.rows())
        self.rows(
            line,
            "customers_transaction",
            loads.TRANSACTIONS,
            today=plan.today,
            often=plan.transactions * 1.25,
            batch=batch["transactions"],
        )
        for kind, table in zip(batch, HOLDINGS, strict=True):
            self.enter_batch(line, batch[kind], kind, self.outcome.rows[table])
            self.indexes(line, table)
        self.close_tables(line, HOLDINGS)

    def load_years(self, line: Connection[Any], batch: int) -> None:
        """Month ends and averages of the last months, a row for each holding and year."""
        year, month = divmod(self.plan.today.year * 12 + self.plan.today.month - 2, 12)
        last = dt.date(year, month + 1, monthrange(year, month + 1)[1])
        year, month = divmod(
            self.plan.today.year * 12 + self.plan.today.month - 1 - self.plan.months, 12
        )
        first = dt.date(year, month + 1, 1)
        fill(line, loads.SHAPES, first=first, last=last, first_year=first.year, last_year=last.year)
        line.execute("analyze meridian_generate.shape")
        columns = {
            name: sql.SQL(", ").join(
                sql.SQL(loads.MONTH).format(month=sql.Literal(n), column=sql.Identifier(name))
                for n in range(1, 13)
            )
            for name in ("ends", "averages")
        }
        self.rows(
            line,
            "customers_holdingyear",
            loads.YEARS,
            first_year=first.year,
            batch=batch,
            **columns,
        )

    @staticmethod
    def new_batch(line: Connection[Any]) -> int:
        """The key of a batch still to be entered."""
        row = line.execute(
            "select nextval(pg_get_serial_sequence('customers_feedbatch', 'id'))"
        ).fetchone()
        return int(row[0]) if row else 0

    def enter_batch(self, line: Connection[Any], batch: int, kind: str, rows: int) -> None:
        """Say in a record of its own what was generated; the audit trail has it with the reason."""
        row = line.execute("select id from sysadmin_user where is_system").fetchone()
        fill(
            line,
            loads.BATCH,
            batch=batch,
            kind=kind,
            today=self.plan.today,
            rows=rows,
            checksum=hashlib.sha256(f"{self.plan} {kind}".encode()).hexdigest(),
            actor=row[0] if row else 0,
        )

    # --- afterwards ---------------------------------------------------------------------

    def gather_statistics(self) -> None:
        """Statistics for the planner, and the maps that let indexes answer alone."""
        with self.step("statistics"), ThreadPoolExecutor(2) as pool:
            list(pool.map(self.vacuum, (CUSTOMERS, (*HOLDINGS, *ORGANISATION, *service.LOADS))))

    def vacuum(self, tables: tuple[str, ...]) -> None:
        """Vacuum and analyze tables one after the other."""
        with self.connected() as line:
            line.autocommit = True
            for table in tables:
                line.execute(sql.SQL("vacuum (analyze) {}").format(sql.Identifier(table)))
