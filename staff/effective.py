"""What was entered for a day takes effect on it, by the bank's own clock; harmless to repeat."""

from __future__ import annotations

from django.db.models import F, Q

from crm.core.acting import acting
from crm.core.clock import bank_today
from sysadmin.models import system_user

from .models import StaffAssignment, StaffMember
from .people import operations as people

# kept as it stands with the changes, so it speaks both languages
REASON = "Takes effect today · 今日生效"


def apply() -> None:
    """Show each member as they are assigned today, and see off those whose last day is over."""
    system = system_user()
    for assignment in begun():
        with acting(by=system, reason=REASON):
            people.take_effect(assignment)
    for member in gone():
        people.see_off(member, by=system, reason=REASON)


def begun() -> list[StaffAssignment]:
    """Assignments in force today that the member does not show yet."""
    differs = (
        ~Q(member__branch=F("branch"))
        | ~Q(member__post=F("post"))
        | ~Q(member__supervisor=F("supervisor"))
        | Q(member__supervisor=None, supervisor__isnull=False)
        | Q(member__supervisor__isnull=False, supervisor=None)
    )
    found = StaffAssignment.objects.on(bank_today()).filter(differs)
    return list(found.select_related("branch", "supervisor"))


def gone() -> list[StaffMember]:
    """Those whose last day is over and who may still sign in."""
    rows = StaffMember.objects.filter(leaves_on__lt=bank_today(), user__is_active=True)
    return list(rows.select_related("user"))
