"""Keys of other records as a person reads them: by name, as far as the reader may see the row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from .resources import joins_of
from .scope import Asker

Kind = type[models.Model]


class Named:
    """The names behind foreign keys, asked for once for each kind of record.

    `pairs` are the foreign keys of a whole page: each field with a key that is stored in it.
    """

    def __init__(self, pairs: Iterable[tuple[Any, Any]], user: Asker) -> None:
        keys: dict[Kind, set[int]] = defaultdict(set)
        for field, key in pairs:
            keys[field.related_model].add(int(key))
        self.names = {kind: names_of(kind, wanted, user) for kind, wanted in keys.items()}

    def name(self, field: Any, key: Any) -> str:
        """The name of the row that a foreign key points to; empty out of the reader's reach."""
        return self.names.get(field.related_model, {}).get(int(key), "")

    def shown(self, field: Any, key: Any) -> str:
        """The name, or in words that there is none for this reader."""
        return self.name(field, key) or _("outside your reach")

    def with_key(self, field: Any, key: Any) -> str:
        """The name with the key itself, for those who follow the trail."""
        return f"{self.shown(field, key)} (№ {key})"


def names_of(kind: Kind, keys: set[int], user: Asker) -> dict[int, str]:
    """The names of the rows with these keys that the user may see, or that everybody may read."""
    manager: Any = getattr(kind, "scoped", kind._default_manager)
    seen = manager.all() if getattr(kind, "NAMED_TO_ALL", False) else manager.permitted(user)
    rows = seen.filter(pk__in=keys)
    # the name of a row may be made of others: those come with it
    return {row.pk: str(row) for row in rows.select_related(*joins_of(kind))}


def keys_in(fields: Iterable[Any], *rows: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Each foreign key among these fields with the keys that stored rows hold in it."""
    for field in fields:
        for row in rows if field.is_relation else ():
            if row.get(field.column) is not None:
                yield field, row[field.column]
