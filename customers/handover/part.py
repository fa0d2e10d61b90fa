"""Customers as a part of a handover: what moves, what stays and why, and what the pack shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Count as CountOf
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config_admin.products.catalogue import product_names
from crm.core.approvals import waiting_among
from crm.core.clock import bank_today, now
from crm.core.formats import day, money, number, short_money
from crm.core.operations import rules_of
from customers.conflicts.rules import in_conflict
from customers.models import Customer, HandedCustomer, Holding, ListedCustomer
from customers.signals import lead_managers_changed
from customers.ties import in_words, standing
from customers.timeline.operations import tell_all
from staff.handover.parts import (
    MOVED,
    HandoverPart,
    Listing,
    Outcome,
    Row,
    add_part,
    parts,
    stays,
)
from staff.models import Handover, StaffMember

from .fit import misfits
from .licences import refuse_unlicensed

R = TypeVar("R", bound=QuerySet[Any])
State = HandedCustomer.State
ACTION = "customers.hand_over_customer"
SEE, SEE_HOLDINGS = "customers.view_customer", "customers.view_holding"
SOON = dt.timedelta(days=90)
# keys of the parts of this module, which reach no further than the customers themselves
OF_CUSTOMERS = "customers."
IN_ORDER = ("customer__name_sort", "customer_id")
ENDED = {
    Customer.Status.CLOSED: HandedCustomer.Cause.ENDED,
    Customer.Status.MERGED: HandedCustomer.Cause.MERGED,
}


def open_of(member: StaffMember) -> QuerySet[Customer]:
    """The customers whom somebody leads and whose relationship has not ended."""
    return Customer.objects.filter(lead_manager=member, status__in=Customer.OPEN)


def waiting_in(handover: Handover) -> QuerySet[HandedCustomer]:
    """The customers of a handover of whom nothing has become yet."""
    return HandedCustomer.objects.filter(handover=handover, state=State.WAITING)


# --- moving ----------------------------------------------------------------------------


def move(handover: Handover, by: Any) -> Outcome:
    """Give the customers to the successor in one statement; who cannot move is left out.

    Nothing else about a customer is touched: status, dates and what is open stay as they are.
    """
    waiting, changed = waiting_in(handover), {"version": F("version") + 1, "updated_at": now()}
    causes = _causes(handover)
    for cause, keys in causes.items():
        waiting.filter(customer__in=keys).update(state=State.LEFT, cause=cause, **changed)
    moving = list(waiting.values_list("customer", flat=True))
    place = {"home_branch": handover.to_member.branch_id} if handover.moves_branch else {}
    with rules_of(Customer):
        Customer.objects.filter(pk__in=waiting.values("customer")).update(
            lead_manager=handover.to_member_id, **place, **changed
        )
    waiting.update(state=State.MOVED, **changed)
    if moving:
        tell_all("hand_over", Customer.objects.filter(pk__in=moving).only("pk"), by=by)
        lead_managers_changed.send(Customer, keys=moving, by=by)
    return {MOVED: len(moving)} | {str(cause): len(keys) for cause, keys in causes.items()}


def _causes(handover: Handover) -> dict[HandedCustomer.Cause, list[int]]:
    """Who cannot move, by cause; all of the handover's customers are locked, in one order."""
    inside = waiting_in(handover).values("customer")
    rows = Customer.objects.filter(pk__in=inside).order_by("pk").select_for_update(no_key=True)
    facts = list(rows.values_list("pk", "status", "lead_manager_id"))
    held_back = waiting_among([key for key, *_rest in facts], "customers.identify/1")
    close = in_conflict((key for key, *_rest in facts), bank_today())
    causes: dict[HandedCustomer.Cause, list[int]] = {}
    for key, status, manager in facts:
        if status in ENDED:
            causes.setdefault(ENDED[Customer.Status(status)], []).append(key)
        elif manager != handover.from_member_id:
            causes.setdefault(HandedCustomer.Cause.OTHER_MANAGER, []).append(key)
        elif key in held_back:
            causes.setdefault(HandedCustomer.Cause.WAITS, []).append(key)
        elif (key, handover.to_member_id) in close:
            causes.setdefault(HandedCustomer.Cause.CONFLICT, []).append(key)
    return causes


def drop(handover: Handover) -> None:
    """Let the customers of a handover go of which nothing comes."""
    waiting_in(handover).update(state=State.DROPPED, version=F("version") + 1, updated_at=now())


# --- showing ---------------------------------------------------------------------------


def figures(customers: QuerySet[Any], branch: Any = None) -> dict[str, Any]:
    """Number, assets and statuses of customers, and how many a branch does not manage."""
    counted = {status.value: CountOf("pk", filter=Q(status=status)) for status in Customer.Status}
    rows = ListedCustomer.objects.filter(pk__in=customers)
    found: dict[str, Any] = rows.aggregate(
        n=CountOf("pk"),
        assets=Sum("assets"),
        elsewhere=CountOf("pk", filter=~Q(home_branch=branch)),
        **counted,
    )
    return found


def in_pairs(found: dict[str, Any], user: Any) -> list[tuple[str, str]]:
    """Figures of customers as labels and values; assets for those who may see holdings."""
    pairs = [(_("Customers"), number(found["n"]))]
    pairs += [
        (str(status.label), number(found[status.value]))
        for status in Customer.Status
        if found[status.value]
    ]
    if user.has_action(SEE_HOLDINGS):
        pairs.append((_("Assets"), short_money(found["assets"] or 0, settings.BASE_CURRENCY)))
    return pairs


def facts(handover: Handover, user: Any) -> list[tuple[str, str]]:
    """What would move with a handover, or what has been in it."""
    handed = HandedCustomer.objects.filter(handover=handover).values("customer")
    found = figures(handed, handover.to_branch_id)
    return [*in_pairs(found, user), *_branch(handover, found["elsewhere"])]


def _branch(handover: Handover, elsewhere: int) -> list[tuple[str, str]]:
    """What becomes of the managing branch, where the successor works at another one."""
    if not handover.is_undecided or not elsewhere:
        return []
    said = (
        _("becomes %(branch)s for %(n)s")
        if handover.moves_branch
        else _("stays as it is; %(n)s are not managed by %(branch)s")
    )
    return [(_("Managing branch"), said % {"branch": handover.to_branch, "n": number(elsewhere)})]


def visible(handover: Handover, user: Any) -> QuerySet[HandedCustomer]:
    """The customers of a handover whom a user may read of there.

    Who is to accept reads of all of them until then: nobody signs for what they have not seen.
    """
    rows = HandedCustomer.objects.filter(handover=handover)
    if is_open_to(handover, user):
        return rows
    return rows.filter(customer__in=Customer.objects.permitted(user).values("pk"))


def is_open_to(handover: Handover, user: Any) -> bool:
    """Whether a user is the successor who reads of the customers before they are in reach."""
    return handover.is_awaited_by(user) and bool(user.has_action(SEE))


def lists(handover: Handover, user: Any, most: int) -> Iterator[Listing]:
    """The customers, and what they hold that comes to its end soon."""
    yield customers(handover, user, most)
    if user.has_action(SEE_HOLDINGS):
        yield maturing(handover, user, most)


def customers(handover: Handover, user: Any, most: int) -> Listing:
    """The customers of a handover, in the order of their names."""
    shown = list(with_assets(handover, user).order_by(*IN_ORDER)[:most])
    more = reverse("customers:handed", args=[handover.pk]) if handover.size > most else ""
    return listing_of(shown, handover, user, hidden=handover.size - len(shown), more=more)


def about(handover: Handover, rows: R) -> R:
    """Of what a manager has: all that a handover takes along, or what is about its customers."""
    if handover.everything:
        return rows
    handed = HandedCustomer.objects.filter(handover=handover).values("customer")
    return rows.filter(customer__in=handed)


def about_moved(handover: Handover, rows: R) -> R:
    """The same once the customers have moved: what is about one who stays, stays too."""
    handed = HandedCustomer.objects.filter(handover=handover)
    stayed = handed.exclude(state=State.MOVED).values("customer")
    return about(handover, rows).exclude(customer__in=stayed)


def with_assets(handover: Handover, user: Any) -> QuerySet[HandedCustomer]:
    """The customers of a handover whom a user may read of, with their assets."""
    assets = ListedCustomer.objects.filter(pk=OuterRef("customer_id")).values("assets")
    rows = visible(handover, user).select_related("customer")
    return rows.annotate(assets=Subquery(assets))


def listing_of(shown: list[Any], handover: Handover, user: Any, **facts: Any) -> Listing:
    """Customers of a handover as a list."""
    may_see = user.has_action(SEE_HOLDINGS)
    columns = [_("Customer number"), _("Name"), _("Status"), _("Became of it")]
    if may_see:
        columns.append(f"{_('Assets')} ({settings.BASE_CURRENCY})")
    opens = user.has_action(SEE) and not handover.is_awaited_by(user)
    return Listing(
        gettext_lazy("Customers"),
        columns,
        [
            Row(
                [
                    one.customer.shown_number,
                    one.customer.shown_name,
                    one.customer.get_status_display(),
                    one.get_cause_display() or one.get_state_display(),
                    *([number(one.assets or 0, 2)] if may_see else []),
                ],
                reverse("customers:customer_view", args=[one.customer_id]) if opens else "",
            )
            for one in shown
        ],
        figures=frozenset({4}),
        **facts,
    )


def maturing(handover: Handover, user: Any, most: int) -> Listing:
    """What the customers hold that matures within the next three months."""
    today = bank_today()
    inside = visible(handover, user)
    if not is_open_to(handover, user):
        allowed = Customer.objects.within(user, SEE_HOLDINGS)
        inside = inside.filter(customer__in=allowed.values("pk"))
    product_names()  # once for the whole list
    rows = Holding.objects.filter(
        customer__in=inside.values("customer"), matures_on__range=(today, today + SOON)
    ).exclude(status=Holding.Status.CLOSED)
    found = list(rows.select_related("customer").order_by("matures_on", "pk")[: most + 1])
    return Listing(
        gettext_lazy("Holdings that mature within 90 days"),
        [_("Matures on"), _("Product"), _("Customer"), _("Balance")],
        [
            Row(
                [
                    day(one.matures_on),
                    str(one),
                    one.customer.shown_name,
                    money(one.balance, one.currency),
                ]
            )
            for one in found[:most]
        ],
        figures=frozenset({3}),
        hidden=len(found) - len(found[:most]),
    )


def begin(member: StaffMember, user: Any) -> str:
    """Where handing over all customers of somebody begins, for those who may.

    Where all of them wait in a handover already there is nothing to begin.
    """
    if not user.has_action(ACTION) or not has_more(member):
        return ""
    return f"{reverse('customers:customer_hand_over')}?member={member.pk}"


def has_more(member: StaffMember) -> bool:
    """Whether somebody has anything in hand that no handover holds yet."""
    waiting = HandedCustomer.objects.filter(state=State.WAITING)
    free = open_of(member).exclude(pk__in=waiting.values("customer"))
    if free.exists():
        return True
    everything = Handover.objects.undecided().filter(from_member=member, everything=True)
    if everything.exists():
        return False
    return standing().filter(member=member).exists() or has_other(member)


def has_other(member: StaffMember) -> bool:
    """Whether somebody has anything in hand of which other modules know."""
    beyond = (part for part in parts() if not part.key.startswith(OF_CUSTOMERS))
    return any(part.open(member).exists() for part in beyond)


CUSTOMERS = HandoverPart(
    key="customers.customer",
    label=gettext_lazy("Customers"),
    moves=frozenset({"customers.customer.lead_manager"}),
    open=open_of,
    in_words=in_words,
    move=move,
    causes={cause.value: cause.label for cause in HandedCustomer.Cause},
    refuse=refuse_unlicensed,
    warn=misfits,
    drop=drop,
    facts=facts,
    lists=lists,
    begin=begin,
)


def register() -> None:
    """Let customers be handed over."""
    add_part(CUSTOMERS)
    stays(
        "customers.conflictofinterest.member",
        gettext_lazy("Conflicts of interest are the person's own."),
    )
