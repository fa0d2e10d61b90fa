"""Whom somebody rules, through whatever stands between, and who acts for whom."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from decimal import Decimal

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from customers.models import HoldingParty, Link, RelatedPerson

from .behind import MAJORITY

# a person who became a customer is that customer
WHO = Coalesce(F("party"), F("person__became"))


def ruled_by(customers: Iterable[int], day: dt.date) -> dict[int, set[int]]:
    """The organisations that each of these customers rules, alone or through others.

    Whoever rules an organisation disposes of all that it holds, so shares of more than half are
    counted over everything that is ruled, as above an organisation they are over every way.
    """
    ruled = {key: {key} for key in customers}
    while True:
        powers = powers_of(set().union(*ruled.values()), day)
        grown = {key: members | under(members, powers) for key, members in ruled.items()}
        if grown == ruled:
            return {key: members - {key} for key, members in ruled.items()}
        ruled = grown


def powers_of(holders: Set[int], day: dt.date) -> dict[int, list[tuple[int, Decimal | None]]]:
    """Who of these has which share in which organisation, or controls it."""
    rows = links_of(holders, day).filter(kind__in=Link.POWERS)
    powers: dict[int, list[tuple[int, Decimal | None]]] = defaultdict(list)
    for organisation, who, share in rows.values_list("customer", WHO, "share"):
        powers[organisation].append((who, share))
    return powers


def under(
    holders: Set[int], powers: Mapping[int, Iterable[tuple[int, Decimal | None]]]
) -> set[int]:
    """The organisations that these rule together: by control, or by more than half."""
    found = set()
    for organisation, held in powers.items():
        shares = [share for who, share in held if who in holders]
        if None in shares or sum(filter(None, shares), start=Decimal(0)) > MAJORITY:
            found.add(organisation)
    return found


def acting_with(customers: Iterable[int], day: dt.date) -> dict[int, set[int]]:
    """Who acts for each of these customers as an agent, and for whom each of them acts."""
    asked = set(customers)
    found: dict[int, set[int]] = {key: set() for key in asked}
    for customer, agent in agencies(asked, day):
        if customer in asked:
            found[customer].add(agent)
        if agent in asked:
            found[agent].add(customer)
    return {key: others - {key} for key, others in found.items()}


def agencies(customers: Set[int], day: dt.date) -> list[tuple[int, int]]:
    """Pairs of customer and agent, entered as a relationship or on a holding."""
    agent = Link.Kind.AGENT
    of_customers = Link.objects.filter(customer__in=customers, kind=agent, valid__contains=day)
    parties = HoldingParty.objects.filter(
        Q(customer__in=customers) | Q(holding__customer__in=customers),
        role=HoldingParty.Role.AGENT,
        valid__contains=day,
    )
    found = [
        *of_customers.values_list("customer", WHO),
        *links_of(customers, day).filter(kind=agent).values_list("customer", WHO),
        *parties.values_list("holding__customer", "customer"),
    ]
    return [(customer, who) for customer, who in found if who is not None]


def links_of(customers: Set[int], day: dt.date) -> QuerySet[Link]:
    """Where these customers stand behind or beside others."""
    named_before = RelatedPerson.objects.filter(became__in=customers).values_list("pk", flat=True)
    return Link.objects.filter(
        # keys, not a query: either side of the choice has an index of its own
        Q(party__in=customers) | Q(person__in=list(named_before)),
        valid__contains=day,
    )
