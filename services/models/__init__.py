"""What the bank does for its customers, one file for each aggregate."""

from .agenda import CalendarFeed, Task
from .appointments import Appointment

__all__ = [
    "Appointment",
    "CalendarFeed",
    "Task",
]
