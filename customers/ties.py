"""Customers as they are counted at branches, and what is entered beside their lead managers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import ngettext

from crm.core.clock import bank_today
from crm.core.keyset import Count, capped_counts
from crm.core.registry import Tie, add_tie
from staff.models import Branch
from sysadmin.models import period

from .models import ListedCustomer, Ownership

VIEW = "customers.view_customer"


def at_branches(branches: Sequence[Branch], user: Any) -> list[Count]:
    """Customers of each branch and those below, within the user's reach, or all of them."""
    rows = ListedCustomer.objects.all() if user is None else ListedCustomer.objects.permitted(user)
    return capped_counts(
        [rows.filter(lft__gte=branch.lft, lft__lte=branch.rgt) for branch in branches]
    )


def standing() -> QuerySet[Ownership]:
    """Who assists customers or leads them in another line, today and ahead."""
    from_today = period(bank_today())
    return Ownership.objects.filter(is_main=False, is_withdrawn=False, valid__overlap=from_today)


def beside_in_words(count: Count) -> str:
    """So many customers in another line, or assisted."""
    return ngettext(
        "%(shown)s customer whom they assist or lead in another line",
        "%(shown)s customers whom they assist or lead in another line",
        count.n,
    ) % {"shown": count}


def in_words(count: Count) -> str:
    """So many customers."""
    return ngettext("%(shown)s customer", "%(shown)s customers", count.n) % {"shown": count}


def register() -> None:
    """Make known what holds a branch open."""
    add_tie("staff.branch", Tie(at_branches, in_words, action=VIEW, within_reach=True))
