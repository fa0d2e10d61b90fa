"""Customer files as workbooks: looked into as an archive first, then read sheet row by row."""

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils.cell import coordinate_to_tuple

from customers.imports.table import MIB, FileRefused, Limits, Row, check_length, shown

MOST_MEMBERS = 2_000
MOST_UNPACKED = 500 * MIB
MOST_RATIO = 200
# A few repeated lines of XML shrink to almost nothing without being a bomb.
RATIO_COUNTS_FROM = 64 * 1024
MOST_TEXTS = 64 * MIB
MOST_OTHER = 8 * MIB
MOST_ELEMENTS = 300_000
MOST_CELLS_IN_ROW = 1_000
MOST_GAP = 512 * 1024
MOST_UNCALCULATED = 10_000
# No spreadsheet program has more; a forged row number would go on for ever.
MOST_LINES = 2**20
CENTRAL_ENTRY = b"PK\x01\x02"
UNITS = {"worksheet": "row", "sst": "si"}
SHEET_PATH = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
ONLY_ZEROS = re.compile(r"0{2,}")
# From here on a spreadsheet has rounded the number to fifteen digits.
EXACT_BELOW = 10**15
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    ParseError,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    TypeError,
    ValueError,
)

Uncalculated = dict[str, set[tuple[int, int]]]


def check_archive(stream: BinaryIO, lines: int | None = None) -> Uncalculated:
    """Refuse a workbook that is a bomb, encrypted or carries macros, before anything parses it.

    Of sheets only as many lines are looked through as are said. Returns, by sheet, the cells whose
    formula has no stored result.
    """
    _count_entries(stream)
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            _check_members(members)
            return {part.filename: _check_part(archive, part, lines) for part in members}
    except DAMAGE as error:
        raise _damaged() from error


def _damaged() -> FileRefused:
    return FileRefused(
        _("The workbook is damaged. Open it in the spreadsheet program and save it as .xlsx.")
    )


def _too_big() -> FileRefused:
    return FileRefused(
        _("The workbook unpacks to more than is safe to read. Save the sheet as CSV.")
    )


def _count_entries(stream: BinaryIO) -> None:
    # The directory is counted in the raw bytes: listing a forged one already fills the memory.
    stream.seek(0)
    found, tail = 0, b""
    while chunk := stream.read(MIB):
        found += (tail + chunk).count(CENTRAL_ENTRY)
        tail = chunk[-3:]
        if found > 2 * MOST_MEMBERS:
            raise _too_big()
    stream.seek(0)


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS or sum(part.file_size for part in members) > MOST_UNPACKED:
        raise _too_big()
    names = [part.filename for part in members]
    if len(set(names)) != len(names) or any(map(_is_outside, names)):
        raise _damaged()
    if any(part.flag_bits & 1 for part in members):
        raise encrypted()
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise macros()
    for part in members:
        if part.file_size > max(RATIO_COUNTS_FROM, MOST_RATIO * part.compress_size):
            raise _too_big()


def _is_outside(name: str) -> bool:
    return name.startswith(("/", "\\")) or ":" in name or ".." in re.split(r"[/\\]", name)


def encrypted() -> FileRefused:
    """A workbook that only its password opens."""
    return FileRefused(
        _("The workbook is protected by a password. Remove the password and save it again.")
    )


def macros() -> FileRefused:
    """A workbook that brings programs along."""
    return FileRefused(_("The workbook holds macros. Save it as .xlsx without macros."))


def _check_part(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, lines: int | None
) -> set[tuple[int, int]]:
    part = _Part(member.filename, member.file_size)
    with archive.open(member) as source:
        chunk = source.read(64 * 1024)
        # Whatever begins like XML is read as XML, whatever its name says.
        if chunk.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1] not in {b"<", b""}:
            return set()
        while chunk:
            part.feed(chunk)
            if lines is not None and part.lines > lines:
                return part.uncalculated
            chunk = source.read(64 * 1024)
    part.finish()
    return part.uncalculated


@dataclass(slots=True)
class _Part:
    """One XML part of the workbook while it is looked through."""

    name: str
    size: int
    root: str = ""
    unit: str = ""
    elements: int = 0
    last: int = 0
    lines: int = 0
    row: int = 0
    column: int = 0
    reference: str = ""
    waiting: bool = False
    uncalculated: set[tuple[int, int]] = field(default_factory=set)
    parser: expat.XMLParserType = field(default_factory=expat.ParserCreate)

    def __post_init__(self) -> None:
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.StartElementHandler = self.start

    def feed(self, chunk: bytes) -> None:
        """Look through one more piece."""
        self.parser.Parse(chunk, False)  # noqa: FBT003  expat takes it by position alone
        self.check_gap()

    def finish(self) -> None:
        """Look at what the end of the part decides."""
        if self.size:
            self.parser.Parse(b"", True)  # noqa: FBT003  as above
        self.close_cell()

    def check_gap(self) -> None:
        """Refuse a text so long that no cell could hold it."""
        at = max(self.parser.CurrentByteIndex, 0)
        if at - self.last > MOST_GAP:
            raise _too_big()

    def doctype(self, *_args: object) -> None:
        """No part of an honest workbook declares a document type or entities."""
        raise _damaged()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Count what begins here."""
        self.check_gap()
        self.last = self.parser.CurrentByteIndex
        local = tag.rpartition(":")[2]
        if not self.root:
            self.root = local
            self.unit = tag.removesuffix(local) + UNITS.get(local, "")
            self.check_root()
        # Rows and shared texts are read one by one; everything else is held as a whole.
        self.elements = 0 if tag == self.unit else self.elements + 1
        if self.elements > MOST_ELEMENTS:
            raise _too_big()
        if self.root == "worksheet":
            self.in_sheet(local, attributes)
        elif self.root == "Types":
            _check_type(attributes)

    def check_root(self) -> None:
        """Only sheets may be large, and they have their place."""
        if self.root == "worksheet":
            if not SHEET_PATH.fullmatch(self.name):
                raise _damaged()
        elif self.size > (MOST_TEXTS if self.root == "sst" else MOST_OTHER):
            raise _too_big()

    def in_sheet(self, local: str, attributes: dict[str, str]) -> None:
        """Follow rows, cells and formulas."""
        if local == "c":
            self.close_cell()
            self.column += 1
            if self.column > MOST_CELLS_IN_ROW:
                raise FileRefused(
                    _("A row of the sheet has more than %(most)d cells. Remove columns.")
                    % {"most": MOST_CELLS_IN_ROW}
                )
            self.reference = attributes.get("r", "")
        elif local == "row":
            self.close_cell()
            self.lines += 1
            self.row = int(attributes.get("r") or self.row + 1)
            self.column = 0
        elif local == "f":
            self.waiting = True
        elif local == "v":
            self.waiting = False

    def close_cell(self) -> None:
        """Note a cell whose formula was left without a result."""
        if self.waiting:
            self.waiting = False
            self.uncalculated.add(
                coordinate_to_tuple(self.reference) if self.reference else (self.row, self.column)
            )
            if len(self.uncalculated) > MOST_UNCALCULATED:
                raise FileRefused(
                    _(
                        "The sheet holds formulas without results. Open it in the spreadsheet"
                        " program, let it calculate and save it again."
                    )
                )


def _check_type(attributes: dict[str, str]) -> None:
    kind = attributes.get("ContentType", "")
    if "macroEnabled" in kind:
        raise macros()
    name = attributes.get("PartName", "").lstrip("/")
    if SHEET_PATH.fullmatch(name) and not kind.endswith("worksheet+xml"):
        raise _damaged()


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first visible sheet of a workbook."""

    title: str
    others: tuple[str, ...]
    rows: Iterator[Row]
    workbook: Any

    def close(self) -> None:
        """Let go of the archive."""
        self.workbook.close()


def open_sheet(stream: BinaryIO, limits: Limits) -> Sheet:
    """The first visible sheet of a workbook that was looked through and found harmless."""
    uncalculated = check_archive(stream, limits.lines)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except DAMAGE as error:
        raise _damaged() from error
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not visible:
        book.close()
        raise FileRefused(_("The workbook has no visible sheet. Put the customers on a sheet."))
    first, others = visible[0], tuple(sheet.title for sheet in visible[1:])
    first.reset_dimensions()
    gaps = uncalculated.get(first._worksheet_path, set())
    return Sheet(first.title, others, _records(first, gaps, limits), book)


def _records(sheet: Any, gaps: set[tuple[int, int]], limits: Limits) -> Iterator[Row]:
    header: list[str] = []
    # what was not looked through is not read
    for line, cells in enumerate(islice(_rows(sheet), limits.lines), 1):
        if line > MOST_LINES:
            raise _damaged()
        row = _row(line, cells, header, gaps)
        if not row.values:
            continue
        check_length(row.values, line, limits)
        if header:
            yield row._replace(values=row.values + [""] * (len(header) - len(row.values)))
        else:
            header = row.values
            yield row


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    try:
        yield from sheet.iter_rows()
    except DAMAGE as error:
        raise _damaged() from error


def _row(line: int, cells: tuple[Any, ...], header: list[str], gaps: set[tuple[int, int]]) -> Row:
    values: list[str] = []
    faults: list[str] = []
    for at, cell in enumerate(cells):
        value = cell.value
        if type(value) is str and cell.data_type != "e":
            values.append(value)
            continue
        text, fault = _text_of(cell)
        if gaps and (line, at + 1) in gaps:
            fault = _("the formula has no result; let the spreadsheet program calculate it")
        values.append(text or ("?" if fault else ""))
        if fault:
            column = header[at] if at < len(header) else str(at + 1)
            faults.append(f"{shown([column])}: {fault}")
    while values and not values[-1]:
        values.pop()
    return Row(line, values, "; ".join(faults))


def _text_of(cell: Any) -> tuple[str, str]:
    """The cell as a person would type it, and what is wrong with it."""
    value = cell.value
    if value is None:
        return "", ""
    if cell.data_type == "e":
        return str(value), _("the cell holds the error %(error)s") % {"error": value}
    if isinstance(value, bool):
        return str(value).upper(), ""
    if isinstance(value, int | float):
        return _digits(value, cell)
    if isinstance(value, datetime):
        whole = value.time().replace(microsecond=0)
        return (value.date().isoformat() if whole == time.min else value.isoformat(" ")), ""
    return str(value), ""


def _digits(value: float, cell: Any) -> tuple[str, str]:
    if abs(value) >= EXACT_BELOW:
        return f"{value:.15g}", _(
            "the number was stored as a number and lost digits; format the column as text"
        )
    if value != int(value):
        return f"{Decimal(repr(value)):f}", ""
    digits = str(int(value))
    if ONLY_ZEROS.fullmatch(cell.number_format):
        digits = digits.zfill(len(cell.number_format))
    return digits, ""
