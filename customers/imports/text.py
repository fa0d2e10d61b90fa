"""Customer files as text: find the encoding and the separator, then read in constant memory."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from django.utils.translation import gettext as _

from customers.imports.table import MIB, FileRefused, Limits, Row, check_length

LONGEST_LINE = MIB
SEPARATORS = (",", ";", "\t")
QUOTED = re.compile(r'"[^"]*"')
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# So many bytes of well-formed UTF-8 beyond ASCII do not come about in a GB18030 text by chance.
SURELY_UTF8 = 20


class _DecodingError(Exception):
    """Bytes that the encoding does not know, with their line and what was read before them."""

    def __init__(self, line: int, beyond_ascii: int) -> None:
        super().__init__(line)
        self.line = line
        self.beyond_ascii = beyond_ascii


def find_encoding(stream: BinaryIO) -> tuple[str, int]:
    """The encoding that the whole file keeps to, and the length of its byte order mark."""
    stream.seek(0)
    head = stream.read(3)
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return _only(stream, encoding, len(mark)), len(mark)
    try:
        _decode_all(stream, "utf-8", 0)
    except _DecodingError as fault:
        if fault.beyond_ascii < SURELY_UTF8:
            return _only(stream, "gb18030", 0), 0
        raise _undecodable(fault.line) from fault
    return "utf-8", 0


def _only(stream: BinaryIO, encoding: str, skip: int) -> str:
    try:
        _decode_all(stream, encoding, skip)
    except _DecodingError as fault:
        raise _undecodable(fault.line) from fault
    return encoding


def _undecodable(line: int) -> FileRefused:
    return FileRefused(
        _("Line %(line)d holds characters that cannot be read. Save the file again as UTF-8.")
        % {"line": line}
    )


def _decode_all(stream: BinaryIO, encoding: str, skip: int) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    feeds = returns = beyond = 0
    stream.seek(skip)
    last = False
    while not last:
        chunk = stream.read(MIB)
        last = not chunk
        try:
            text = decoder.decode(chunk, final=last)
        except UnicodeDecodeError as error:
            good = error.object[: error.start]
            before = good.decode(encoding)
            line = max(feeds + before.count("\n"), returns + before.count("\r")) + 1
            raise _DecodingError(line, beyond + len(good) - len(before)) from error
        _refuse_nul(text, max(feeds, returns))
        feeds += text.count("\n")
        returns += text.count("\r")
        beyond += len(chunk) - len(text)


def _refuse_nul(text: str, lines_before: int) -> None:
    at = text.find("\0")
    if at >= 0:
        before = text[:at]
        raise FileRefused(
            _(
                "Line %(line)d holds NUL bytes, so this is not a plain text file."
                " Save it again as CSV with the encoding UTF-8."
            )
            % {"line": lines_before + max(before.count("\n"), before.count("\r")) + 1}
        )


def read_text(text: io.TextIOBase, limits: Limits) -> tuple[str, Iterator[Row]]:
    """The separator that the header uses, and every line that is not blank."""
    lines = _lines(text)
    head = _head(lines)
    separator = _separator_of("".join(head))
    return separator, _records(chain(head, lines), separator, limits)


def _lines(text: io.TextIOBase) -> Iterator[str]:
    number = 0
    while line := text.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise FileRefused(
                _(
                    "Line %(line)d is longer than %(most)d characters."
                    " Save the file again with one customer on each line."
                )
                % {"line": number, "most": LONGEST_LINE}
            )
        yield line


def _head(lines: Iterator[str]) -> list[str]:
    head: list[str] = []
    quotes = length = 0
    for line in lines:
        head.append(line)
        quotes += line.count('"')
        length += len(line)
        if (line.strip() and quotes % 2 == 0) or length > LONGEST_LINE:
            break
    return head


def _separator_of(header: str) -> str:
    bare = QUOTED.sub("", header)
    return max(SEPARATORS, key=bare.count)


def _records(lines: Iterator[str], separator: str, limits: Limits) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileRefused(
                _(
                    "The quotation marks in line %(line)d do not match, or a cell there is too"
                    " long. Put a cell that holds quotation marks between quotation marks and"
                    " double those within."
                )
                % {"line": line}
            ) from error
        if any(values):
            check_length(values, line, limits)
            yield Row(line, values)
