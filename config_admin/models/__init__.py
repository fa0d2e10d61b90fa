"""What the bank configures."""

from .calendars import Calendar, CalendarDay, WorkingWeek
from .dictionaries import Dictionary, DictionaryEntry
from .products import Product

__all__ = [
    "Calendar",
    "CalendarDay",
    "Dictionary",
    "DictionaryEntry",
    "Product",
    "WorkingWeek",
]
