"""In whose hands customers are beside their lead manager: those who assist, or lead another line.

What is entered for them gives the reach of one's own customers, from its first day to its last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Exists, Model, Q, QuerySet

from crm.core.clock import bank_today
from crm.core.scope import Asker, InTree, Placed, Reach

if TYPE_CHECKING:
    from customers.models import Ownership


def entered_today() -> QuerySet[Ownership]:
    """What is entered by hand and in force today."""
    # the scope of customers is declared before the model is there
    rows: QuerySet[Ownership] = apps.get_model("customers.Ownership")._base_manager.all()
    return rows.filter(is_main=False, is_withdrawn=False, valid__contains=bank_today())


def also_in_hands(reach: Reach, user: Asker) -> list[QuerySet[Ownership]]:
    """What the user's own and team reach add to the customers of the main line.

    Most managers assist nobody: asking once in a request keeps their lists on one index.
    """
    if not (reach.own or reach.team):
        return []
    own = entered_today().filter(member__user=user.pk)
    team = entered_today().filter(member__supervisor__user=user.pk)
    known: dict[str, Any] = user.__dict__
    if "_in_hands" not in known:
        users: Any = get_user_model()
        asked = users._base_manager.filter(pk=user.pk).order_by()
        known["_in_hands"] = asked.values_list(Exists(own), Exists(team)).get()
    found = zip((reach.own, reach.team), known["_in_hands"], (own, team), strict=True)
    return [rows for is_reached, is_there, rows in found if is_reached and is_there]


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
