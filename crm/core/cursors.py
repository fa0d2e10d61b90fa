"""Cursors: the place where a page of a list ends, sealed so that an address never shows a value.

A cursor works only in the list, in the order and for the user it was made for. Whatever else is
sent in its place opens to None, which callers read as the first page.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

MAX_LENGTH = 4096
NONCE_BYTES = 12
BLOCK_BYTES = 32

CursorValue = Decimal | dt.date | dt.datetime | str | int | None

TAGS: tuple[tuple[type, str], ...] = ((Decimal, "n"), (dt.datetime, "m"), (dt.date, "d"))
READERS: dict[str, Callable[[str], CursorValue]] = {
    "n": Decimal,
    "m": dt.datetime.fromisoformat,
    "d": dt.date.fromisoformat,
}


class CursorContext(NamedTuple):
    """What a cursor is bound to: the list, the asking user and the order of the rows."""

    view: str
    user_id: int | None
    sort: str = ""


def seal_cursor(values: Sequence[CursorValue], context: CursorContext) -> str:
    """The sort values of a row as text for an address, readable only by `open_cursor`."""
    plain = json.dumps([_pack(value) for value in values], ensure_ascii=False).encode()
    # padded, as the length of an address would tell the size of a balance
    padded = plain.ljust(-(-len(plain) // BLOCK_BYTES) * BLOCK_BYTES)
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + _cipher(context).encrypt(nonce, padded, _bound_to(context))
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def open_cursor(text: str | None, context: CursorContext) -> tuple[CursorValue, ...] | None:
    """The sort values in a cursor; None for anything that was not sealed for this context."""
    if not text or len(text) > MAX_LENGTH:
        return None
    try:
        sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        plain = _cipher(context).decrypt(nonce, body, _bound_to(context))
    except (ValueError, InvalidTag):
        return None
    return tuple(_unpack(value) for value in json.loads(plain))


def _pack(value: CursorValue) -> object:
    for kind, tag in TAGS:
        if isinstance(value, kind):
            return [tag, str(value)]
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"A cursor cannot hold a value of the type {type(value).__name__}.")


def _unpack(value: str | int | list[str] | None) -> CursorValue:
    return READERS[value[0]](value[1]) if isinstance(value, list) else value


def _bound_to(context: CursorContext) -> bytes:
    return json.dumps(context).encode()


def _cipher(context: CursorContext) -> AESGCM:
    return _cipher_of(settings.SECRET_KEY, context.user_id)


@lru_cache(maxsize=1024)
def _cipher_of(secret: str, user_id: int | None) -> AESGCM:
    # a key for each user keeps the random nonces under one key far below their limit of 2 ** 32
    info = f"list cursor/1/{user_id}".encode()
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret.encode())
    return AESGCM(key)
