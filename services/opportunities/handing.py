"""Open opportunities as a part of a handover: they move with their customers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Count as CountOf
from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.core.clock import bank_today, now
from crm.core.formats import day, number, short_money
from crm.core.keyset import Count, capped_counts
from crm.core.operations import rules_of
from crm.core.registry import Tie, add_tie
from customers.conflicts.rules import CAUSE, in_conflict
from customers.handover import part as customers
from services.models import Opportunity
from staff.handover.parts import MOVED, HandoverPart, Listing, Outcome, Row, add_part
from staff.models import Branch, Handover, StaffMember

STAYS, CONFLICT = "customer_stays", "conflict"
SEE = "services.view_opportunity"


def open_of(member: StaffMember) -> QuerySet[Opportunity]:
    """What somebody still hopes to sell."""
    return Opportunity.objects.open().filter(owner=member)


def in_words(count: Count) -> str:
    """So many opportunities."""
    return ngettext("%(shown)s open opportunity", "%(shown)s open opportunities", count.n) % {
        "shown": count
    }


def at_branches(branches: Sequence[Branch], _user: Any) -> list[Count]:
    """Open opportunities at each branch and those below."""
    return capped_counts(
        [
            Opportunity.objects.open().filter(
                branch__lft__gte=branch.lft, branch__lft__lte=branch.rgt
            )
            for branch in branches
        ]
    )


def within(handover: Handover) -> QuerySet[Opportunity]:
    """The opportunities of a handover: those about its customers, or all if nothing is to stay."""
    return customers.about(handover, open_of(handover.from_member))


def move(handover: Handover, _by: Any) -> Outcome:
    """Give the opportunities to the successor in one statement; nothing is reset.

    The customers have moved before: where one stays, what is hoped for of them stays too.
    """
    taker = handover.to_member
    rows = within(handover).order_by("pk").select_for_update(of=("self",))
    facts = list(rows.values_list("pk", "customer_id", "customer__lead_manager_id"))
    close = in_conflict((customer for _pk, customer, _lead in facts), bank_today())
    stay = [pk for pk, _customer, lead in facts if lead == handover.from_member_id]
    left = [pk for pk, customer, _lead in facts if (customer, taker.pk) in close and pk not in stay]
    moving = [pk for pk, *_rest in facts if pk not in {*stay, *left}]
    with rules_of(Opportunity):
        Opportunity.objects.filter(pk__in=moving).update(
            owner=taker, branch=taker.branch_id, version=F("version") + 1, updated_at=now()
        )
    counts = {MOVED: len(moving), STAYS: len(stay), CONFLICT: len(left)}
    return {key: n for key, n in counts.items() if n or key == MOVED}


def facts(handover: Handover, user: Any) -> list[tuple[str, str]]:
    """How many would move, and how much is expected of them; afterwards the customers tell."""
    if not handover.is_undecided:
        return []
    found = within(handover).aggregate(n=CountOf("pk"), amount=Sum("amount_base"))
    pairs = [(_("Open opportunities"), number(found["n"]))]
    if user.has_action(SEE):
        amount = short_money(found["amount"] or 0, settings.BASE_CURRENCY)
        pairs.append((_("Expected amount"), amount))
    return pairs


def lists(handover: Handover, user: Any, most: int) -> Iterator[Listing]:
    """The opportunities, as far as the reader sees their customers or them."""
    if not handover.is_undecided or not user.has_action(SEE):
        return
    rows = within(handover)
    seen = rows.filter(customer__in=customers.visible(handover, user).values("customer"))
    named = (seen | rows.filter(pk__in=Opportunity.objects.permitted(user).values("pk"))).order_by(
        "closes_on", "pk"
    )
    shown = list(named.select_related("customer", "product", "stage")[:most])
    yield Listing(
        gettext_lazy("Open opportunities"),
        [_("Expected on"), _("Customer"), _("Product"), _("Stage"), _("Expected amount")],
        [
            Row(
                [
                    day(one.closes_on),
                    one.customer.shown_name,
                    one.shown_product,
                    str(one.stage),
                    one.shown_amount,
                ]
            )
            for one in shown
        ],
        figures=frozenset({4}),
        hidden=rows.count() - len(shown),
    )


OPPORTUNITIES = HandoverPart(
    key="services.opportunity",
    label=gettext_lazy("Opportunities"),
    moves=frozenset({"services.opportunity.owner"}),
    open=open_of,
    in_words=in_words,
    move=move,
    causes={STAYS: gettext_lazy("The customer stays."), CONFLICT: CAUSE},
    facts=facts,
    lists=lists,
)


def register() -> None:
    """Let opportunities be handed over, and hold a branch open."""
    add_part(OPPORTUNITIES)
    add_tie("staff.branch", Tie(at_branches, in_words))
