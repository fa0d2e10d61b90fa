"""Measures requests in this process: processor time here and in the database's own process."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import connection

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
BATCHES = 5


@dataclass(frozen=True)
class Figures:
    """What one kind of request costs, each figure per request; times in milliseconds."""

    name: str
    status: int
    web_cpu_ms: float
    database_cpu_ms: float
    p50_ms: float
    p95_ms: float
    queries: int

    @property
    def cpu_ms(self) -> float:
        """Processor time in all."""
        return self.web_cpu_ms + self.database_cpu_ms

    def as_dict(self) -> dict[str, object]:
        """For a file."""
        return asdict(self) | {"cpu_ms": round(self.cpu_ms, 2)}


def database_cpu_ms() -> float:
    """Processor time that this connection's process in the database has used so far.

    Zero where the database is not on this machine or the system has no /proc.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        pid = cursor.fetchone()[0]
    file = Path(f"/proc/{pid}/stat")
    if not file.exists():
        return 0.0
    fields = file.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_MS


def queries_of(request: Callable[[], int]) -> int:
    """How many statements one request sends to the database."""
    sent = 0

    def count(execute: Any, *arguments: Any) -> Any:
        nonlocal sent
        sent += 1
        return execute(*arguments)

    with connection.execute_wrapper(count):
        request()
    return sent


def measure(name: str, request: Callable[[], int], *, rounds: int) -> Figures:
    """Send a request many times; the median of batches counts, so that a noisy moment does not."""
    status = request()
    queries = queries_of(request)
    web, times = [], []
    database = database_cpu_ms()
    for _batch in range(BATCHES):
        cpu = time.process_time()
        for _round in range(rounds):
            began = time.perf_counter()
            status = request()
            times.append((time.perf_counter() - began) * 1000)
        web.append((time.process_time() - cpu) * 1000 / rounds)
    used = database_cpu_ms() - database
    times.sort()
    return Figures(
        name=name,
        status=status,
        web_cpu_ms=round(statistics.median(web), 2),
        database_cpu_ms=round(used / (BATCHES * rounds), 2),
        p50_ms=round(times[len(times) // 2], 2),
        p95_ms=round(times[len(times) * 95 // 100], 2),
        queries=queries,
    )
