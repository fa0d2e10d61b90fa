"""Complaints as a part of a handover: what somebody handles or reviews goes to the successor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.core.acting import acting
from crm.core.clock import now
from crm.core.formats import day, number
from crm.core.keyset import Count
from crm.core.operations import DomainError, rules_of, write
from customers.handover.part import about
from services.models import Complaint
from staff.handover.parts import (
    MOVED,
    HandoverPart,
    Listing,
    Outcome,
    Row,
    add_part,
    records,
)
from staff.models import Handover, StaffMember
from sysadmin.models import system_user

from .rules import refuse_reviewer, refuse_worker

KEPT_AWAY, PUT_BACK = "kept_away", "put_back"
CAUSES = {
    KEPT_AWAY: gettext_lazy("The successor may not work on this complaint."),
    PUT_BACK: gettext_lazy(
        "The successor may not work on this complaint; somebody else is to be assigned."
    ),
}
# kept as it stands with the changes, so it speaks both languages
REASON = "Handed over, but not to whom it must not go · 移交时继任者须回避"
JOINS = ("about", "customer", "handler__branch", "branch")


def in_hands_of(member: StaffMember) -> QuerySet[Complaint]:
    """The open complaints that somebody handles or reviews."""
    handled = Q(handler=member, status__in=Complaint.UNANSWERED)
    reviewed = Q(reviewer=member, status__in=Complaint.UNDER_REVIEW)
    return Complaint.objects.filter(handled | reviewed)


def of_handover(handover: Handover) -> QuerySet[Complaint]:
    """What goes with a handover: all of it, or what is about the customers who are handed over."""
    return about(handover, in_hands_of(handover.from_member))


def move(handover: Handover, _by: Any) -> Outcome:
    """Give open complaints to the successor, but not what they must keep away from.

    Where everything is handed over, that is put back for somebody else to be assigned.
    """
    taker, counts = handover.to_member, Counter({MOVED: 0})
    rows = of_handover(handover).select_for_update(of=("self",)).select_related(*JOINS)
    going: dict[str, list[int]] = {"handler": [], "reviewer": []}
    for complaint in rows.order_by("pk"):
        if is_for(taker, complaint):
            going[charge_of(complaint)].append(complaint.pk)
        else:
            counts[PUT_BACK if handover.everything else KEPT_AWAY] += 1
    changed = {"version": F("version") + 1, "updated_at": now()}
    with rules_of(Complaint):
        for field, keys in going.items():
            Complaint.objects.filter(pk__in=keys).update(**{field: taker}, **changed)
    counts[MOVED] = sum(len(keys) for keys in going.values())
    if counts[PUT_BACK]:
        put_back_later(handover)
    return dict(counts)


def is_for(taker: StaffMember, complaint: Complaint) -> bool:
    """Whether a successor may work on a complaint."""
    is_review = charge_of(complaint) == "reviewer"
    try:
        (refuse_reviewer if is_review else refuse_worker)(complaint, taker, "to_member")
    except DomainError:
        return False
    return True


def charge_of(complaint: Complaint) -> str:
    """The field that names who is in charge of a complaint now."""
    return "reviewer" if complaint.status in Complaint.UNDER_REVIEW else "handler"


def put_back_later(handover: Handover) -> None:
    """Let the system put back what the successor, who acts now, may not even touch."""
    from services.tasks import put_back_complaints  # noqa: PLC0415  (the queue loads after models)

    put_back_complaints.defer(handover_id=handover.pk)


def put_back(handover: Handover) -> None:
    """Take the one who has handed over everything off the complaints that stayed with them."""
    unassigned = {"handler": Complaint.Status.RECEIVED, "reviewer": Complaint.Status.DISPUTED}
    with acting(by=system_user(), reason=REASON):
        rows = in_hands_of(handover.from_member).select_for_update(of=("self",))
        for complaint in rows.select_related(*JOINS).order_by("pk"):
            if not is_for(handover.to_member, complaint):
                charge = charge_of(complaint)
                complaint.status = unassigned[charge]
                setattr(complaint, charge, None)
                write(complaint, [charge, "status"], version=complaint.version)


def in_words(count: Count) -> str:
    """So many open complaints."""
    return ngettext("%(shown)s open complaint", "%(shown)s open complaints", count.n) % {
        "shown": count
    }


def facts(handover: Handover, _user: Any) -> list[tuple[str, str]]:
    """How many complaints would go with a handover."""
    n = of_handover(handover).count() if handover.is_undecided else 0
    return [(_("Open complaints"), number(n))] if n else []


def lists(handover: Handover, user: Any, most: int) -> Iterator[Listing]:
    """The complaints that would go, as far as the reader sees them."""
    rows = of_handover(handover) if handover.is_undecided else Complaint.objects.none()
    seen = Complaint.objects.permitted(user).values("pk")
    shown = list(
        rows.filter(pk__in=seen).select_related(*JOINS).order_by("due_on", "pk")[: most + 1]
    )
    if shown:
        yield Listing(
            gettext_lazy("Open complaints"),
            [_("Complaint"), _("Customer"), _("Status"), _("To be answered by")],
            [
                Row([one.number, one.customer, one.get_status_display(), day(one.due_on)])
                for one in shown[:most]
            ],
            hidden=len(shown) - len(shown[:most]),
        )


COMPLAINTS = HandoverPart(
    key="services.complaint",
    label=gettext_lazy("Complaints"),
    moves=frozenset({"services.complaint.handler", "services.complaint.reviewer"}),
    open=in_hands_of,
    in_words=in_words,
    move=move,
    causes=CAUSES,
    facts=facts,
    lists=lists,
)


def register() -> None:
    """Let complaints be handed over; who received or answered them, or is complained of, stays."""
    add_part(COMPLAINTS)
    records(
        "services.complaint.received_by",
        "services.complaint.about",
        "services.complaintreply.given_by",
    )
