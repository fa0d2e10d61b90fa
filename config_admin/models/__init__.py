"""What the bank configures."""

from .calendars import Calendar, CalendarDay, WorkingWeek
from .dictionaries import Dictionary, DictionaryEntry
from .figures import CurrencyRate, NumberSeries, ParameterValue
from .products import Product
from .service_fields import ServiceEdition, ServiceField
from .services import (
    ChecklistItem,
    ReplyTemplate,
    ServiceCategory,
    ServiceDeadline,
    ServiceQueue,
    ServiceType,
)
from .skills import Skill

__all__ = [
    "Calendar",
    "CalendarDay",
    "ChecklistItem",
    "CurrencyRate",
    "Dictionary",
    "DictionaryEntry",
    "NumberSeries",
    "ParameterValue",
    "Product",
    "ReplyTemplate",
    "ServiceCategory",
    "ServiceDeadline",
    "ServiceEdition",
    "ServiceField",
    "ServiceQueue",
    "ServiceType",
    "Skill",
    "WorkingWeek",
]
