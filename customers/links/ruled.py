"""Whom somebody rules, through whatever stands between, and who acts for whom."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Set
from decimal import Decimal
from typing import NamedTuple, TypeVar

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from customers.models import HoldingParty, Link, RelatedPerson

from .behind import MAJORITY

# a person who became a customer is that customer
WHO = Coalesce(F("party"), F("person__became"))
K = TypeVar("K", bound=Hashable)


class Holder(NamedTuple):
    """Who stands behind or beside somebody: a customer or, without one, a person who is none."""

    customer: int | None
    person: int | None = None


Powers = Mapping[int, Iterable[tuple[Holder, Decimal | None]]]


def ruled_by(holders: Mapping[K, Set[Holder]], day: dt.date) -> dict[K, set[int]]:
    """The organisations that each of these rules, alone or through others.

    Whoever rules an organisation disposes of all that it holds, so shares of more than half are
    counted over everything that is ruled, as above an organisation they are over every way.
    """
    ruled = {key: set(who) for key, who in holders.items()}
    while True:
        powers = powers_of(set().union(*ruled.values()), day)
        grown = {key: members | under(members, powers) for key, members in ruled.items()}
        if grown == ruled:
            return {
                key: {one.customer for one in members - holders[key] if one.customer is not None}
                for key, members in ruled.items()
            }
        ruled = grown


def powers_of(holders: Set[Holder], day: dt.date) -> Powers:
    """Who of these has which share in which organisation, or controls it."""
    rows = links_of(holders, day).filter(kind__in=Link.POWERS)
    powers: dict[int, list[tuple[Holder, Decimal | None]]] = defaultdict(list)
    for organisation, who, person, share in rows.values_list("customer", WHO, "person", "share"):
        powers[organisation].append((holder_of(who, person), share))
    return powers


def holder_of(customer: int | None, person: int | None) -> Holder:
    """A customer if it is known to be one, else the person."""
    return Holder(customer) if customer is not None else Holder(None, person)


def under(holders: Set[Holder], powers: Powers) -> set[Holder]:
    """The organisations that these rule together: by control, or by more than half."""
    found = set()
    for organisation, held in powers.items():
        shares = [share for who, share in held if who in holders]
        if None in shares or sum(filter(None, shares), start=Decimal(0)) > MAJORITY:
            found.add(Holder(organisation))
    return found


def acting_with(holders: Mapping[K, Set[Holder]], day: dt.date) -> dict[K, set[int]]:
    """The customers who act for each of these as an agent, and those for whom each of them acts.

    A guardian acts for the ward, but is not one whom the ward has chosen to act.
    """
    found = defaultdict(set)
    for customer, agent, is_chosen in agencies(set().union(*holders.values()), day):
        found[agent].add(customer)
        if is_chosen and agent.customer is not None:
            found[Holder(customer)].add(agent.customer)
    return {
        key: set().union(*(found[one] for one in who)) - {one.customer for one in who}
        for key, who in holders.items()
    }


def agencies(holders: Set[Holder], day: dt.date) -> list[tuple[int, Holder, bool]]:
    """A customer, who acts for them, and whether by choice: entered, or named on a holding."""
    customers = {one.customer for one in holders if one.customer is not None}
    kinds = (Link.Kind.AGENT, Link.Kind.GUARDIAN)
    of_customers = Link.objects.filter(customer__in=customers, valid__contains=day)
    facts = ("customer", WHO, "person", "kind")
    links = [
        *of_customers.filter(kind=Link.Kind.AGENT).values_list(*facts),
        *links_of(holders, day).filter(kind__in=kinds).values_list(*facts),
    ]
    parties = HoldingParty.objects.filter(
        Q(customer__in=customers) | Q(holding__customer__in=customers),
        role=HoldingParty.Role.AGENT,
        valid__contains=day,
    )
    return [
        *(
            (customer, holder_of(who, person), kind == Link.Kind.AGENT)
            for customer, who, person, kind in links
        ),
        *(
            (customer, Holder(agent), True)
            for customer, agent in parties.values_list("holding__customer", "customer")
        ),
    ]


def links_of(holders: Set[Holder], day: dt.date) -> QuerySet[Link]:
    """Where these stand behind or beside others."""
    customers = {one.customer for one in holders if one.customer is not None}
    named_before = RelatedPerson.objects.filter(became__in=customers).values_list("pk", flat=True)
    people = {one.person for one in holders if one.person is not None}
    return Link.objects.filter(
        # keys, not a query: either side of the choice has an index of its own
        Q(party__in=customers) | Q(person__in=[*people, *named_before]),
        valid__contains=day,
    )
