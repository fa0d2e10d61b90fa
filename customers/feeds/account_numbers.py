"""Account and card numbers: tidied, sealed, found by a blind index, shown by their tail."""

from __future__ import annotations

import re
import unicodedata

from crm.core.sealed import Place, blind, blind_all, blinds, seal
from customers import numbers
from customers.models import Holding

LABEL = "account"
BESIDE = re.compile(r"[\s-]+")
WRITTEN = re.compile(r"[0-9A-Z]{6,34}", re.ASCII)


def normalise(text: str) -> str:
    """The number as it is stored; empty for what cannot be one."""
    tidy = BESIDE.sub("", unicodedata.normalize("NFKC", text)).upper()
    return tidy if WRITTEN.fullmatch(tidy) else ""


def sealed(account: str, key: int, salt: bytes) -> bytes:
    """The number sealed for one holding under the holder's salt."""
    return seal(account, Place(Holding._meta.db_table, "number", key), salt)


def index(account: str) -> bytes:
    """What stands in the index for a number."""
    return blind(account, LABEL)


def index_all(accounts: list[str]) -> list[bytes]:
    """What stands in the index for each of many numbers."""
    return blind_all(accounts, LABEL)


def indexes(account: str) -> list[bytes]:
    """What may stand in the index for a number, while the key of the index changes."""
    return blinds(account, LABEL)


def mask(account: str) -> str:
    """The number as pages show it."""
    return numbers.mask(account)
