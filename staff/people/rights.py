"""Assignments, and the rights that come and go with them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from crm.core.clock import bank_today
from crm.core.formats import day
from crm.core.operations import DomainError, insert, refuse_invalid, save_new, write
from staff.models import PostRole, StaffAssignment, StaffMember
from sysadmin.duties.conflicts import refuse_incompatible
from sysadmin.models import Grant, period

from .rules import Place


def enter(
    member: StaffMember,
    place: Place,
    first_day: dt.date,
    beyond: dt.date | None = None,
    *,
    with_rights: bool = True,
) -> StaffAssignment:
    """Enter an assignment, with the rights that come with it."""
    assignment = StaffAssignment(
        member=member,
        branch=place.branch,
        post=place.post,
        supervisor=place.supervisor,
        valid=period(first_day, beyond),
        decision=place.decision,
    )
    if with_rights:
        give_rights(assignment, place, assignment.valid)
    refuse_invalid(assignment)
    insert(assignment)
    return assignment


def right_of(assignment: StaffAssignment) -> Grant | None:
    """The right that the table of posts gives with an assignment; None if it gives none."""
    rule, user = rule_of(assignment.post), assignment.member.user
    if rule is None or user is None:
        return None
    return Grant(
        user=user,
        role=rule.role,
        branch=assignment.branch,
        extent=rule.extent,
        valid=from_today(assignment.valid),
    )


def from_today(valid: Any) -> Any:
    """The days of a right: none is given for days that are over."""
    return period(max(valid.lower, bank_today()), valid.upper)


def rule_of(post: str) -> PostRole | None:
    """What comes with a post of itself; None where it is given by hand."""
    return PostRole.objects.filter(post=post, by_hand=False).select_related("role").first()


def give_rights(assignment: StaffAssignment, place: Place | StaffAssignment, valid: Any) -> None:
    """Let the grant of an assignment be the one that the table of posts says.

    Where the table says that a right is given by hand, none comes of itself; it ends all the same.
    """
    rule = rule_of(place.post)
    user = assignment.member.user
    grant = assignment.grant
    if rule is None or user is None:
        if grant is not None:
            take_back(grant, assignment.member)
            assignment.grant = None
        return
    is_new = grant is None
    grant = grant or Grant(user=user)
    grant.role, grant.branch, grant.extent = rule.role, place.branch, rule.extent
    grant.valid = valid
    refuse_incompatible(grant, "post")
    if is_new:
        _make_room(grant)
        save_new(grant)
    else:
        write(grant, ["role", "branch", "extent", "valid"], version=grant.version)
    assignment.grant = grant


def give_own_rights(assignment: StaffAssignment) -> None:
    """Give the rights that come with an assignment as it stands, from today on at the earliest."""
    give_rights(assignment, assignment, from_today(assignment.valid))
    write(assignment, ["grant"], version=assignment.version)


def _make_room(grant: Grant) -> None:
    """End the same right given by hand, which the table of posts takes over."""
    same = Grant.objects.filter(user=grant.user_id, role=grant.role, branch=grant.branch)
    for other in same.filter(valid__overlap=grant.valid):
        end_grant(other, grant.valid.lower)


def end(assignment: StaffAssignment, beyond: dt.date) -> None:
    """Let an assignment, and the rights that came with it, end before a day."""
    if assignment.valid.lower >= beyond:
        raise DomainError(
            _("An assignment begins on %(day)s. Enter a later day.")
            % {"day": day(assignment.valid.lower)},
            "first_day",
        )
    rights = _rights_of(assignment)
    assignment.valid = period(assignment.valid.lower, beyond)
    write(assignment, ["valid"], version=assignment.version)
    for grant in rights:
        end_grant(grant, beyond)


def _rights_of(assignment: StaffAssignment) -> list[Grant]:
    """The right that came with an assignment; of one entered without, what its post would give."""
    if assignment.grant is not None:
        return [assignment.grant]
    rule = PostRole.objects.filter(post=assignment.post).first()
    if rule is None or assignment.member.user_id is None:
        return []
    held = Grant.objects.filter(
        user=assignment.member.user_id, role=rule.role_id, branch=assignment.branch_id
    )
    return list(held.filter(assignment=None, valid__overlap=assignment.valid))


def end_grant(grant: Grant, beyond: dt.date) -> None:
    """Let a right end before a day."""
    # a grant that has not begun leaves no day on which it was valid, so its first day stays
    earliest = grant.valid.lower + dt.timedelta(days=1)
    grant.valid = period(grant.valid.lower, max(beyond, earliest))
    write(grant, ["valid"], version=grant.version)


def go_on(assignment: StaffAssignment, beyond: dt.date | None, replaced: Grant | None) -> None:
    """Let an assignment, and the rights that ended with it, go on to another day.

    `replaced` is the right of the assignment that was to follow; the same right given by hand,
    which it had taken over, goes on too.
    """
    ended = assignment.valid.upper
    rights = {grant.pk: grant for grant in _rights_of(assignment)}
    if replaced is not None:
        same = Grant.objects.filter(user=replaced.user_id, role=replaced.role_id)
        same = same.filter(branch=replaced.branch_id, valid__endswith=ended)
        rights |= {grant.pk: grant for grant in same.exclude(pk=replaced.pk)}
    assignment.valid = period(assignment.valid.lower, beyond)
    write(assignment, ["valid"], version=assignment.version)
    for grant in rights.values():
        if grant.valid.upper == ended:
            grant.valid = period(grant.valid.lower, beyond)
            refuse_incompatible(grant, "post")
            write(grant, ["valid"], version=grant.version)


def take_back(grant: Grant, member: StaffMember) -> None:
    """Take back a right that was only planned: it is moved to where nobody could use it."""
    grant.valid = period(member.joined_on - dt.timedelta(days=1), member.joined_on)
    write(grant, ["valid"], version=grant.version)
