"""What happens to members of staff: they join, move to another post or branch, and leave."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.approvals import Change, second_person, text_of
from crm.core.clock import bank_today
from crm.core.operations import (
    DomainError,
    Stale,
    lock_for,
    operation,
    refuse_invalid,
    save_changes,
    save_new,
    write,
)
from staff.handover.parts import left_with
from staff.models import Branch, PostRole, StaffAssignment, StaffMember
from sysadmin.kept import judged_together
from sysadmin.models import Grant, User, period
from sysadmin.signing_in.operations import disable, open_account

from .rights import end, end_grant, enter, give_own_rights, give_rights, go_on, right_of, take_back
from .rules import (
    OUTSIDE,
    Place,
    as_kept,
    one_at_a_time,
    refuse_begun,
    refuse_beyond_powers,
    refuse_day,
    refuse_followers,
    refuse_joining_day,
    refuse_known_password,
    refuse_other_plans,
    refuse_overlap,
    refuse_place,
    still_at,
)


def place_changes(held: Any, arguments: dict[str, Any]) -> list[Change]:
    """What a second person compares: where somebody works, and where they are to work."""
    before = type(held)._base_manager.get(pk=held.pk)
    place: Place = arguments["place"]
    valid = StaffAssignment(valid=period(arguments["first_day"]))
    days = StaffAssignment._meta.get_field("valid")
    above = place.supervisor
    return [
        Change("branch_id", str(before.branch_id), str(place.branch.pk)),
        Change("post", before.post, place.post),
        Change(
            "supervisor_id",
            str(before.supervisor_id) if before.supervisor_id else None,
            str(above.pk) if above else None,
        ),
        Change(f"{StaffAssignment._meta.label_lower}:valid", None, days.value_to_string(valid)),
    ]


# --- joining ---------------------------------------------------------------------------


@operation
def join(member: StaffMember, *, by: User, username: str = "", decision: str = "") -> str:
    """Enter somebody who joins the bank; returns the first password if they get a sign-in."""
    one_at_a_time()
    refuse_joining_day(member.joined_on)
    place = Place(member.branch, member.post, member.supervisor, decision)
    refuse_place(place, member.joined_on)
    password = ""
    if username:
        member.user = User(
            username=username, display_name=member.name, latin_name=member.latin_name
        )
        refuse_invalid(member)
        password = _open_account(member.user, by)
    save_new(member)
    assignment = enter(member, place, member.joined_on, with_rights=False)
    if right_of(assignment):
        give_rights_of_post(assignment, by=by)
    return password


@operation
def open_sign_in(member: StaffMember, *, by: User, username: str, reason: str) -> str:
    """Give a member of staff a sign-in and the rights of the post; returns the first password."""
    one_at_a_time()
    lock_for(member, "open_sign_in")
    refuse_beyond_powers(member, by, "open_sign_in_staffmember")
    member.user = User(username=username, display_name=member.name, latin_name=member.latin_name)
    password = _open_account(member.user, by)
    write(member, ["user"], version=member.version)
    for assignment in member.assignments.standing().filter(valid__overlap=period(bank_today())):
        if right_of(assignment):
            give_rights_with_sign_in(assignment, by=by)
    return password


def _open_account(user: User, by: User) -> str:
    try:
        return open_account(user, by=by)
    except DomainError as error:
        raise DomainError(error.message, "username") from error


@operation
def amend_facts(member: StaffMember, *, by: User, fields: list[str], version: int) -> StaffMember:
    """Change facts about a member of staff, if nobody else did since `version`."""
    within = Branch.objects.in_reach(by, "staff.change_staffmember")
    if not within.filter(pk=member.branch_id).exists():
        raise DomainError(OUTSIDE)
    save_changes(member, fields, version=version)
    return member


def rights_changes(assignment: StaffAssignment, arguments: dict[str, Any]) -> list[Change]:
    """What a second person sees of the rights that come with a post."""
    grant = right_of(assignment)
    assert grant is not None  # noqa: S101  (asked for only where there is one)
    return [
        Change(f"{Grant._meta.label_lower}:{f.attname}", None, text_of(f, grant))
        for f in Grant._meta.concrete_fields
        if f.name in {"user", "role", "branch", "extent", "valid"}
    ]


@second_person(
    "staff.give_rights/1",
    label=gettext_lazy("Rights of somebody who joins"),
    action="staff.add_staffmember",
    changes=rights_changes,
    governed_by="staff.assign/1",
)
@operation
def give_rights_of_post(assignment: StaffAssignment, *, by: User) -> None:
    """Give somebody who has joined the rights of their post."""
    give_own_rights(assignment)


@second_person(
    "staff.give_rights_with_sign_in/1",
    label=gettext_lazy("Rights of somebody who gets a sign-in"),
    action="staff.open_sign_in_staffmember",
    changes=rights_changes,
    governed_by="staff.assign/1",
)
@operation
def give_rights_with_sign_in(assignment: StaffAssignment, *, by: User) -> None:
    """Give somebody the rights of a post that they were given before they had a sign-in."""
    give_own_rights(assignment)


@second_person(
    "staff.set_right/1",
    label=gettext_lazy("Right of a post"),
    action="staff.change_postrole",
)
@operation
def set_right(rule: PostRole, *, by: User, fields: list[str], version: int) -> PostRole:
    """Say which role comes with a post; whoever holds the post already keeps what they have."""
    if rule._state.adding:
        save_new(rule)
    else:
        save_changes(rule, fields, version=version)
    return rule


# --- moving ----------------------------------------------------------------------------


@second_person(
    "staff.assign/1",
    label=gettext_lazy("Post, branch and rights of a member of staff"),
    action="staff.move_staffmember",
    facts=(Place,),
    changes=place_changes,
)
@operation
@judged_together()
def assign(
    member: StaffMember, *, by: User, place: Place, first_day: dt.date, version: int, reason: str
) -> StaffAssignment:
    """Give a member of staff another post, branch or supervisor from a day on.

    The rights of the post before end with the day before, those of the new one begin.
    """
    one_at_a_time()
    member = still_at(member, version)
    refuse_beyond_powers(member, by, "move_staffmember")
    refuse_day(member, first_day)
    refuse_other_plans(member, first_day)
    refuse_place(place, first_day, member)
    before = member.assignments.on(first_day).first()
    if before and (before.branch_id, before.post, before.supervisor_id) == as_kept(place):
        raise DomainError(_("That is where they are on that day already. Change something."))
    if before:
        end(before, first_day)
    refuse_known_password(member, by, first_day)
    beyond = member.leaves_on + dt.timedelta(days=1) if member.leaves_on else None
    assignment = enter(member, place, first_day, beyond)
    # whoever had the page open sees that there is something new
    write(member, [], version=version)
    if first_day <= bank_today():
        take_effect(assignment)
    return assignment


@second_person(
    "staff.amend/1",
    label=gettext_lazy("Change of a planned assignment"),
    action="staff.change_staffassignment",
    facts=(Place,),
    changes=place_changes,
    governed_by="staff.assign/1",
)
@operation
@judged_together()
def amend(
    assignment: StaffAssignment, *, by: User, place: Place, first_day: dt.date, version: int
) -> StaffAssignment:
    """Change an assignment that has not begun; the one before it ends the day before."""
    one_at_a_time()
    member = assignment.member
    assignment.refresh_from_db()
    if assignment.version != version:
        raise Stale
    refuse_beyond_powers(member, by, "change_staffassignment")
    refuse_begun(assignment)
    if first_day <= bank_today():
        raise DomainError(_("A planned assignment begins after today."), "first_day")
    refuse_known_password(member, by, first_day)
    before = before_it(assignment)
    refuse_overlap(assignment, before, first_day)
    refuse_place(place, first_day, member)
    # the one that gives days away is written first, so that the two never overlap
    if before and first_day < assignment.valid.lower:
        end(before, first_day)
    give_rights(assignment, place, period(first_day, assignment.valid.upper))
    assignment.branch, assignment.post = place.branch, place.post
    assignment.supervisor, assignment.decision = place.supervisor, place.decision
    assignment.valid = period(first_day, assignment.valid.upper)
    fields = ["branch", "post", "supervisor", "decision", "valid", "grant"]
    save_changes(assignment, fields, version=version)
    if before and first_day != before.valid.upper:
        end(before, first_day)
    return assignment


def before_it(assignment: StaffAssignment) -> StaffAssignment | None:
    """The assignment that ends where this one begins."""
    rows = assignment.member.assignments.standing()
    return rows.filter(valid__endswith=assignment.valid.lower).first()


def withdrawal_changes(assignment: StaffAssignment, arguments: dict[str, Any]) -> list[Change]:
    """What a second person sees of an assignment that is not to begin."""
    fields = StaffAssignment._meta.concrete_fields
    shown = [field for field in fields if field.name in {"valid", "post", "branch"}]
    return [Change(field.attname, text_of(field, assignment), None) for field in shown]


@second_person(
    "staff.withdraw/1",
    label=gettext_lazy("Withdrawal of a planned assignment"),
    action="staff.withdraw_staffassignment",
    changes=withdrawal_changes,
    governed_by="staff.assign/1",
)
@operation
@judged_together()
def withdraw(assignment: StaffAssignment, *, by: User, reason: str) -> None:
    """Withdraw an assignment that has not begun: the one before it, with its rights, goes on."""
    one_at_a_time()
    assignment.refresh_from_db()
    member = assignment.member
    refuse_beyond_powers(member, by, "withdraw_staffassignment")
    if not assignment.can("withdraw"):
        raise DomainError(assignment.sentence(StaffAssignment.MOVES["withdraw"].refused))
    before = before_it(assignment)
    if before is None and assignment.valid.lower <= member.joined_on:
        raise DomainError(_("Nobody joins without an assignment. Change this one."))
    grant, assignment.grant = assignment.grant, None
    assignment.withdrawn_on = bank_today()
    write(assignment, ["withdrawn_on", "grant"], version=assignment.version)
    if grant:
        take_back(grant, member)
    if before:
        refuse_place(place_of(before), assignment.valid.lower, member)
        go_on(before, assignment.valid.upper, grant)


def place_of(assignment: StaffAssignment) -> Place:
    """Where an assignment puts somebody."""
    return Place(assignment.branch, assignment.post, assignment.supervisor, assignment.decision)


def take_effect(assignment: StaffAssignment) -> None:
    """Show on the member what is in force from today on."""
    member = StaffMember.objects.select_for_update().get(pk=assignment.member_id)
    member.branch, member.post = assignment.branch, assignment.post
    member.supervisor = assignment.supervisor
    write(member, ["branch", "post", "supervisor"], version=member.version)


# --- leaving ---------------------------------------------------------------------------


@operation
def leave(
    member: StaffMember, *, by: User, last_day: dt.date, version: int, reason: str
) -> StaffMember:
    """Enter the last day of somebody who leaves; all rights and the sign-in end with it."""
    one_at_a_time()
    member = still_at(member, version)
    refuse_beyond_powers(member, by, "leave_staffmember")
    if last_day < bank_today():
        raise DomainError(
            _("The last day cannot lie in the past. Enter today or later."), "last_day"
        )
    if last_day < member.joined_on:
        raise DomainError(_("Nobody leaves before they join. Enter a later day."), "last_day")
    if last_day <= bank_today() and (left := left_with(member)):
        raise DomainError(
            _("Still in their hands: %(left)s. Hand that over first, or enter a later day.")
            % {"left": ", ".join(left)},
            "last_day",
        )
    beyond = last_day + dt.timedelta(days=1)
    refuse_other_plans(member, beyond)
    refuse_followers(member, last_day)
    for assignment in member.assignments.standing().filter(valid__overlap=period(bank_today())):
        end(assignment, beyond)
    if member.user_id:
        for grant in Grant.objects.filter(user=member.user_id, valid__overlap=period(beyond)):
            end_grant(grant, beyond)
    member.leaves_on = last_day
    write(member, ["leaves_on"], version=version)
    return member


@operation
def see_off(member: StaffMember, *, by: User, reason: str) -> None:
    """Close the sign-in of somebody whose last day is over; open sessions end with it."""
    user = member.user
    if user is not None and user.is_active:
        disable(user, by=by, reason=reason)
