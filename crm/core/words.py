"""Rows of a small table found by any words of their codes and names."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Replace


def any_of(fields: Iterable[str], how: str, text: str) -> Q:
    """The rows of which one of the fields holds a text in this way."""
    return reduce(or_, (Q(**{f"{name}__{how}": text}) for name in fields))


def holding_words(rows: QuerySet[Any], fields: Iterable[str], typed: str) -> QuerySet[Any]:
    """The rows of which some field holds each word typed.

    Blanks of a name do not count, so that "linyue" and "yue lin" both find Lin Yue. Every row is
    read: for tables that do not grow with the customers.
    """
    solid = {f"solid_{name}": Replace(name, Value(" ")) for name in fields}
    rows = rows.alias(**solid)
    for word in typed.split():
        rows = rows.filter(any_of(solid, "icontains", word))
    return rows
