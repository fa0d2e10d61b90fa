"""A chunk of fed rows, held column by column: what many rows share is then worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

from crm.core.arrays import array_of

Column = list[Any]


@dataclass
class Chunk:
    """Rows that are right in themselves: the line of each in the file, and their columns."""

    lines: list[int] = field(default_factory=list)
    columns: dict[str, Column] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def only(self, kept: Sequence[object]) -> Chunk:
        """The rows for which something is kept."""
        return Chunk(
            list(compress(self.lines, kept)),
            {name: list(compress(column, kept)) for name, column in self.columns.items()},
        )

    def at(self, places: Iterable[int]) -> Chunk:
        """The rows at these places."""
        wanted = list(places)
        return Chunk(
            [self.lines[place] for place in wanted],
            {name: [column[place] for place in wanted] for name, column in self.columns.items()},
        )

    def with_rows(self, rows: list[tuple[int, dict[str, Any]]]) -> Chunk:
        """These rows too, all in the order of the file."""
        if not rows:
            return self
        lines = [*self.lines, *(line for line, _row in rows)]
        columns = {
            name: [*self.columns.get(name, ()), *(row[name] for _line, row in rows)]
            for name in rows[0][1]
        }
        return Chunk(lines, columns).at(sorted(range(len(lines)), key=lines.__getitem__))

    def arrays(self, names: Iterable[str]) -> dict[str, str]:
        """Columns as the database reads arrays."""
        return {name: array_of(self.columns[name]) for name in names}
