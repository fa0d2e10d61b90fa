"""Everything that stands against somebody joining, for a form that says it at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from crm.core.operations import DomainError, taken
from staff.models import StaffMember
from sysadmin.models import User

from .rules import Place, refuse_branch, refuse_joining_day, refuse_supervisor


def faults(given: dict[str, Any]) -> Iterator[DomainError]:
    """What the operation would refuse one after the other, of what was entered so far."""
    joined_on, branch = given.get("joined_on"), given.get("branch")
    checks: list[Callable[[], None]] = [lambda: refuse_taken(given)]
    if joined_on:
        checks.append(lambda: refuse_joining_day(joined_on))
    if joined_on and branch:
        place = Place(branch, "", given.get("supervisor"))
        checks.append(lambda: refuse_branch(place, joined_on))
        checks.append(lambda: refuse_supervisor(place, joined_on))
    checks.append(lambda: refuse_user_name(given.get("username", "")))
    for check in checks:
        try:
            check()
        except DomainError as fault:
            yield fault


def refuse_taken(given: dict[str, Any]) -> None:
    """Refuse a staff number that somebody has."""
    if StaffMember.objects.filter(number=given.get("number")).exists():
        field = StaffMember._meta.get_field("number")
        raise DomainError(str(taken(field)), field.name)


def refuse_user_name(name: str) -> None:
    """Refuse a user name that somebody has, however it is written."""
    if name and User.objects.called(name).exists():
        raise DomainError(str(taken(User._meta.get_field("username"))), "username")
