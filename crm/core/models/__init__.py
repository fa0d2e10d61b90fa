"""Bases of every record, and the kernel's own tables."""

from .approvals import Approval, ApprovalPolicy
from .jobs import Job, JobProgress, JobRow, RegularRun
from .records import Derived, Move, Noted, Record, Text, Workflow
from .requests import IdempotencyKey, StoredQuery
from .seals import Seal, TrailCheck
from .trails import AccessEvent, AuditEvent
from .views import SavedView

__all__ = [
    "AccessEvent",
    "Approval",
    "ApprovalPolicy",
    "AuditEvent",
    "Derived",
    "IdempotencyKey",
    "Job",
    "JobProgress",
    "JobRow",
    "Move",
    "Noted",
    "Record",
    "RegularRun",
    "SavedView",
    "Seal",
    "StoredQuery",
    "Text",
    "TrailCheck",
    "Workflow",
]
