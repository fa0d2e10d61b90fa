"""What this module counts at branches: units below, staff, and grants that are still to end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import ngettext

from crm.core.clock import bank_today
from crm.core.keyset import Count, capped_counts
from crm.core.registry import Tie, add_tie
from sysadmin.models import Grant, period

from .models import Branch, StaffMember


def below(branches: Sequence[Branch], _user: Any) -> list[Count]:
    """Open units below each branch."""
    return capped_counts(
        [
            Branch.objects.filter(lft__gt=branch.lft, lft__lt=branch.rgt, closed_on=None)
            for branch in branches
        ]
    )


def staff(branches: Sequence[Branch], _user: Any) -> list[Count]:
    """Members of staff at each branch and below it."""
    return capped_counts(
        [
            StaffMember.objects.filter(branch__lft__gte=branch.lft, branch__lft__lte=branch.rgt)
            for branch in branches
        ]
    )


def grants(branches: Sequence[Branch], _user: Any) -> list[Count]:
    """Grants at each branch that have not ended, those of tomorrow among them."""
    from_today = period(bank_today())
    return capped_counts(
        [Grant.objects.filter(branch=branch, valid__overlap=from_today) for branch in branches]
    )


def units_in_words(count: Count) -> str:
    """So many units."""
    return ngettext("%(shown)s open branch below", "%(shown)s open branches below", count.n) % {
        "shown": count
    }


def staff_in_words(count: Count) -> str:
    """So many members of staff."""
    return ngettext("%(shown)s member of staff", "%(shown)s members of staff", count.n) % {
        "shown": count
    }


def grants_in_words(count: Count) -> str:
    """So many grants."""
    return ngettext(
        "%(shown)s grant that has not ended", "%(shown)s grants that have not ended", count.n
    ) % {"shown": count}


def register() -> None:
    """Make known what holds a branch open."""
    add_tie("staff.branch", Tie(below, units_in_words))
    add_tie("staff.branch", Tie(staff, staff_in_words, action="staff.view_staffmember"))
    add_tie("staff.branch", Tie(grants, grants_in_words))
