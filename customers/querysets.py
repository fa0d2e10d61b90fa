"""Questions about customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm.core.querysets import ScopedQuerySet

if TYPE_CHECKING:
    from .models import Customer  # noqa: F401  (named in a base class below)


class CustomerQuerySet(ScopedQuerySet["Customer"]):
    """Customers of the bank."""
