"""All resources of this module."""

from .agenda.resources import task
from .appointments.resources import appointment

RESOURCES = (
    task,
    appointment,
)
