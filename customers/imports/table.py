"""What a customer file becomes once it is read: a header, rows with their lines, or a refusal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MIB = 1024 * 1024
NAMES_SHOWN = 5
NAME_LENGTH_SHOWN = 40


class FileRefused(Exception):
    """The file cannot be read at all; the message tells the person what to do."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may hold.

    `lines` are as many as are read and looked through; all of them where it is not said.
    """

    rows: int = 1_000_000
    lines: int | None = None
    size: int = 200 * MIB
    columns: int = 200
    field: int = 64 * 1024


class Row(NamedTuple):
    """One line of the file; a problem says why it cannot be taken as it stands."""

    line: int
    values: list[str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the cells are kept apart: by a separator, or as a sheet of a workbook."""

    kind: str
    separator: str = ""
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()


@dataclass(slots=True)
class Table:
    """A customer file that can be read row by row; closing it lets go of the file."""

    header: list[str]
    rows: Iterator[Row]
    encoding: str
    dialect: Dialect
    close: Callable[[], None] = field(default=lambda: None, repr=False)

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def shown(names: list[str]) -> str:
    """The first few names, cut to a length that fits into a sentence."""
    cut = [
        name if len(name) <= NAME_LENGTH_SHOWN else f"{name[:NAME_LENGTH_SHOWN]}…" for name in names
    ]
    more = len(cut) - NAMES_SHOWN
    return ", ".join(cut[:NAMES_SHOWN]) + (f" (+{more})" if more > 0 else "")


def split_header(records: Iterator[Row], limits: Limits) -> tuple[list[str], Iterator[Row]]:
    """The header and the rows after it, or a refusal of a file that has neither."""
    head = next(records, None)
    if head is None:
        raise FileRefused(
            _("The file is empty. Choose a file with a header and at least one customer.")
        )
    header = [name.strip().removeprefix("\ufeff").strip() for name in head.values]
    _check_header(header, limits)
    first = next(records, None)
    if first is None:
        raise FileRefused(_("The file holds only a header. Add at least one customer below it."))
    return header, _even(chain((first,), records), len(header), limits)


def _check_header(header: list[str], limits: Limits) -> None:
    if len(header) > limits.columns:
        raise FileRefused(
            _("The header has %(found)d columns; at most %(most)d are read. Remove columns.")
            % {"found": len(header), "most": limits.columns}
        )
    empty = [str(position) for position, name in enumerate(header, 1) if not name]
    if empty:
        raise FileRefused(
            _("These columns have no name in the header: %(columns)s. Name or remove them.")
            % {"columns": shown(empty)}
        )
    folded = [name.casefold() for name in header]
    twice = [name for at, name in enumerate(header) if folded[at] in folded[:at]]
    if twice:
        raise FileRefused(
            _("The header names these columns more than once: %(names)s. Keep one of each.")
            % {"names": shown(twice)}
        )


def _even(rows: Iterator[Row], width: int, limits: Limits) -> Iterator[Row]:
    for count, row in enumerate(rows, 1):
        if count > limits.rows:
            raise FileRefused(
                _("The file holds more than %(most)d customers. Split it into several files.")
                % {"most": limits.rows}
            )
        if len(row.values) != width and not row.problem:
            yield row._replace(problem=_uneven(len(row.values), width))
        else:
            yield row


def _uneven(found: int, width: int) -> str:
    text = ngettext(
        "This row has %(found)d cell, the header has %(width)d. Check the separators in this row.",
        "This row has %(found)d cells, the header has %(width)d. Check the separators in this row.",
        found,
    )
    return text % {"found": found, "width": width}


def check_length(values: list[str], line: int, limits: Limits) -> None:
    """Refuse a file with a cell that no field of a customer could be."""
    if max(map(len, values), default=0) > limits.field:
        raise FileRefused(
            _("A cell in line %(line)d holds more than %(most)d characters. Shorten it.")
            % {"line": line, "most": limits.field}
        )
