"""Bases of every record, and the kernel's own tables."""

from .records import Move, Record, Text, Workflow
from .requests import IdempotencyKey, StoredQuery
from .trails import AccessEvent, AuditEvent

__all__ = [
    "AccessEvent",
    "AuditEvent",
    "IdempotencyKey",
    "Move",
    "Record",
    "StoredQuery",
    "Text",
    "Workflow",
]
