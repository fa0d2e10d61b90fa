"""Questions about customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q

from crm.core.querysets import ScopedQuerySet

if TYPE_CHECKING:
    from .models import Customer  # noqa: F401  (named in a base class below)


class CustomerQuerySet(ScopedQuerySet["Customer"]):
    """Customers of the bank."""

    def found_by(self, text: str) -> Self:
        """Customers whom what was typed may mean: a part of a name, or a number."""
        from . import search  # noqa: PLC0415  (search knows the models, which know this)

        words = search.words_of(text)
        return self.filter(search.by_name(words) | Q(pk__in=list(search.owners_by_number(words))))
