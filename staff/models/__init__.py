"""The bank's own organisation: branches and the people who work in them."""

from .organisation import Branch, BranchQuerySet
from .people import StaffMember, StaffMemberQuerySet

__all__ = ["Branch", "BranchQuerySet", "StaffMember", "StaffMemberQuerySet"]
