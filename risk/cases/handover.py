"""Alert cases as a part of a handover: what somebody investigates goes to the successor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.core.clock import now
from crm.core.formats import day, number
from crm.core.keyset import Count
from crm.core.operations import DomainError, rules_of
from customers.handover.part import about
from risk.models import AlertCase
from staff.handover.parts import MOVED, HandoverPart, Listing, Outcome, Row, add_part
from staff.models import Handover, StaffMember

from .rules import refuse_officer

KEPT_AWAY = "kept_away"
CAUSES = {KEPT_AWAY: gettext_lazy("The successor may not investigate this case.")}


def in_hands_of(member: StaffMember) -> QuerySet[AlertCase]:
    """The open cases that somebody investigates."""
    return AlertCase.objects.open().filter(officer=member)


def of_handover(handover: Handover) -> QuerySet[AlertCase]:
    """What goes with a handover: all of it, or what is about the customers who are handed over."""
    return about(handover, in_hands_of(handover.from_member))


def move(handover: Handover, _by: Any) -> Outcome:
    """Give open cases to the successor; what they must keep away from stays."""
    taker, counts, going = handover.to_member, Counter({MOVED: 0}), []
    rows = of_handover(handover).select_for_update(of=("self",))
    for case in rows.order_by("pk"):
        try:
            refuse_officer(case, taker, "to_member")
        except DomainError:
            counts[KEPT_AWAY] += 1
        else:
            going.append(case.pk)
    with rules_of(AlertCase):
        counts[MOVED] = AlertCase.objects.filter(pk__in=going).update(
            officer=taker, version=F("version") + 1, updated_at=now()
        )
    return dict(counts)


def in_words(count: Count) -> str:
    """So many open cases."""
    return ngettext("%(shown)s open alert case", "%(shown)s open alert cases", count.n) % {
        "shown": count
    }


def facts(handover: Handover, user: Any) -> list[tuple[str, str]]:
    """How many cases would go with a handover, as far as the reader sees them."""
    n = seen(handover, user).count()
    return [(_("Open alert cases"), number(n))] if n else []


def seen(handover: Handover, user: Any) -> QuerySet[AlertCase]:
    """The cases that would go, as far as the reader sees them."""
    rows = of_handover(handover) if handover.is_undecided else AlertCase.objects.none()
    return rows.filter(pk__in=AlertCase.objects.permitted(user).values("pk"))


def lists(handover: Handover, user: Any, most: int) -> Iterator[Listing]:
    """The cases that would go, as far as the reader sees them."""
    rows = seen(handover, user).select_related("customer").order_by("next_day", "pk")
    shown = list(rows[: most + 1])
    if shown:
        yield Listing(
            gettext_lazy("Open alert cases"),
            [_("Case"), _("Customer"), _("Status"), _("To be decided by")],
            [
                Row([one.number, one.customer, one.get_status_display(), day(one.next_day)])
                for one in shown[:most]
            ],
            hidden=len(shown) - len(shown[:most]),
        )


CASES = HandoverPart(
    key="risk.alertcase",
    label=gettext_lazy("Alert cases"),
    moves=frozenset({"risk.alertcase.officer"}),
    open=in_hands_of,
    in_words=in_words,
    move=move,
    causes=CAUSES,
    facts=facts,
    lists=lists,
)


def register() -> None:
    """Let alert cases be handed over."""
    add_part(CASES)
