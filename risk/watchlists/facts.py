"""What a file says of somebody on a list, whatever the form of the file."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass

LONGEST_NAME = 400
LONGEST_NOTE = 200
LONGEST_REMARK = 4000
MOST_NAMES = 60


@dataclass(frozen=True)
class Listed:
    """Somebody on a list: the first name is the main one."""

    key: str
    kind: str
    names: tuple[str, ...]
    born: str = ""
    countries: str = ""
    remark: str = ""
    until: dt.date | None = None

    @property
    def digest(self) -> str:
        """What tells whether somebody else is listed; how long they are says nothing of that."""
        facts = asdict(self)
        del facts["until"]
        told = json.dumps(facts, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


def names_of(texts: Iterable[str]) -> tuple[str, ...]:
    """The names without doubles, blanks at their ends and signs that cannot be kept."""
    tidy = (plain(text)[:LONGEST_NAME].strip() for text in texts)
    return tuple(dict.fromkeys(filter(None, tidy)))[:MOST_NAMES]


def plain(text: str) -> str:
    """A text in one line."""
    bare = unicodedata.normalize("NFC", text.replace("\x00", ""))
    return " ".join(bare.split())


def in_short(texts: Iterable[str], longest: int = LONGEST_NOTE) -> str:
    """Several texts as one, without doubles, no longer than is kept."""
    found = dict.fromkeys(filter(None, (plain(text) for text in texts)))
    return "; ".join(found)[:longest]
