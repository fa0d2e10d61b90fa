"""The refused rows as a workbook: to be mended and handed in again."""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from crm.core.sealed import open_field
from customers.models import ImportFault, ImportRun

from .checks import in_words
from .columns import is_reason
from .heads import head_of

MOST_ROWS = 10_000
CALCULATED = frozenset("=+-@")
CONTROLS = ("\t", "\r")
LONGEST_CELL = 32_000
TEXT_FORMAT = "@"


def faults_of(run: ImportRun) -> Any:
    """The refused rows of the newest job of an import, in the order of the file."""
    return ImportFault.objects.filter(job=run.job_id or run.trial_id).order_by("line")


def workbook(run: ImportRun) -> bytes:
    """The refused rows as they were handed in, each with the reason in the reader's language."""
    head = head_of(run)
    header = head.header if head else []
    kept = [place for place, name in enumerate(header) if not is_reason(name)]
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Refused rows"))
    sheet.freeze_panes = "A2"
    titles = [*(header[place] for place in kept), _("Why it was refused")]
    sheet.append(cells(sheet, titles, Font(bold=True)))
    salt = bytes(run.salt)
    for fault in faults_of(run)[:MOST_ROWS]:
        row = json.loads(open_field(fault, "cells", salt))
        told = [row[place] if place < len(row) else "" for place in kept]
        sheet.append(cells(sheet, [*told, in_words(fault.text, fault.facts)]))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def cells(sheet: Any, texts: Iterable[str], font: Font | None = None) -> list[Any]:
    """Texts as cells that no spreadsheet calculates."""
    row = []
    for text in texts:
        cell = WriteOnlyCell(sheet, escaped(text))
        # openpyxl takes a text that begins with = for a formula
        cell.data_type, cell.number_format = "s", TEXT_FORMAT
        if font:
            cell.font = font
        row.append(cell)
    return row


def escaped(text: str) -> str:
    """A text with a quotation mark before what a spreadsheet would calculate, wide signs too."""
    clean = ILLEGAL_CHARACTERS_RE.sub("", text)[:LONGEST_CELL]
    first = unicodedata.normalize("NFKC", clean.lstrip(" ")[:1])
    is_risky = first in CALCULATED or clean.startswith(CONTROLS)
    return f"'{clean}" if is_risky and first else clean
