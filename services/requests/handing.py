"""Open requests as a part of a handover: they go to the successor, or wait in their queue again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.formats import moment, number
from crm.core.operations import DomainError
from customers.handover.part import about
from services.models import ServiceRequest
from services.ties import in_words
from staff.handover.parts import MOVED, HandoverPart, Listing, Outcome, Row, add_part

from . import operations

if TYPE_CHECKING:
    from staff.models import Handover, StaffMember

KEPT, QUEUED = "kept", "queued"
CAUSES = {
    KEPT: gettext_lazy("The successor may not work on this request."),
    QUEUED: gettext_lazy("The successor may not work on this request; it waits in its queue."),
}
JOINS = ("branch", "customer", "service", "queue__calendar")


def in_hands_of(member: StaffMember) -> QuerySet[ServiceRequest]:
    """The open requests that somebody handles."""
    return ServiceRequest.objects.at_work().filter(owner=member)


def of_handover(handover: Handover) -> QuerySet[ServiceRequest]:
    """What goes with a handover: all of it, or what is about the customers who are handed over."""
    return about(handover, in_hands_of(handover.from_member))


def move(handover: Handover, _by: Any) -> Outcome:
    """Give open requests to the successor, each in its state and with its clock.

    What the successor may not work on waits in its queue where everything is handed over, and
    stays where the first one goes on.
    """
    counts = Counter({MOVED: 0})
    rows = of_handover(handover).select_for_update(of=("self",)).select_related(*JOINS)
    for request in rows.order_by("pk"):
        try:
            operations.refuse_worker(request, handover.to_member)
        except DomainError:
            if handover.everything:
                operations.put_back(request)
            counts[QUEUED if handover.everything else KEPT] += 1
        else:
            operations.give(request, handover.to_member)
            counts[MOVED] += 1
    return dict(counts)


def facts(handover: Handover, _user: Any) -> list[tuple[str, str]]:
    """How many requests would go with a handover."""
    n = of_handover(handover).count() if handover.is_undecided else 0
    return [(_("Service requests"), number(n))] if n else []


def lists(handover: Handover, user: Any, most: int) -> Iterator[Listing]:
    """The requests that would go, as far as the reader sees them, the most urgent first."""
    if not handover.is_undecided:
        return
    rows = of_handover(handover)
    seen = rows.filter(pk__in=ServiceRequest.objects.permitted(user).values("pk"))
    shown = list(seen.select_related("customer").order_by("due_at", "pk")[:most])
    if shown:
        yield Listing(
            gettext_lazy("Service requests"),
            [_("Subject"), _("Customer"), _("Status"), _("Due")],
            [
                Row([str(one), one.customer, one.get_status_display(), moment(one.due_at)])
                for one in shown
            ],
            hidden=rows.count() - len(shown),
        )


REQUESTS = HandoverPart(
    key="services.servicerequest",
    label=gettext_lazy("Service requests"),
    moves=frozenset({"services.servicerequest.owner"}),
    open=in_hands_of,
    in_words=in_words,
    move=move,
    causes=CAUSES,
    facts=facts,
    lists=lists,
)


def register() -> None:
    """Let requests be handed over."""
    add_part(REQUESTS)
