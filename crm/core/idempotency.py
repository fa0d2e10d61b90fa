"""A form sent twice has one effect: the key, a digest of what was sent, and where it led."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.http import QueryDict

from .clock import now
from .files import Received
from .models import IdempotencyKey

FIELD = "idempotency_key"
IGNORED = {"csrfmiddlewaretoken", FIELD}


class KeyReused(Exception):
    """The key was used for something else."""


def new_key() -> str:
    """A fresh key for a form about to be shown."""
    return str(uuid.uuid4())


def digest_of(path: str, data: QueryDict, files: Mapping[str, Received] | None = None) -> str:
    """What was sent where, without what changes by itself."""
    parts = [path, *(f"{k}={v}" for k, vs in sorted(data.lists()) if k not in IGNORED for v in vs)]
    parts += [f"{name}={file.name} {file.digest}" for name, file in sorted((files or {}).items())]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def parse_key(text: str) -> uuid.UUID | None:
    """The key of a form; None if it holds none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def earlier_answer(user: Any, key: uuid.UUID, digest: str) -> str | None:
    """Where the same form led before; None if it is new; raises KeyReused for another payload."""
    seen = IdempotencyKey.objects.filter(user=user, key=key).values_list("digest", "target").first()
    if seen is None:
        return None
    if seen[0] != digest:
        raise KeyReused
    return seen[1]


def claim(user: Any, key: uuid.UUID, digest: str) -> bool:
    """Take the key inside the work's transaction; False if another request has just used it.

    Waits for a request that holds the key and has not finished.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into core_idempotency_key (user_id, key, digest, target, at)"
            " values (%s, %s, %s, '', %s) on conflict do nothing",
            [user.pk, key, digest, now()],
        )
        return bool(cursor.rowcount == 1)


def remember(user: Any, key: uuid.UUID, target: str) -> None:
    """Keep where the form led, in the same transaction as the work."""
    IdempotencyKey.objects.filter(user=user, key=key).update(target=target)
