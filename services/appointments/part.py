"""Planned appointments as a part of a handover: the successor meets the customers who move."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.core.clock import now
from crm.core.keyset import Count, capped_count
from crm.core.operations import rules_of
from customers.handover.part import about, about_moved
from services.models import Appointment
from staff.handover.parts import MOVED, HandoverPart, Outcome, add_part
from staff.models import Handover, StaffMember

OCCUPIED = "occupied"


def open_of(member: StaffMember) -> QuerySet[Appointment]:
    """The planned appointments that somebody keeps."""
    return Appointment.objects.filter(member=member, status=Appointment.Status.PLANNED)


def in_words(count: Count) -> str:
    """So many planned appointments."""
    return ngettext("%(shown)s planned appointment", "%(shown)s planned appointments", count.n) % {
        "shown": count
    }


def move(handover: Handover, _by: Any) -> Outcome:
    """Let the successor keep the planned appointments with the customers who have just moved.

    Where the successor has another one at the time, it stays, and somebody decides.
    """
    # as when an appointment is booked: nobody takes the time while it is looked at
    StaffMember.objects.select_for_update(no_key=True).get(pk=handover.to_member_id)
    rows = about_moved(handover, open_of(handover.from_member))
    others = Appointment.objects.kept().filter(
        member=handover.to_member_id,
        begins_at__lt=OuterRef("ends_at"),
        ends_at__gt=OuterRef("begins_at"),
    )
    free = list(rows.exclude(Exists(others)).values_list("pk", flat=True))
    stay = rows.count() - len(free)
    with rules_of(Appointment):
        Appointment.objects.filter(pk__in=free).update(
            member=handover.to_member_id, version=F("version") + 1, updated_at=now()
        )
    return {MOVED: len(free)} | ({OCCUPIED: stay} if stay else {})


def facts(handover: Handover, user: Any) -> list[tuple[str, str]]:
    """How many planned appointments would move."""
    if not handover.is_undecided or not user.has_action("services.view_appointment"):
        return []
    count = capped_count(about(handover, open_of(handover.from_member)))
    return [(_("Planned appointments"), str(count))] if count.n else []


APPOINTMENTS = HandoverPart(
    key="services.appointment",
    label=gettext_lazy("Appointments"),
    moves=frozenset({"services.appointment.member"}),
    open=open_of,
    in_words=in_words,
    move=move,
    causes={OCCUPIED: gettext_lazy("The successor has another appointment at this time.")},
    facts=facts,
)


def register() -> None:
    """Let appointments be handed over."""
    add_part(APPOINTMENTS)
