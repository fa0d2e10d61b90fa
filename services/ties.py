"""Open requests as they hold a branch open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.core.keyset import Count, capped_counts
from crm.core.registry import Tie, add_tie
from staff.handover.parts import stays
from staff.models import Branch

from .models import ServiceRequest


def at_branches(branches: Sequence[Branch], _user: Any) -> list[Count]:
    """Open requests at each branch and those below."""
    rows = ServiceRequest.objects.at_work()
    return capped_counts(
        [
            rows.filter(branch__lft__gte=branch.lft, branch__lft__lte=branch.rgt)
            for branch in branches
        ]
    )


def in_words(count: Count) -> str:
    """So many requests."""
    return ngettext(
        "%(shown)s open service request", "%(shown)s open service requests", count.n
    ) % {"shown": count}


def register() -> None:
    """Make known what holds a branch open, and what a handover leaves with the first one."""
    add_tie("staff.branch", Tie(at_branches, in_words))
    stays("services.queuemember.member", _("Who works a queue is ended and entered there."))
