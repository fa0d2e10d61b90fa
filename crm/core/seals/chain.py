"""How a seal is made of lines, and how one seal holds the one before it."""

from __future__ import annotations

import hmac
import json
import struct
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any

from django.db import connection

from crm.core.keyring import key_ring
from crm.core.models import AccessEvent, AuditEvent, Seal

MODELS = {model._meta.db_table: model for model in (AuditEvent, AccessEvent)}
START = -(2**63)
SHORT = 8
_LEAF = struct.Struct(f">q{SHORT}s")
_USE = b"meridian: seals of the trails"


def stretch_end(trail: str, after: int, upto: int, most: int) -> int:
    """Up to which key a stretch goes that holds so many lines at most.

    It is bounded by keys: whatever is known of the table, nothing sorts all that is still to come.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"select min(id) from {trail} where id > %s and id <= %s",  # noqa: S608 - see below
            [after, upto],
        )
        (first,) = cursor.fetchone() or (None,)
    return upto if first is None else min(first + most - 1, upto)


def read_lines(trail: str, after: int, upto: int) -> dict[int, bytes]:
    """The digest of each line of a stretch, by its key."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select e.id, {_columns(trail)} from {trail} e"  # noqa: S608 - named by the models
            " join pg_class c on c.oid = e.tableoid"
            " where e.id > %s and e.id <= %s order by e.id",
            [after, upto],
        )
        return {key: digest(values) for key, *values in cursor}


def _columns(trail: str) -> str:
    """Every column of a line as text that no setting of the session changes, and its partition."""
    columns = [str(field.column) for field in MODELS[trail]._meta.concrete_fields]
    said = [f"extract(epoch from e.{c})::text" if c == "at" else f"e.{c}::text" for c in columns]
    return ", ".join([*said, "c.relname::text"])


def digest(values: Sequence[str | None]) -> bytes:
    """What stands for a line."""
    return sha256(b"\0" + json.dumps(values, ensure_ascii=False).encode()).digest()


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root of the tree over the digests of lines; none of them can change without it."""
    level = list(leaves) or [sha256(b"\0").digest()]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [sha256(b"\1" + left + right).digest() for left, right in pairs]
        level = above + level[len(above) * 2 :]
    return level[0]


def pack(lines: dict[int, bytes]) -> bytes:
    """Keys and shortened digests of lines, as a seal keeps them."""
    return b"".join(_LEAF.pack(key, leaf[:SHORT]) for key, leaf in lines.items())


def unpack(leaves: bytes) -> Iterator[tuple[int, bytes]]:
    """The keys and shortened digests that a seal keeps."""
    return _LEAF.iter_unpack(leaves)


def mac_of(seal: Seal) -> bytes:
    """What proves a seal: only who has the key can make it, over all that the seal says."""
    said: list[Any] = [
        seal.number,
        seal.trail,
        seal.epoch,
        seal.after,
        seal.upto,
        seal.lines,
        bytes(seal.root).hex(),
        sha256(seal.leaves).hexdigest(),
        seal.guards,
        seal.note,
        seal.sealed_at.timestamp(),
        seal.key_id,
        bytes(seal.previous).hex(),
    ]
    content = json.dumps(said, ensure_ascii=False, sort_keys=True).encode()
    key = hmac.digest(key_ring().trail.by_id[seal.key_id], _USE, "sha256")
    return hmac.digest(key, content, "sha256")


def is_proved(seal: Seal) -> bool:
    """Whether the key of the seal is known and made it as it stands."""
    known = seal.key_id in key_ring().trail.by_id
    return known and hmac.compare_digest(mac_of(seal), bytes(seal.mac))
