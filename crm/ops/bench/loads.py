"""How many rows of files are taken in a second: customers imported, and what they hold fed."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from random import Random

from django.db import connection

from crm.core.acting import acting
from crm.core.clock import bank_today
from crm.ops.demo.numbers import mobile, resident_id, unused
from crm.ops.generate.words import GIVEN, PLACES, ROADS, SURNAMES
from customers.feeds.load import LIMITS, LOAD, Source, load, reached
from customers.imports.columns import FIELDS
from customers.imports.load import BATCH, IMPORT, Loader, Report, positions_of
from customers.imports.reader import read_table
from customers.models import SourceKey
from staff.models import Branch, StaffMember
from sysadmin.models import Grant, User

from .measure import database_cpu_ms

SYSTEM = "bench"
EARLY = dt.date(1960, 1, 1)
BORN_WITHIN, OPENED_WITHIN = 15_000, 3_000
FEW = 100
FAILED = "Rows of the bench's own file were refused: "
HOLDING = (
    "holding_no", "customer_no", "product", "account_no", "currency", "balance", "balance_base",
    "rate", "branch_code", "opened_on", "matures_on", "status",
)  # fmt: skip
BALANCE = ("holding_no", "month", "month_end", "average")
BOOKING = (
    "transaction_no", "holding_no", "booked_on", "amount", "currency", "kind", "counterparty",
    "description",
)  # fmt: skip
Row = Iterable[object]


@dataclass(frozen=True)
class Loaded:
    """What taking in one file cost; processor time in microseconds a row."""

    name: str
    rows: int
    seconds: float
    web_cpu_us: float
    database_cpu_us: float

    @property
    def by_second(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds

    def as_dict(self) -> dict[str, object]:
        """For a file."""
        return asdict(self) | {"rows_by_second": round(self.by_second)}


class Undone(Exception):
    """What was loaded is taken back."""


def loader() -> User | None:
    """Who may import customers and load holdings for the whole bank."""
    grants = Grant.objects.filter(
        extent=Grant.Reach.BANK,
        valid__contains=bank_today(),
        role__actions__contains=[IMPORT, LOAD],
    )
    grant = grants.select_related("user").order_by("pk").first()
    return grant.user if grant else None


def loads(rows: int) -> Iterator[Loaded]:
    """Files of so many rows, each new and then once more; nothing of them stays."""
    by = loader()
    if by is None:
        return
    rng = Random(time.time_ns())  # noqa: S311 - numbers that no earlier run has used
    with contextlib.suppress(Undone), acting(by=by):
        people = list(customers(rng, by, rows))
        yield measured("load customers, tried out", rows, lambda: enter(people, by, keep=False))
        yield measured("load customers, new", rows, lambda: enter(people, by))
        yield measured("load customers, unchanged", rows, lambda: enter(people, by))
        files = {
            "holdings": (HOLDING, list(holdings(rng, rows))),
            "balances": (BALANCE, list(balances(rng, rows))),
            "transactions": (BOOKING, list(bookings(rng, rows))),
        }
        for kind, (header, told) in files.items():
            content = text_of(header, told)
            for state in ("new", "unchanged"):
                yield measured(f"load {kind}, {state}", rows, partial(feed, kind, content, by))
        raise Undone


def measured(name: str, rows: int, take: Callable[[], Report]) -> Loaded:
    """Take in a file, unless too much of it is refused."""
    reports: list[Report] = []
    found = timed(name, rows, lambda: reports.append(take()))
    # an invented identity may by chance be that of a customer who is there
    if reports[0].refused * FEW > rows:
        raise RuntimeError(FAILED + str(reports[0].by_reason()))
    return found


def timed(name: str, rows: int, work: Callable[[], object]) -> Loaded:
    """Do work on many rows, with the checks that otherwise wait for the end of the transaction."""
    database, web, began = database_cpu_ms(), time.process_time(), time.perf_counter()
    work()
    connection.check_constraints()
    seconds, web = time.perf_counter() - began, time.process_time() - web
    return Loaded(
        name,
        rows,
        round(seconds, 3),
        round(web * 1e6 / rows, 1),
        round((database_cpu_ms() - database) * 1e3 / rows, 1),
    )


def enter(people: list[Row], by: User, *, keep: bool = True) -> Report:
    """Import customers as a job does, chunk by chunk."""
    report = Report()
    importer = Loader(by, SYSTEM, report)
    with read_table(text_of(FIELDS, people), "customers.csv") as table:
        positions, found = positions_of(table.header), iter(table.rows)
        while batch := list(islice(found, BATCH)):
            importer.take(batch, positions, keep=keep)
    return report


def feed(kind: str, content: io.BytesIO, by: User) -> Report:
    """Load a file of the core system."""
    source = Source(SYSTEM, bank_today(), "0" * 64, reached(by))
    with read_table(content, f"{kind}.csv", LIMITS) as table:
        return load(kind, table, source, by=by)


def text_of(header: Iterable[str], rows: Iterable[Row]) -> io.BytesIO:
    """A file of rows."""
    lines = [",".join(header), *(",".join(map(str, row)) for row in rows)]
    return io.BytesIO("\n".join(lines).encode())


# --- rows -----------------------------------------------------------------------------------------


def customers(rng: Random, by: User, count: int) -> Iterator[Row]:
    """Persons whom the bank does not know yet."""
    branches = list(Branch.objects.open_to(by, IMPORT).values_list("code", flat=True))
    managers = list(StaffMember.objects.open_to(by, IMPORT).values_list("number", flat=True))
    used: set[str] = set()
    latest = bank_today() - dt.timedelta(days=1)
    for n in range(count):
        gender = rng.choice("MF")
        city, _city_en, area = rng.choice(PLACES)
        born = EARLY + dt.timedelta(days=rng.randrange(BORN_WITHIN))
        number = unused(partial(resident_id, rng, area, born, gender), used)
        opened = latest - dt.timedelta(days=rng.randrange(OPENED_WITHIN))
        name = rng.choice(SURNAMES) + "".join(rng.choices(GIVEN[gender], k=rng.choice((1, 2, 2))))
        address = f"{rng.choice(ROADS)[0]}{rng.randrange(1, 990)}号"
        yield (
            f"C{n}", "person", name, "resident_id", number, "CN", born, gender, mobile(rng),
            f"c{n}@example.com", city, address, rng.choice(branches), rng.choice(managers),
            opened, "active",
        )  # fmt: skip


def holdings(rng: Random, count: int) -> Iterator[Row]:
    """A time deposit for each customer who was entered just now, in the order of the keys."""
    keys = SourceKey.objects.filter(system=SYSTEM).order_by("customer_id").values_list("key")
    branches = list(Branch.objects.values_list("code", flat=True))
    for n, (key,) in enumerate(keys[:count]):
        amount = f"{rng.randrange(100, 90_000_000) / 100:.2f}"
        yield (
            f"H{n}", key, "time_deposit", f"6228{rng.randrange(10**15):015}", "CNY", amount, amount,
            "2.15", rng.choice(branches), "2021-03-04", "2031-03-04", "active",
        )  # fmt: skip


def balances(rng: Random, count: int) -> Iterator[Row]:
    """Month ends of these holdings."""
    year = bank_today().year - 1
    for n in range(count):
        amount = f"{rng.randrange(100, 90_000_000) / 100:.2f}"
        yield f"H{n // 12}", f"{year}-{1 + n % 12:02}", amount, amount


def bookings(rng: Random, count: int) -> Iterator[Row]:
    """Bookings of the last weeks on these holdings."""
    for n in range(count):
        day = bank_today() - dt.timedelta(days=rng.randrange(1, 50))
        amount = f"-{rng.randrange(100, 900_000) / 100:.2f}"
        kind = rng.choice(("card_payment", "rent", "fee"))
        yield f"T{n}", f"H{rng.randrange(count)}", day, amount, "CNY", kind, "澜江便利店", ""
