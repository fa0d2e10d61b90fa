"""Beneficial owners: who owns or rules an organisation through whatever stands between."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from config_admin.figures.declared import Parameter, declare
from config_admin.figures.values import value_of
from customers.models import Customer, Link, RelatedPerson
from sysadmin.models import period

if TYPE_CHECKING:
    from crm.core.models import Text

BENEFICIAL = declare(
    Parameter(
        "beneficial_owner_percent",
        _("Share in per cent from which somebody is a beneficial owner"),
        Decimal(1),
        Decimal(100),
        Decimal(25),
    )
)
WHOLE = Decimal(100)
MAJORITY = Decimal(50)

# a union, so that a ring ends where it began
BEHIND = """
with recursive behind(id) as (
  select %(start)s::bigint
  union
  select l.party_id from customers_link l join behind b on b.id = l.customer_id
  where l.kind = any(%(powers)s) and l.valid && %(days)s and l.party_id is not null
)
select id from behind
"""


def organisations_behind(customer_id: int, days: Any) -> set[int]:
    """The customer and every customer who stands behind it by ownership or control."""
    with connection.cursor() as cursor:
        cursor.execute(BEHIND, {"start": customer_id, "powers": list(Link.POWERS), "days": days})
        return {key for (key,) in cursor.fetchall()}


@dataclass
class Owner:
    """A person who stands behind an organisation by one way or several."""

    who: Customer | RelatedPerson
    rules: bool = False
    through: list[str] = field(default_factory=list)
    # by each way, as whoever owns a part of what they rule disposes of it once
    shares: dict[tuple[int, ...], Decimal] = field(default_factory=dict)

    @property
    def share(self) -> Decimal:
        """What the person owns or disposes of in per cent, by all ways together."""
        return sum(self.shares.values(), start=Decimal(0))

    @property
    def is_customer(self) -> bool:
        """Whether the person is a customer."""
        return isinstance(self.who, Customer)

    @property
    def cause(self) -> Text:
        """Why the person is a beneficial owner."""
        return _("Control") if self.rules else _("Share")


@dataclass
class Behind:
    """Everybody behind an organisation on a day: the links, and the beneficial owners."""

    links: list[Link]
    owners: list[Owner]


@dataclass(frozen=True)
class Chain:
    """A way from a person down to the organisation, by the keys of what lies on it."""

    who: Customer | RelatedPerson
    share: Decimal
    rules: bool
    through: tuple[str, ...]
    way: tuple[int, ...]


def behind(customer: Customer, day: dt.date) -> Behind:
    """Who stands behind an organisation, and who of them are its beneficial owners."""
    one_day = period(day, day + dt.timedelta(days=1))
    keys = organisations_behind(customer.pk, one_day)
    rows = Link.objects.filter(customer__in=keys, kind__in=Link.POWERS, valid__contains=day)
    links = list(rows.select_related("customer", "party", "person__became").order_by("pk"))
    above: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        above[link.customer_id].append(link)
    found: dict[Hashable, Owner] = {}
    start = Chain(customer, WHOLE, rules=True, through=(), way=(customer.pk,))
    for chain in chains(customer, above, start):
        owner = found.setdefault(identity(chain.who), Owner(chain.who))
        owner.shares[chain.way] = max(chain.share, owner.shares.get(chain.way, Decimal(0)))
        owner.rules = owner.rules or chain.rules
        owner.through += [name for name in chain.through if name not in owner.through]
    least = value_of(BENEFICIAL, day)
    owners = [owner for owner in found.values() if owner.rules or owner.share >= least]
    return Behind(links, sorted(owners, key=lambda owner: (-owner.share, owner.who.shown_name)))


def chains(customer: Customer, above: dict[int, list[Link]], so_far: Chain) -> Iterator[Chain]:
    """Every way up from an organisation to a person; no way passes a place twice.

    Shares along a way are multiplied. Whoever rules an organisation disposes of all that it holds,
    so a step of control counts in full; whoever holds more than half rules too.
    """
    for link in above.get(customer.pk, []):
        who = link.who
        share = WHOLE if link.share is None else link.share
        step = Chain(
            who,
            so_far.share * share / WHOLE,
            rules=so_far.rules and (link.share is None or link.share > MAJORITY),
            through=so_far.through,
            way=so_far.way,
        )
        if not isinstance(who, Customer) or who.is_person:
            yield step
        elif who.pk not in so_far.way:
            further = replace(
                step, through=(*step.through, who.shown_name), way=(*step.way, who.pk)
            )
            yield from chains(who, above, further)


def identity(who: Customer | RelatedPerson) -> Hashable:
    """What tells whether two who were named are one person."""
    if isinstance(who, Customer):
        return ("customer", who.pk)
    return ("number", bytes(who.index)) if who.index else ("person", who.pk)
