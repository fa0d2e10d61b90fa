"""Kinds of filter by people, for the lists of all modules."""

from __future__ import annotations

from typing import Any

from crm.core.filter_kinds import LookupFilter

from .models import StaffMember


def member_filter(**options: Any) -> LookupFilter:
    """Rows in the hands of a member of staff, by number or name; "me" stands for the reader."""
    return LookupFilter(
        queryset=StaffMember.objects.all(),
        url_name="staff:staffmember_lookup",
        mine="user",
        **options,
    )
