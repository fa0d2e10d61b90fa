"""The beginning of a file, kept sealed with its row, so that pages show it, masked, by itself."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import BinaryIO

from crm.core.sealed import open_field, seal_into
from customers import numbers
from customers.models import ImportMapping, ImportRun

from .columns import folded, is_reason, match_header
from .reader import read_table
from .table import Limits

HEAD_ROWS = 20
# blank lines may stand above and between them
HEAD_LINES = 200
LONGEST_SHOWN = 60
# what stands in these is no one's secret, however many digits it has
OPEN_FIELDS = frozenset({"customer_no", "branch_code", "manager_no", "opened_on"})
LONG_NUMBER = re.compile(r"\+?\d[\d -]{5,}\d[Xx]?")
MASKS = {
    "document_number": numbers.mask,
    "mobile": numbers.mask_phone,
    "email": numbers.mask_email,
}


@dataclass(frozen=True)
class Head:
    """The header of a file and its first rows, each with its line."""

    header: list[str]
    rows: list[tuple[int, list[str]]]

    @property
    def digest(self) -> str:
        """What tells this set of columns from others, in whatever order they stand."""
        names = sorted(key_of(name) for name in self.header if not is_reason(name))
        return hashlib.sha256("\n".join(names).encode(errors="surrogatepass")).hexdigest()

    def guess(self) -> dict[str, int]:
        """Which column holds which field: as it was said the last time, else by its name."""
        known = ImportMapping.objects.filter(digest=self.digest).first()
        if known is None:
            return match_header(self.header).fields
        places = {key_of(name): place for place, name in enumerate(self.header)}
        return {field: places[name] for name, field in known.columns.items() if name in places}

    def named(self, columns: Mapping[str, int]) -> dict[str, str]:
        """The names of the columns that hold fields, to remember for files with the same header."""
        return {key_of(self.header[place]): field for field, place in columns.items()}

    def shown(
        self, columns: Mapping[str, int], most: int = HEAD_ROWS
    ) -> list[tuple[int, list[str]]]:
        """The first rows as a page may show them, with what is sensitive masked."""
        guessed = {place: field for field, place in match_header(self.header).fields.items()}
        said = {place: field for field, place in columns.items()}
        fields = [
            next(
                (field for field in (guessed.get(place), said.get(place)) if field in MASKS),
                said.get(place, ""),
            )
            for place in range(len(self.header))
        ]
        return [
            (line, [shown_cell(field, cell) for field, cell in zip(fields, cells, strict=False)])
            for line, cells in self.rows[:most]
        ]


def key_of(name: str) -> str:
    """By what a column is known again, however its name is spaced and punctuated."""
    return folded(name) or name


def shown_cell(field: str, cell: str) -> str:
    """A cell without what is sensitive: by what its column holds, and by what it looks like."""
    text = cell.strip()
    if field in MASKS:
        return MASKS[field](text) if text else ""
    if field not in OPEN_FIELDS:
        if "@" in text:
            return numbers.mask_email(text)
        text = LONG_NUMBER.sub(masked_number, text)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def masked_number(found: re.Match[str]) -> str:
    """A long number that is no date, by its tail."""
    is_date = re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}|(?:19|20)\d{6}", found[0])
    return found[0] if is_date else numbers.mask(found[0])


def read_head(stream: BinaryIO, filename: str, limits: Limits) -> Head:
    """Open a file for the first time; raises FileRefused if it cannot be read."""
    with read_table(stream, filename, replace(limits, lines=HEAD_LINES)) as table:
        rows = [(row.line, row.values) for row in islice(table.rows, HEAD_ROWS)]
        return Head(table.header, rows)


def seal_head(run: ImportRun, head: Head) -> None:
    """Keep the beginning of a file with its row."""
    text = json.dumps(asdict(head), ensure_ascii=True)
    seal_into(run, "head", text, bytes(run.salt))


def head_of(run: ImportRun) -> Head | None:
    """The beginning of a file; none once the file has been swept."""
    if run.head is None:
        return None
    told = json.loads(open_field(run, "head", bytes(run.salt)))
    return Head(told["header"], [(line, cells) for line, cells in told["rows"]])
