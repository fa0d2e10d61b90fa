"""Pages of this module."""

from .complaints.resources import RESOURCES as COMPLAINTS

RESOURCES = (*COMPLAINTS,)
