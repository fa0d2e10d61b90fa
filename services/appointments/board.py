"""The day of a branch: who meets whom when, a column for each member of staff."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from crm.core.clock import midnight, now
from crm.core.formats import in_bank_zone
from services.agenda.reports import DAY
from services.models import Appointment
from services.named import name_customers
from staff.models import Branch, StaffMember

from .hours import hours_of

ACTION = "services.view_appointment"
MOST_COLUMNS, MOST_APPOINTMENTS = 24, 500
# what a branch without a calendar is taken to keep
USUAL_HOURS = range(9, 17)


@dataclass(frozen=True)
class Square:
    """An hour of a member of staff: what begins in it, and whether an earlier one still goes on.

    `free_at` is the moment from which it may be booked; empty if the hour is over or taken.
    """

    member: StaffMember
    appointments: list[Appointment]
    goes_on: bool
    free_at: str


@dataclass(frozen=True)
class Hour:
    """An hour of the day with a square for each member of staff."""

    name: str
    is_off: bool
    squares: list[Square]


@dataclass(frozen=True)
class Board:
    """The day of a branch; `hidden` is how many have no column."""

    members: list[StaffMember]
    hours: list[Hour]
    hidden: int


def board_of(branch: Branch, day: dt.date, user: Any) -> Board:
    """The day of a branch, as far as the user sees appointments there."""
    appointments = list(on(branch, day, user)[:MOST_APPOINTMENTS])
    name_customers(appointments, user)
    busy = {one.member_id for one in appointments}
    members = list(members_of(branch, busy, user))
    shown = sorted(members, key=lambda member: (member.pk not in busy, member.number))
    columns = sorted(shown[:MOST_COLUMNS], key=lambda member: member.number)
    held = defaultdict(list)
    for one in appointments:
        held[one.member_id].append(one)
    hours = [
        Hour(
            f"{hour:02}:00",
            is_off(day, hour),
            [square(member, held[member.pk], day, hour) for member in columns],
        )
        for hour in span(appointments, day)
    ]
    return Board(columns, hours, len(members) - len(columns))


def on(branch: Branch, day: dt.date, user: Any) -> Any:
    """The appointments at a branch on a day, in their order."""
    rows = Appointment.objects.permitted(user).kept().filter(branch=branch)
    rows = rows.between(midnight(day), midnight(day + DAY)).select_related("branch")
    return rows.order_by("begins_at", "id")


def members_of(branch: Branch, busy: set[int], user: Any) -> Any:
    """Who works at the branch or meets somebody there, as far as the user sees their appointments.

    Whoever sees only the own ones, or those of a team, would take an empty column for free time.
    """
    here = StaffMember.objects.present().filter(Q(branch=branch) | Q(pk__in=busy))
    reach = user.reach(ACTION)
    sees_branch = reach.everything or branch.pk in reach.nodes
    if sees_branch or any(low <= branch.lft <= high for low, high in reach.ranges):
        return here
    own = Q(user=user.pk) | Q(pk__in=busy)
    return here.filter(own | Q(supervisor__user=user.pk) if reach.team else own)


def span(appointments: list[Appointment], day: dt.date) -> range:
    """The hours that the board shows: the working hours, and whatever lies outside them."""
    begins = [in_bank_zone(one.begins_at) for one in appointments]
    first = [minute // 60 for minute, _last in hours_of(day)] or [USUAL_HOURS.start]
    last = [-(-minute // 60) for _first, minute in hours_of(day)] or [USUAL_HOURS.stop]
    hours = [at.hour if at.date() == day else 0 for at in begins]
    return range(min([*first, *hours]), max([*last, *(hour + 1 for hour in hours)]))


def is_off(day: dt.date, hour: int) -> bool:
    """Whether nobody works in an hour."""
    spans = hours_of(day)
    return not any(first < (hour + 1) * 60 and last > hour * 60 for first, last in spans)


def square(member: StaffMember, held: list[Appointment], day: dt.date, hour: int) -> Square:
    """One hour of one member of staff."""
    begins = timezone.make_aware(
        dt.datetime.combine(day, dt.time(hour)), timezone.get_default_timezone()
    )
    ends = begins + dt.timedelta(hours=1)
    here = [one for one in held if begins <= one.begins_at < ends]
    goes_on = any(one.begins_at < begins < one.ends_at for one in held)
    is_free = not here and not goes_on and begins >= now()
    return Square(member, here, goes_on, f"{begins:%Y-%m-%dT%H:%M}" if is_free else "")
