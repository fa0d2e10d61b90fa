"""In whose hands customers are beside their lead manager: those who assist, or lead another line.

What is entered for them gives the reach of one's own customers, from its first day to its last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection
from django.db.models import Model, Q, QuerySet, Subquery

from crm.core.clock import bank_today
from crm.core.scope import Asker, InTree, Placed, Reach
from staff.models import Branch, StaffMember
from sysadmin.models import Grant

if TYPE_CHECKING:
    from customers.models import Customer, Ownership


# as a plain statement: put together by the framework it costs more than the answer
IS_THERE = """
select exists (
    select from staff_staffmember m join customers_ownership o on o.member_id = m.id
    where m.user_id = %(user)s
      and not o.is_main and not o.is_withdrawn and o.valid @> %(today)s::date
), exists (
    select from staff_staffmember s join staff_staffmember m on m.supervisor_id = s.id
    join customers_ownership o on o.member_id = m.id
    where s.user_id = %(user)s
      and not o.is_main and not o.is_withdrawn and o.valid @> %(today)s::date
)
"""


def is_there(user: Asker) -> tuple[bool, bool]:
    """Whether anything is entered today for the user, and for those who report to the user.

    Most managers assist nobody: asking once in a request keeps their lists on one index.
    """
    known: dict[str, Any] = user.__dict__
    if "_in_hands" not in known:
        with connection.cursor() as cursor:
            cursor.execute(IS_THERE, {"user": user.pk, "today": bank_today()})
            known["_in_hands"] = cursor.fetchone()
    own, team = known["_in_hands"]
    return own, team


def also_in_hands(reach: Reach, user: Asker) -> list[QuerySet[Ownership]]:
    """What the user's own and team reach add to the customers of the main line."""
    if not (reach.own or reach.team):
        return []
    own, team = is_there(user)
    asked = {"member__user": reach.own and own, "member__supervisor__user": reach.team and team}
    # the scope of customers is declared before the model is there
    rows: QuerySet[Ownership] = apps.get_model("customers.Ownership")._base_manager.all()
    return [
        rows.filter(
            (path, user.pk), is_main=False, is_withdrawn=False, valid__contains=bank_today()
        )
        for path, is_asked in asked.items()
        if is_asked
    ]


def in_hands(reach: Reach, user: Asker) -> list[int]:
    """The keys of those customers, of whom a member of staff has few."""
    found = also_in_hands(reach, user)
    return [key for rows in found for key in rows.values_list("customer", flat=True)]


@dataclass(frozen=True)
class InHands(InTree):
    """Customers are their lead manager's own, and of those who assist or lead another line."""

    def arms(self, model: type[Model], reach: Reach, user: Asker) -> list[Q]:
        """The arms of the tree, and one for those entered by hand."""
        beside = [Q(pk__in=rows.values("customer")) for rows in also_in_hands(reach, user)]
        return [*super().arms(model, reach, user), *beside]


@dataclass(frozen=True)
class ListedInHands(InHands, Placed):
    """The same of the list's read model."""


def members_reaching(customer: Customer, action: str) -> QuerySet[StaffMember]:
    """Those who reach a customer with an action today, by their grants and who has it in hand.

    The scope of customers says the same of one user.
    """
    today = bank_today()
    # read with the rest, as the customer in hand need not have brought it
    place = Branch.objects.filter(pk=customer.home_branch_id)
    beside: Any = apps.get_model("customers.Ownership")._base_manager.filter(
        customer=customer.pk, is_main=False, is_withdrawn=False, valid__contains=today
    )
    hands = StaffMember.objects.filter(
        Q(pk=customer.lead_manager_id) | Q(pk__in=beside.values("member"))
    )
    reached = (
        Q(extent=Grant.Reach.BANK)
        | Q(extent=Grant.Reach.BRANCH, branch=customer.home_branch_id)
        | Q(
            extent=Grant.Reach.BRANCHES_BELOW,
            branch__lft__lte=Subquery(place.values("lft")),
            branch__rgt__gte=Subquery(place.values("rgt")),
        )
        | Q(extent__in=(Grant.Reach.OWN, Grant.Reach.TEAM), user__in=hands.values("user"))
        | Q(extent=Grant.Reach.TEAM, user__in=hands.values("supervisor__user"))
    )
    held = Grant.objects.filter(
        reached, valid__contains=today, role__actions__contains=[action], user__is_active=True
    )
    return StaffMember.objects.present().filter(user__in=held.values("user"))
