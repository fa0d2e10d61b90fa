"""What this module counts at branches and in the hands of members of staff."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import ngettext

from crm.core.clock import bank_today
from crm.core.keyset import Count, capped_counts
from crm.core.models import Job
from crm.core.registry import Tie, add_tie
from sysadmin.models import Grant, period

from .models import Branch, StaffAssignment, StaffMember


def below(branches: Sequence[Branch], _user: Any) -> list[Count]:
    """Open units below each branch."""
    return capped_counts(
        [
            Branch.objects.filter(lft__gt=branch.lft, lft__lt=branch.rgt, closed_on=None)
            for branch in branches
        ]
    )


def staff(branches: Sequence[Branch], _user: Any) -> list[Count]:
    """Members of staff at each branch and below it, those who have left not among them."""
    return capped_counts(
        [
            StaffMember.objects.present().filter(
                branch__lft__gte=branch.lft, branch__lft__lte=branch.rgt
            )
            for branch in branches
        ]
    )


def grants(branches: Sequence[Branch], _user: Any) -> list[Count]:
    """Grants at each branch that have not ended, those of tomorrow among them."""
    from_today = period(bank_today())
    return capped_counts(
        [Grant.objects.filter(branch=branch, valid__overlap=from_today) for branch in branches]
    )


def plans(branches: Sequence[Branch], _user: Any) -> list[Count]:
    """Assignments to each branch that have not begun."""
    tomorrow = bank_today() + dt.timedelta(days=1)
    return capped_counts(
        [
            StaffAssignment.objects.standing().filter(
                branch=branch, valid__startswith__gte=tomorrow
            )
            for branch in branches
        ]
    )


def reports(members: Sequence[StaffMember], _user: Any) -> list[Count]:
    """Who reports to each of these members of staff."""
    return capped_counts(
        [StaffMember.objects.present().filter(supervisor=member) for member in members]
    )


def open_jobs(members: Sequence[StaffMember], _user: Any) -> list[Count]:
    """Jobs of each of these members that still have something to do."""
    waiting = (Job.Status.QUEUED, Job.Status.RUNNING)
    return capped_counts(
        [
            Job.objects.filter(owner=member.user_id, status__in=waiting)
            if member.user_id
            else Job.objects.none()
            for member in members
        ]
    )


def plans_in_words(count: Count) -> str:
    """So many plans."""
    return ngettext("%(shown)s planned assignment", "%(shown)s planned assignments", count.n) % {
        "shown": count
    }


def reports_in_words(count: Count) -> str:
    """So many who report."""
    return ngettext(
        "%(shown)s person who reports to them", "%(shown)s people who report to them", count.n
    ) % {"shown": count}


def jobs_in_words(count: Count) -> str:
    """So many jobs."""
    return ngettext("%(shown)s open job", "%(shown)s open jobs", count.n) % {"shown": count}


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
    """Make known what holds a branch open, and what somebody who leaves has to hand over."""
    add_tie("staff.branch", Tie(below, units_in_words))
    add_tie("staff.branch", Tie(staff, staff_in_words, action="staff.view_staffmember"))
    add_tie("staff.branch", Tie(grants, grants_in_words))
    add_tie("staff.branch", Tie(plans, plans_in_words))
    add_tie("staff.staffmember", Tie(reports, reports_in_words))
    add_tie("staff.staffmember", Tie(open_jobs, jobs_in_words))
