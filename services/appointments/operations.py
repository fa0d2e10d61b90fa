"""What happens to appointments: booked, moved, held, missed, cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from crm.core.clock import now
from crm.core.formats import day
from crm.core.operations import DomainError, move, operation, save_changes, save_new
from services import notices
from services.models import Appointment
from staff.models import StaffMember

if TYPE_CHECKING:
    from sysadmin.models import User

TIMES = {"begins_at", "ends_at"}


@operation
def book(appointment: Appointment, *, by: User) -> Appointment:
    """Book an appointment; nobody is in two at once."""
    appointment.author = by
    refuse_past(appointment)
    refuse_double(appointment)
    save_new(appointment)
    notices.changed(appointment, by=by, code="booked")
    return appointment


@operation
def amend(appointment: Appointment, *, by: User, fields: list[str], version: int) -> Appointment:
    """Change an appointment that is still planned: its time, its place, who keeps it."""
    if appointment.status != Appointment.Status.PLANNED:
        raise DomainError(appointment.sentence(appointment.MOVES["cancel"].refused))
    if TIMES & set(fields):
        refuse_past(appointment)
    if {"member", *TIMES} & set(fields):
        refuse_double(appointment)
    before = Appointment.objects.select_related("member").get(pk=appointment.pk)
    save_changes(appointment, fields, version=version)
    is_passed_on = before.member_id != appointment.member_id
    if is_passed_on:
        notices.changed(before, by=by, code="passed_on")
    notices.changed(appointment, by=by, code="booked" if is_passed_on else "")
    return appointment


@operation
def hold(appointment: Appointment, *, by: User, reason: str = "") -> None:
    """Enter that an appointment was held."""
    refuse_future(appointment)
    move(appointment, "hold", by=by, reason=reason)


@operation
def miss(appointment: Appointment, *, by: User, reason: str = "") -> None:
    """Enter that the customer did not come."""
    refuse_future(appointment)
    move(appointment, "miss", by=by, reason=reason)


@operation
def cancel(appointment: Appointment, *, by: User, reason: str) -> None:
    """Cancel an appointment; the time is free again."""
    move(appointment, "cancel", by=by, reason=reason)
    notices.changed(appointment, by=by, code=appointment.status)


# --- rules ----------------------------------------------------------------------------------


def refuse_past(appointment: Appointment) -> None:
    """Refuse a time that is over."""
    if appointment.begins_at < now():
        raise DomainError(_("This time is over. Enter one that is still to come."), "begins_at")


def refuse_future(appointment: Appointment) -> None:
    """Refuse to say what came of an appointment that has not begun."""
    if appointment.begins_at > now():
        raise DomainError(_("The appointment has not begun yet."))


def refuse_double(appointment: Appointment) -> None:
    """Refuse a second appointment of the same person at the same time, and say which there is."""
    # whoever books for the same person at this moment waits, and then sees this appointment
    keeper = StaffMember.objects.select_for_update(no_key=True).get(pk=appointment.member_id)
    others = Appointment.objects.kept().filter(member=keeper).exclude(pk=appointment.pk)
    other = others.between(appointment.begins_at, appointment.ends_at).order_by("begins_at").first()
    if other is not None:
        raise DomainError(
            _(
                "%(name)s has an appointment on %(day)s, %(hours)s already. Choose another time "
                "or somebody else."
            )
            % {"name": keeper, "day": day(other.begins_at), "hours": other.shown_hours},
            "begins_at",
        )
