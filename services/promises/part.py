"""Promises on the pages of customers, and as a part of a handover."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.core.clock import now
from crm.core.formats import day
from crm.core.keyset import Count, capped_count
from crm.core.registry import Panel, add_panel
from customers.handover.part import about_moved, visible
from services.models import Promise
from services.models.promises import PromiseQuerySet
from staff.handover.parts import MOVED, HandoverPart, Listing, Outcome, Row, add_part
from staff.models import Handover, StaffMember

from .resources import promise

SEE = "services.view_promise"


def open_of(member: StaffMember) -> PromiseQuerySet:
    """The promises that somebody still has to keep."""
    return Promise.objects.filter(owner=member, status=Promise.Status.OPEN)


def in_words(count: Count) -> str:
    """So many open promises."""
    return ngettext("%(shown)s open promise", "%(shown)s open promises", count.n) % {"shown": count}


def move(handover: Handover, _by: Any) -> Outcome:
    """Let the successor keep what is promised to the customers who have moved; days stay."""
    rows = about_moved(handover, open_of(handover.from_member))
    changed = {"version": F("version") + 1, "updated_at": now()}
    return {MOVED: rows.update(owner=handover.to_member_id, **changed)}


def promised_in(handover: Handover, user: Any) -> PromiseQuerySet:
    """The open promises to the customers of a handover that a user may read there."""
    customers = visible(handover, user).values("customer")
    rows = open_of(handover.from_member).filter(customer__in=customers)
    return rows.visible_to(user) if user.has_action(SEE) else rows.none()


def facts(handover: Handover, user: Any) -> list[tuple[str, str]]:
    """How many open promises would move."""
    if not handover.is_undecided or not user.has_action(SEE):
        return []
    return [(_("Open promises"), str(capped_count(promised_in(handover, user))))]


def lists(handover: Handover, user: Any, most: int) -> Iterator[Listing]:
    """What is promised to the customers of a handover, the most urgent first."""
    if not handover.is_undecided or not user.has_action(SEE):
        return
    rows = promised_in(handover, user).select_related("customer").order_by("due_on", "pk")
    found = list(rows[: most + 1])
    yield Listing(
        gettext_lazy("Open promises"),
        [_("Promised until"), _("Promise"), _("Customer")],
        [Row([day(one.due_on), one.words, one.customer.shown_name]) for one in found[:most]],
        hidden=len(found) - len(found[:most]),
    )


PROMISES = HandoverPart(
    key="services.promise",
    label=gettext_lazy("Promises"),
    moves=frozenset({"services.promise.owner"}),
    open=open_of,
    in_words=in_words,
    move=move,
    facts=facts,
    lists=lists,
)


def register() -> None:
    """Show what a customer is promised, and let promises go with the customers handed over."""
    heading = gettext_lazy("Promises not kept yet")
    adds = gettext_lazy("Promise a customer something")
    add_panel("customers.customer", Panel(promise, "customer", "right", heading, adds=adds))
    add_part(PROMISES)
