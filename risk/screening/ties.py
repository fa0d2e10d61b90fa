"""Whom a statutory match stops besides the customer: agents, and organisations that they rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from crm.core.clock import bank_today
from customers.links.ruled import acting_with, ruled_by
from customers.models import Customer, Link, Restriction
from customers.restrictions import operations as restrictions
from risk.models import ScreeningHit

if TYPE_CHECKING:
    from sysadmin.models import User

# one at a time, or a match and a relationship entered at once would not see each other
LOCK = 7106
TIES = frozenset({*Link.POWERS, Link.Kind.AGENT})


def follow_ties(*, by: User) -> None:
    """Stop service for whoever is tied to a statutory match, and go on where the tie is gone.

    Called when a match is confirmed or a relationship changes, after that is written, and every
    hour for agents whom a feed has brought and relationships whose last day has passed.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
    hits = list(ScreeningHit.objects.confirmed().filter(entry__watchlist__is_statutory=True))
    ties = Restriction.objects.filter(cause=Restriction.Cause.TIED, ended_on=None)
    stopped = {(tie.source, tie.customer_id): tie for tie in ties}
    tied = tied_to({hit.customer_id for hit in hits})
    due = {(hit.source, key): hit for hit in hits for key in tied[hit.customer_id]}
    for source, key in sorted(due.keys() - stopped.keys()):
        stop(key, due[source, key], by=by)
    for gone in sorted(stopped.keys() - due.keys()):
        restrictions.end(stopped[gone], by=by)


def tied_to(customers: set[int]) -> dict[int, set[int]]:
    """Whom the law has the bank stop with each of these customers."""
    if not customers:
        return {}
    day = bank_today()
    ruled, agents = ruled_by(customers, day), acting_with(customers, day)
    return {key: ruled[key] | agents[key] for key in customers}


def stop(customer_id: int, hit: ScreeningHit, *, by: User) -> None:
    """Stop service for somebody who is tied to the customer of a match."""
    restrictions.restrict(
        Customer.objects.get(pk=customer_id),
        by=by,
        cause=Restriction.Cause.TIED,
        source=hit.source,
        tied_to=hit.customer,
    )
