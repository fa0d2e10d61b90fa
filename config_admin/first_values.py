"""What a new installation is configured with; can be entered again without undoing changes."""

from __future__ import annotations

from .calendars import first_values as calendars
from .dictionaries import first_values as dictionaries
from .figures import first_values as figures
from .products import first_values as products
from .services import first_values as services

# in this order: products name entries of dictionaries, queues name calendars
PARTS = (
    dictionaries.enter_missing,
    products.enter_missing,
    calendars.enter_missing,
    services.enter_missing,
    figures.enter_missing,
)


def enter_missing() -> int:
    """Enter what is not there yet; the caller acts. Returns how many records were missing."""
    return sum(enter() for enter in PARTS)
