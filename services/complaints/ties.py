"""Complaints as they hold a branch open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm.core.keyset import Count, capped_counts
from crm.core.registry import Tie, add_tie
from services.models import Complaint
from staff.models import Branch

from .handover import in_words


def at_branches(branches: Sequence[Branch], _user: Any) -> list[Count]:
    """Complaints at each branch and those below to which an answer is owed."""
    return capped_counts(
        [
            Complaint.objects.open().filter(branch__lft__gte=b.lft, branch__lft__lte=b.rgt)
            for b in branches
        ]
    )


def register() -> None:
    """Make known that a branch stays open while complaints there wait for an answer."""
    add_tie("staff.branch", Tie(at_branches, in_words))
