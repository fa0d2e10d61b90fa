"""The records of this module."""

from .complaints import Complaint, ComplaintReply

__all__ = [
    "Complaint",
    "ComplaintReply",
]
