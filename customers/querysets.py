"""Questions about customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from crm.core.querysets import ScopedQuerySet

if TYPE_CHECKING:
    from crm.core.scope import Asker

    from .models import Customer  # noqa: F401  (named in a base class below)


class CustomerQuerySet(ScopedQuerySet["Customer"]):
    """Customers of the bank."""

    def open_to(self, user: Asker, action: str) -> Self:
        """Customers with whom the user may do this."""
        return self.within(user, action)
