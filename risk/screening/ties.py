"""Whom a statutory match stops besides the one listed: agents, principals, what they rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import connection

from crm.core.clock import bank_today
from customers.links.ruled import Holder, acting_with, holder_of, ruled_by
from customers.models import Customer, Link, RelatedPerson, Restriction
from customers.restrictions import operations as restrictions
from risk import notices
from risk.models import ScreeningHit

if TYPE_CHECKING:
    from sysadmin.models import User

# one at a time, or a match and a relationship entered at once would not see each other
LOCK = 7106
TIES = frozenset({*Link.POWERS, Link.Kind.AGENT, Link.Kind.GUARDIAN})


def follow_ties(*, by: User) -> None:
    """Stop service for whoever is tied to a statutory match, and go on where the tie is gone.

    Called when a match is confirmed or a relationship changes, after that is written, and every
    hour for agents whom a feed has brought and relationships whose last day has passed.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
    statutory = ScreeningHit.objects.confirmed().filter(entry__watchlist__is_statutory=True)
    hits = list(statutory.select_related("person"))
    ties = Restriction.objects.filter(cause=Restriction.Cause.TIED, ended_on=None)
    stopped = {(tie.source, tie.customer_id): tie for tie in ties}
    tied = tied_to(hits)
    due = {(hit.source, key): hit for hit in hits for key in tied[hit.pk]}
    for source, key in sorted(due.keys() - stopped.keys()):
        stop(key, due[source, key], by=by)
    for gone in sorted(stopped.keys() - due.keys()):
        restrictions.end(stopped[gone], by=by)


def tied_to(hits: Sequence[ScreeningHit]) -> dict[int, set[int]]:
    """Whom the law has the bank stop with each of these matches, by its key.

    Who stands behind a customer and is none is not stopped, but all that they rule or act for is.
    """
    if not hits:
        return {}
    day = bank_today()
    listed = holders_of(hits)
    ruled, agents = ruled_by(listed, day), acting_with(listed, day)
    found = {hit.pk: ruled[hit.pk] | agents[hit.pk] for hit in hits}
    for hit in hits:
        if hit.person_id is not None:
            found[hit.pk] |= {one.customer for one in listed[hit.pk] if one.customer is not None}
    return found


def holders_of(hits: Sequence[ScreeningHit]) -> dict[int, set[Holder]]:
    """Who is listed by each of these matches: a person with a number wherever it was told."""
    people = {hit.pk: hit.person for hit in hits if hit.person is not None}
    listed = {hit.pk: {Holder(hit.customer_id)} for hit in hits if hit.person is None}
    listed |= {key: {holder_of(one.became_id, one.pk)} for key, one in people.items()}
    numbers = {key: bytes(one.index) for key, one in people.items() if one.index}
    named: dict[bytes, set[Holder]] = defaultdict(set)
    if numbers:
        rows = RelatedPerson.objects.filter(index__in=set(numbers.values()))
        for index, became, key in rows.values_list("index", "became", "pk"):
            named[bytes(index or b"")].add(holder_of(became, key))
    for key, number in numbers.items():
        listed[key] |= named[number]
    return listed


def stop(customer_id: int, hit: ScreeningHit, *, by: User) -> None:
    """Stop service for somebody who is tied to a match."""
    customer = Customer.objects.select_related("lead_manager").get(pk=customer_id)
    restrictions.restrict(
        customer,
        by=by,
        cause=Restriction.Cause.TIED,
        source=hit.source,
        tied_to=hit.customer,
    )
    notices.stopped(customer, by=by)
