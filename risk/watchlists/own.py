"""A list of the bank's own, as comma-separated values with a header."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from crm.core.operations import DomainError
from customers.imports.columns import day_of
from risk.models import WatchlistEntry

from .facts import LONGEST_REMARK, Listed, in_short, names_of

NEEDED = ("key", "kind", "name")
MAY_BE = ("aliases", "born", "countries", "remark", "until")
# as the bank's own people head the column of the day on which an entry expires
ALSO = {"有效期": "until"}


def read(path: Path) -> Iterator[Listed]:
    """Everybody on the list; a renamed column, an unknown kind or a cut-off row is refused."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            rows = csv.DictReader(file, strict=True, restval=None)
            rows.fieldnames = [ALSO.get(name, name) for name in rows.fieldnames or ()]
            _refuse_columns(list(rows.fieldnames))
            for row in rows:
                yield _listed(row, rows.line_num)
        except (csv.Error, UnicodeDecodeError) as error:
            raise DomainError(
                _("The file cannot be read as CSV. Save it again with the encoding UTF-8.")
            ) from error


def _refuse_columns(found: list[str]) -> None:
    missing = [name for name in NEEDED if name not in found]
    unknown = [name for name in found if name not in (*NEEDED, *MAY_BE)]
    if missing or unknown or len(set(found)) < len(found):
        raise DomainError(
            _(
                "The columns are %(found)s. They must be %(needed)s, and may be %(may_be)s; "
                "rename them and load the file again."
            )
            % {
                "found": ", ".join(found) or "–",
                "needed": ", ".join(NEEDED),
                "may_be": ", ".join(MAY_BE),
            }
        )


def _listed(row: dict[str | None, str | None], line: int) -> Listed:
    told = {str(name): (value or "").strip() for name, value in row.items() if name}
    names = names_of([told["name"], *told.get("aliases", "").split(";")])
    whole = None not in row and all(value is not None for value in row.values())
    if not whole or not told["key"] or not told["name"] or told["kind"] not in WatchlistEntry.Kind:
        raise DomainError(
            _(
                "Line %(line)d is not complete: it needs a key, a name, and one of the kinds "
                "%(kinds)s. Correct it and load the file again."
            )
            % {"line": line, "kinds": ", ".join(WatchlistEntry.Kind.values)}
        )
    return Listed(
        told["key"][:60],
        told["kind"],
        names,
        in_short([told.get("born", "")]),
        in_short([told.get("countries", "")]),
        in_short([told.get("remark", "")], LONGEST_REMARK),
        _day(told.get("until", ""), line),
    )


def _day(text: str, line: int) -> dt.date | None:
    if not text:
        return None
    try:
        day = day_of(text)
    except ValueError:
        day = None
    if day is None:
        raise DomainError(
            _(
                "Line %(line)d expires on “%(day)s”, which is no day. Write it like %(example)s "
                "and load the file again."
            )
            % {"line": line, "day": text[:40], "example": "2027-12-31"}
        )
    return day
