"""The SDN list of OFAC with its aliases, as two CSV files without a header."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from crm.core.operations import DomainError
from risk.models import WatchlistEntry

from .facts import LONGEST_REMARK, Listed, in_short, names_of

ENCODING = "latin-1"
NOTHING = "-0-"
COLUMNS, ALIAS_COLUMNS = 12, 5
# vessels and aircraft are no customers
LEFT_OUT = frozenset({"vessel", "aircraft"})
END_OF_FILE = "\x1a"
BORN = re.compile(r"DOB ([^;]+)")
FROM = re.compile(r"(?:nationality|citizen) ([^;.]+)")


def read(path: Path, aliases: Path) -> Iterator[Listed]:
    """Everybody on the list with their other names; a row cut off or wider is refused."""
    also = _aliases(aliases)
    for key, name, kind, programme, *_rest, remark in _rows(path, COLUMNS):
        if kind in LEFT_OUT:
            continue
        is_person = kind == "individual"
        yield Listed(
            key,
            WatchlistEntry.Kind.PERSON if is_person else WatchlistEntry.Kind.ORGANISATION,
            names_of([name, *also.pop(key, [])]),
            in_short(BORN.findall(remark)),
            in_short(FROM.findall(remark)),
            in_short([programme, remark], LONGEST_REMARK),
        )


def _aliases(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for key, _number, _kind, name, _remark in _rows(path, ALIAS_COLUMNS):
        found[key].append(name)
    return found


def _rows(path: Path, columns: int) -> Iterator[list[str]]:
    with path.open(encoding=ENCODING, newline="") as file:
        try:
            for number, row in enumerate(csv.reader(file, strict=True), 1):
                if row in ([], [END_OF_FILE]):
                    continue
                cells = ["" if (cell := each.strip()) == NOTHING else cell for each in row]
                if len(cells) != columns or not cells[0].isdigit():
                    raise _broken(path, number, columns)
                yield cells
        except csv.Error as error:
            raise _broken(path, number + 1, columns) from error


def _broken(path: Path, number: int, columns: int) -> DomainError:
    return DomainError(
        _("Row %(row)d of %(file)s has not the %(columns)d columns that it should. Fetch it again.")
        % {"row": number, "file": path.name, "columns": columns}
    )
