"""The bank's own organisation: branches and the people who work in them."""

from .assignments import PostRole, StaffAssignment
from .authority import AuthorityLimit
from .handover import Handover, HandoverQuerySet
from .licences import WARN_DAYS, Licence
from .organisation import Branch, BranchQuerySet
from .people import StaffMember, StaffMemberQuerySet

__all__ = [
    "WARN_DAYS",
    "AuthorityLimit",
    "Branch",
    "BranchQuerySet",
    "Handover",
    "HandoverQuerySet",
    "Licence",
    "PostRole",
    "StaffAssignment",
    "StaffMember",
    "StaffMemberQuerySet",
]
