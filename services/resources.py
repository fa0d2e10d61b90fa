"""Pages of this module."""

from .contacts.resources import contact
from .promises.resources import promise

RESOURCES = (
    contact,
    promise,
)
