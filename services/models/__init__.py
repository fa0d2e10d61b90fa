"""What the bank does with and for its customers."""

from .contacts import Contact, ContactAttendee, ContactNote
from .promises import Promise

__all__ = ["Contact", "ContactAttendee", "ContactNote", "Promise"]
