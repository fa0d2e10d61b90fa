"""How PostgreSQL goes about the statements of a page: nothing big is read or sorted as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import OperationalError, connection

MOST_ROWS = 50_000
SIZES = "select relname, reltuples::bigint from pg_class where relkind = 'r' and reltuples > 0"
Plan = Mapping[str, Any]


@dataclass(frozen=True)
class Offence:
    """What a statement of a page reads or sorts as a whole, or that a time limit stopped it."""

    name: str
    what: str
    rows: int = 0

    def __str__(self) -> str:
        rows = f", {self.rows:,} rows" if self.rows else ""
        return f"{self.name}: {self.what}{rows}"

    def as_dict(self) -> dict[str, object]:
        """For a file."""
        return asdict(self)


def offences_of(name: str, request: Callable[[], int]) -> list[Offence]:
    """Send a request, and look how each of its statements is done under the page's settings."""
    found: list[Offence] = []
    sizes = sizes_of_tables()

    def explained(execute: Any, sql: Any, values: Any, many: Any, context: Any) -> Any:
        if str(sql).lstrip("( \n").lower().startswith("select"):
            try:
                with connection.cursor() as cursor:
                    cursor.execute(f"explain (analyze, format json) {sql}", values)
                    (answer,) = cursor.fetchone()
            except OperationalError:
                found.append(Offence(name, "stopped by a time limit"))
                raise
            found.extend(Offence(name, *each) for each in wholes(answer[0]["Plan"], sizes))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(explained):
        request()
    return found


def sizes_of_tables() -> dict[str, int]:
    """How many rows each table has, by the planner's own figures."""
    with connection.cursor() as cursor:
        cursor.execute(SIZES)
        return dict(cursor.fetchall())


def wholes(
    plan: Plan, sizes: Mapping[str, int], *, is_limited: bool = False
) -> Iterator[tuple[str, int]]:
    """The steps of a plan that read a big table from end to end, or sort more than many rows."""
    below = plan.get("Plans", [])
    # what takes the first rows as they come, whatever they are, always stops at its limit
    if plan["Node Type"].endswith("Seq Scan") and not (is_limited and "Filter" not in plan):
        table = plan["Relation Name"]
        rows = max(sizes.get(table, 0), passed(plan) + removed(plan))
        if rows > MOST_ROWS:
            yield f"reads all of {table}", rows
    if plan["Node Type"].endswith("Sort") and (rows := sum(map(passed, below))) > MOST_ROWS:
        yield f"sorts by {', '.join(plan['Sort Key'])}", rows
    for step in below:
        yield from wholes(step, sizes, is_limited=plan["Node Type"] == "Limit")


def passed(plan: Plan) -> int:
    """How many rows a step has handed on."""
    return int(plan["Actual Rows"] * plan["Actual Loops"])


def removed(plan: Plan) -> int:
    """How many rows a step has read for nothing."""
    return int(plan.get("Rows Removed by Filter", 0) * plan["Actual Loops"])
