"""What is refused when members of staff join, move and leave."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.approvals import asker
from crm.core.clock import bank_today
from crm.core.formats import day, in_bank_zone
from crm.core.operations import DomainError, Stale
from staff.models import Branch, StaffAssignment, StaffMember
from sysadmin.operations import refuse_known

if TYPE_CHECKING:
    from sysadmin.models import User

# held by whoever changes who reports to whom
LINES = 7103
# somebody who began is entered within a month
ENTERED_WITHIN = dt.timedelta(days=31)
HEADS = (StaffMember.Post.SUB_BRANCH_HEAD, StaffMember.Post.BRANCH_HEAD, StaffMember.Post.PRESIDENT)
OUTSIDE = gettext_lazy("This member of staff works outside your reach. Ask an administrator above.")


@dataclass(frozen=True)
class Place:
    """Where somebody is to work: the branch, as what, and for whom."""

    branch: Branch
    post: str
    supervisor: StaffMember | None
    decision: str = ""


def one_at_a_time() -> None:
    """Let nobody else change who reports to whom until this is done."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LINES])


def still_at(member: StaffMember, version: int) -> StaffMember:
    """The member as they are now, if nothing has changed since this version."""
    member = StaffMember.objects.select_for_update().get(pk=member.pk)
    if member.version != version:
        raise Stale
    return member


def as_kept(place: Place) -> tuple[int, str, int | None]:
    """A place as the columns of an assignment hold it."""
    return place.branch.pk, place.post, place.supervisor.pk if place.supervisor else None


def refuse_beyond_powers(member: StaffMember, by: User, action: str) -> None:
    """Everybody sees all staff; changing them ends where the reach of the action ends."""
    if member.user_id == by.pk:
        raise DomainError(_("Nobody moves or dismisses themselves. Ask a colleague."))
    within = Branch.objects.in_reach(asker(by), f"staff.{action}")
    if not within.filter(pk=member.branch_id).exists():
        raise DomainError(OUTSIDE)


def refuse_known_password(member: StaffMember, by: User, first_day: dt.date) -> None:
    """Nobody gives another post to a user whose first password they know and which holds by then.

    Otherwise somebody would enter a person, and use the rights of any post in their name.
    """
    until = member.user.first_password_until if member.user else None
    if member.user and until and first_day <= in_bank_zone(until).date():
        refuse_known(member.user, by)


def refuse_begun(assignment: StaffAssignment) -> None:
    """An assignment that has begun, or that is withdrawn, is changed no more."""
    if assignment.withdrawn_on:
        raise DomainError(_("This assignment is withdrawn. Enter a new one."))
    if not assignment.is_ahead:
        raise DomainError(_("This assignment has begun. Enter a new one from a later day."))


def refuse_joining_day(joined_on: dt.date) -> None:
    """Refuse somebody who joined longer ago than anybody is entered afterwards."""
    earliest = bank_today() - ENTERED_WITHIN
    if joined_on < earliest:
        raise DomainError(
            _("Whoever has begun is entered within %(n)s days. Enter %(day)s or later.")
            % {"n": ENTERED_WITHIN.days, "day": day(earliest)},
            "joined_on",
        )


def head_of(branch: Branch, member: StaffMember, first_day: dt.date) -> StaffMember | None:
    """Who heads a branch on a day, if that is somebody else."""
    heads = StaffMember.objects.present().filter(branch=branch, post__in=HEADS)
    there = heads.filter(Q(leaves_on=None) | Q(leaves_on__gte=first_day))
    return there.exclude(pk=member.pk).order_by("number").first()


def is_left_behind(member: StaffMember, place: Place) -> bool:
    """Whether somebody would go on reporting to a branch that is neither theirs nor above it."""
    above = place.supervisor
    if above is None or above.pk != member.supervisor_id or place.branch.pk == member.branch_id:
        return False
    return not above.branch.lft <= place.branch.lft <= above.branch.rgt


def refuse_day(member: StaffMember, first_day: dt.date) -> None:
    """Refuse an assignment that begins in the past, or after somebody has left."""
    if first_day < bank_today():
        raise DomainError(
            _("An assignment cannot begin in the past. Enter today or later."), "first_day"
        )
    if member.leaves_on and member.leaves_on < first_day:
        raise DomainError(
            _("The last day at the bank is %(day)s. Enter an earlier day.")
            % {"day": day(member.leaves_on)},
            "first_day",
        )


def refuse_overlap(
    assignment: StaffAssignment, before: StaffAssignment | None, first_day: dt.date
) -> None:
    """Refuse a first day that leaves nothing of the assignment before, or of this one."""
    earliest = before.valid.lower if before else assignment.member.joined_on
    earliest += dt.timedelta(days=1 if before else 0)
    if first_day < earliest or (assignment.last_day and first_day > assignment.last_day):
        raise DomainError(
            _("On that day another assignment holds. Enter a day from %(first)s on.")
            % {"first": day(earliest)},
            "first_day",
        )


def refuse_other_plans(member: StaffMember, first_day: dt.date) -> None:
    """Refuse where something is planned from that day on already."""
    ahead = max(first_day, bank_today() + dt.timedelta(days=1))
    planned = member.assignments.standing().filter(valid__startswith__gte=ahead).first()
    if planned:
        raise DomainError(
            _("An assignment is planned from %(day)s on already. Change that one.")
            % {"day": day(planned.valid.lower)}
        )


def refuse_followers(member: StaffMember, last_day: dt.date) -> None:
    """Nobody may report from a later day on to somebody who is gone by then."""
    later = StaffAssignment.objects.standing().filter(
        supervisor=member, valid__startswith__gt=last_day
    )
    if planned := later.first():
        raise DomainError(
            _("%(name)s is to report to them from %(day)s on. Change that assignment first.")
            % {"name": planned.member, "day": day(planned.valid.lower)}
        )


def refuse_place(place: Place, first_day: dt.date, member: StaffMember | None = None) -> None:
    """Refuse a branch that is not open by then, and a supervisor who is gone or reports back."""
    refuse_branch(place, first_day)
    refuse_supervisor(place, first_day, member)


def refuse_branch(place: Place, first_day: dt.date) -> None:
    """Refuse a branch that is not open by then."""
    if place.branch.is_closed:
        raise DomainError(_("That branch is closed. Choose an open one."), "branch")
    if place.branch.opened_on > first_day:
        raise DomainError(
            _("That branch opens on %(day)s only.") % {"day": day(place.branch.opened_on)}, "branch"
        )


def refuse_supervisor(place: Place, first_day: dt.date, member: StaffMember | None = None) -> None:
    """Refuse a supervisor who is gone by then, or who reports to the member."""
    above = place.supervisor
    if above is None:
        return
    if above.leaves_on and above.leaves_on < first_day:
        raise DomainError(
            _("%(name)s has left by then. Choose somebody else.") % {"name": above}, "supervisor"
        )
    if member and leads_back(member, above, first_day):
        raise DomainError(
            _(
                "%(above)s reports to %(name)s, directly or through others. Choose somebody who "
                "does not."
            )
            % {"above": above, "name": member},
            "supervisor",
        )


def leads_back(member: StaffMember, above: StaffMember, first_day: dt.date) -> bool:
    """Whether the line above somebody leads to a member, then or when a later plan begins."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with recursive days as (
                select %(first)s::date as day
                union
                select lower(valid) from staff_staffassignment
                where lower(valid) > %(first)s and withdrawn_on is null
            ), line (day, id) as (
                select day, %(above)s::bigint from days
                union
                select l.day, case when a.id is null then m.supervisor_id else a.supervisor_id end
                from line l
                join staff_staffmember m on m.id = l.id and m.id <> %(member)s
                left join staff_staffassignment a on a.member_id = m.id and a.valid @> l.day
                    and a.withdrawn_on is null
            )
            select exists (select 1 from line where id = %(member)s)
            """,
            {"first": first_day, "above": above.pk, "member": member.pk},
        )
        (found,) = cursor.fetchone()
    return bool(found)
