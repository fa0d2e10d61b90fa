"""The one door for customer files: what kind of file it is, then its rows."""

import io
from contextlib import ExitStack
from pathlib import Path, PurePath
from typing import BinaryIO

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from customers.imports.table import Dialect, FileRefused, Limits, Row, Table, split_header
from customers.imports.text import find_encoding, read_text
from customers.imports.workbook import encrypted, macros, open_sheet

__all__ = ["Dialect", "FileRefused", "Limits", "Row", "Table", "read_table"]

TEXT_NAMES = {".csv", ".txt", ".tsv"}
WORKBOOK = ".xlsx"
LONGEST_MARK = 8
ARCHIVE = b"PK\x03\x04"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What text files never begin with: archives, old office files, PDF, RTF, pictures, gzip, 7z, RAR.
NOT_TEXT = (
    b"PK", OLD_OFFICE, b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b",
    b"7z\xbc\xaf", b"Rar!", b"MZ", b"\x7fELF",
)  # fmt: skip


def read_table(source: Path | str | BinaryIO, filename: str, limits: Limits | None = None) -> Table:
    """Open a customer file as a table, or refuse it with a sentence that says what to do.

    A stream must be able to go back to its start and stays open; a path is opened here. Reading
    the rows can still refuse the file, since nothing is read ahead. Close the table when done.
    """
    limits = limits or Limits()
    with ExitStack() as opened:
        if isinstance(source, Path | str):
            stream: BinaryIO = opened.enter_context(Path(source).open("rb"))
        else:
            stream = source
        _check_size(stream, limits)
        stream.seek(0)
        check_type(filename, stream.read(LONGEST_MARK))
        if suffix_of(filename) == WORKBOOK:
            table = _workbook_table(stream, limits, opened)
        else:
            table = _text_table(stream, limits, opened)
        table.close = opened.pop_all().close
        return table


def _check_size(stream: BinaryIO, limits: Limits) -> None:
    size = stream.seek(0, io.SEEK_END)
    if not size:
        raise FileRefused(
            _("The file is empty. Choose a file with a header and at least one customer.")
        )
    if size > limits.size:
        raise FileRefused(
            _("The file is larger than %(most)s. Split it into several files.")
            % {"most": filesizeformat(limits.size)}
        )


def suffix_of(filename: str) -> str:
    """What the name ends in."""
    return PurePath(filename).suffix.lower()


def check_type(filename: str, start: bytes) -> None:
    """Refuse a file whose name and first bytes are not those of one kind that is read."""
    suffix = suffix_of(filename)
    if suffix in {".xlsm", ".xltm", ".xlam", ".xlsb"}:
        raise macros()
    if suffix == WORKBOOK:
        if start.startswith(OLD_OFFICE):
            raise encrypted()
        matches = start.startswith(ARCHIVE)
    elif suffix in TEXT_NAMES:
        matches = not start.startswith(NOT_TEXT)
    else:
        raise FileRefused(
            _("Files of this type are not read. Save the customers as .csv or .xlsx.")
        )
    if not matches:
        raise FileRefused(
            _(
                "The content of the file is not what its name ends in."
                " Save it again as .csv or .xlsx without renaming it."
            )
        )


def _workbook_table(stream: BinaryIO, limits: Limits, opened: ExitStack) -> Table:
    sheet = open_sheet(stream, limits)
    opened.callback(sheet.close)
    header, rows = split_header(sheet.rows, limits)
    return Table(header, rows, "", Dialect("xlsx", sheet=sheet.title, other_sheets=sheet.others))


def _text_table(stream: BinaryIO, limits: Limits, opened: ExitStack) -> Table:
    encoding, skip = find_encoding(stream)
    stream.seek(skip)
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    # Without letting go, the wrapper would close a stream that belongs to the caller.
    opened.callback(text.detach)
    separator, records = read_text(text, limits)
    header, rows = split_header(records, limits)
    return Table(header, rows, encoding, Dialect("csv", separator=separator))
