"""Referrals that wait for an answer as a part of a handover: the successor answers them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.core.clock import bank_today, now
from crm.core.formats import number
from crm.core.keyset import Count, capped_count, capped_counts
from crm.core.operations import rules_of
from crm.core.registry import Tie, add_tie
from customers.conflicts.rules import CAUSE, in_conflict
from customers.handover.part import about
from services.models import Referral
from staff.handover.parts import MOVED, HandoverPart, Outcome, add_part, records, stays
from staff.models import Branch, Handover, StaffMember

OWN, CONFLICT = "own", "conflict"


def open_of(member: StaffMember) -> QuerySet[Referral]:
    """What waits for an answer of somebody."""
    return Referral.objects.waiting().filter(to_member=member)


def in_words(count: Count) -> str:
    """So many referrals."""
    return ngettext(
        "%(shown)s referral to be answered", "%(shown)s referrals to be answered", count.n
    ) % {"shown": count}


def at_branches(branches: Sequence[Branch], _user: Any) -> list[Count]:
    """What is asked of each branch and those below."""
    return capped_counts(
        [
            Referral.objects.waiting().filter(
                to_branch__lft__gte=branch.lft, to_branch__lft__lte=branch.rgt
            )
            for branch in branches
        ]
    )


def within(handover: Handover) -> QuerySet[Referral]:
    """The referrals of a handover: those about its customers, or all if nothing is to stay."""
    return about(handover, open_of(handover.from_member))


def move(handover: Handover, _by: Any) -> Outcome:
    """Let the successor answer in one statement; the deadlines stay as they are."""
    taker = handover.to_member
    rows = within(handover).order_by("pk").select_for_update(of=("self",))
    facts = list(rows.values_list("pk", "customer_id", "from_member_id"))
    close = in_conflict((customer for _pk, customer, _author in facts), bank_today())
    own = [pk for pk, _customer, author in facts if author == taker.pk]
    left = [pk for pk, customer, _author in facts if (customer, taker.pk) in close]
    moving = [pk for pk, *_rest in facts if pk not in {*own, *left}]
    with rules_of(Referral):
        Referral.objects.filter(pk__in=moving).update(
            to_member=taker,
            to_branch=taker.branch_id,
            version=F("version") + 1,
            updated_at=now(),
        )
    counts = {MOVED: len(moving), OWN: len(own), CONFLICT: len({*left} - {*own})}
    return {key: n for key, n in counts.items() if n or key == MOVED}


def facts(handover: Handover, _user: Any) -> list[tuple[str, str]]:
    """How many wait for an answer."""
    if not handover.is_undecided:
        return []
    return [(_("Referrals to be answered"), number(capped_count(within(handover)).n))]


REFERRALS = HandoverPart(
    key="services.referral",
    label=gettext_lazy("Referrals"),
    moves=frozenset({"services.referral.to_member"}),
    open=open_of,
    in_words=in_words,
    move=move,
    causes={OWN: gettext_lazy("The successor made the referral."), CONFLICT: CAUSE},
    facts=facts,
)


def register() -> None:
    """Let referrals be handed over, and hold a branch open; who made or answered one stays."""
    add_part(REFERRALS)
    add_tie("staff.branch", Tie(at_branches, in_words))
    stays(
        "services.referral.from_member",
        gettext_lazy("Who referred a customer stays credited with it."),
    )
    records("services.referral.answered_by")
