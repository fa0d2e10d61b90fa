"""Many values for one statement: as one array, which costs less than as many parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from django.db.models.expressions import RawSQL


def array_of(values: Sequence[Any]) -> str:
    """Texts, numbers and nothing as the text of an array, as the database reads it."""
    if not values:
        return "{}"
    parts = ["" if value is None else str(value) for value in values]
    joined = '","'.join(parts)
    if "\\" in joined or joined.count('"') != 2 * (len(parts) - 1):
        parts = [part.replace("\\", "\\\\").replace('"', '\\"') for part in parts]
        joined = '","'.join(parts)
    if None not in values:
        return f'{{"{joined}"}}'
    told = (
        "null" if value is None else f'"{part}"' for value, part in zip(values, parts, strict=True)
    )
    return f"{{{','.join(told)}}}"


def among(kind: Literal["text", "bigint", "bytea"], values: Iterable[Any]) -> RawSQL:
    """What stands behind `__in` for many values of one type of the database."""
    told = [f"\\x{value.hex()}" if kind == "bytea" else value for value in values]
    # only the name of the type is put into the text
    return RawSQL(f"select unnest(%s::{kind}[])", [array_of(told)])  # noqa: S611
