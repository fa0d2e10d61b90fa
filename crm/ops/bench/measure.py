"""Measures requests in this process: processor time here and in the database's own processes."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import OperationalError, connection
from psycopg.errors import QueryCanceled

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
BATCHES = 5
REFUSED, FAILED = 400, 500


@dataclass(frozen=True)
class Figures:
    """What one kind of request costs, each figure per request; times in milliseconds."""

    name: str
    status: int
    requests: int
    web_cpu_ms: float
    database_cpu_ms: float
    p50_ms: float
    p95_ms: float
    queries: int
    stopped: int = 0
    floor_ms: float = 0.0

    @property
    def remark(self) -> str:
        """What the figures do not say: a failure, or statements stopped by a time limit."""
        failed = f"  status {self.status}" if self.status >= REFUSED else ""
        return failed + (f"  {self.stopped} stopped by a time limit" if self.stopped else "")

    @property
    def ratio(self) -> float:
        """How many floors it costs."""
        return self.cpu_ms / (self.floor_ms or self.cpu_ms)

    @property
    def cpu_ms(self) -> float:
        """Processor time in all."""
        return self.web_cpu_ms + self.database_cpu_ms

    def as_dict(self) -> dict[str, object]:
        """For a file."""
        return asdict(self) | {"cpu_ms": round(self.cpu_ms, 2), "ratio": round(self.ratio, 3)}


@dataclass(frozen=True)
class Effort:
    """How often a request is sent: so many times a batch, but no longer than so many seconds."""

    rounds: int = 40
    seconds: float = 4.0

    def rounds_of(self, one_ms: float) -> int:
        """Requests a batch, for a request that takes this long."""
        return max(1, min(self.rounds, int(self.seconds * 1000 / BATCHES / max(one_ms, 0.01))))


def database_cpu_ms() -> float:
    """Processor time that this connection's process, and helpers that ended, have used so far.

    Zero where the database is not on this machine or the system has no /proc. The helpers of a
    parallel query are counted with the server's other children that have ended meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        pid = cursor.fetchone()[0]
    own = _fields(pid)
    server = _fields(int(own[1])) if own else []
    return _own_ms(pid, own) + sum(map(int, server[13:15])) * TICK_MS


def _fields(pid: int) -> list[str]:
    file = Path(f"/proc/{pid}/stat")
    return file.read_text().rpartition(")")[2].split() if file.exists() else []


def _own_ms(pid: int, fields: list[str]) -> float:
    """The time of one process: to the nanosecond where the system tells, else in its ticks."""
    file = Path(f"/proc/{pid}/schedstat")
    if file.exists():
        return int(file.read_text().split()[0]) / 1e6
    return sum(map(int, fields[11:13])) * TICK_MS


def queries_of(request: Callable[[], int]) -> tuple[int, int]:
    """How many statements one request sends to the database, and how many a time limit stops."""
    sent = stopped = 0

    def count(execute: Any, *arguments: Any) -> Any:
        nonlocal sent, stopped
        sent += 1
        try:
            return execute(*arguments)
        except OperationalError as error:
            # a page may answer all the same, and say that the question was too wide
            stopped += isinstance(error.__cause__, QueryCanceled)
            raise

    with connection.execute_wrapper(count):
        request()
    return sent, stopped


def measure(name: str, request: Callable[[], int], effort: Effort) -> Figures:
    """Send a request many times; the median of batches counts, so that a noisy moment does not.

    A request that fails, such as one stopped by the time limit of statements, is sent once more.
    """
    status = request()
    began = time.perf_counter()
    queries, stopped = queries_of(request)
    rounds = effort.rounds_of((time.perf_counter() - began) * 1000)
    web, times = [], []
    database = database_cpu_ms()
    batches = 1 if status >= FAILED else BATCHES
    for _batch in range(batches):
        cpu = time.process_time()
        for _round in range(rounds):
            began = time.perf_counter()
            status = max(status, request())
            times.append((time.perf_counter() - began) * 1000)
        web.append((time.process_time() - cpu) * 1000 / rounds)
    used = database_cpu_ms() - database
    times.sort()
    return Figures(
        name=name,
        status=status,
        requests=len(times),
        web_cpu_ms=round(statistics.median(web), 2),
        database_cpu_ms=round(used / len(times), 2),
        p50_ms=round(times[len(times) // 2], 2),
        p95_ms=round(times[len(times) * 95 // 100], 2),
        queries=queries,
        stopped=stopped,
    )
