"""What is decided about hits: confirmed, false positive or not after all, released, over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config_admin.figures.values import refuse_later
from crm.core.acting import acting
from crm.core.approvals import asker, second_person
from crm.core.clock import now
from crm.core.operations import DomainError, lock_for, operation, write
from customers.models import Restriction
from customers.restrictions import operations as restrictions
from risk import notices
from risk.diligence.operations import review_now
from risk.models import Diligence, ScreeningHit, WatchlistEntry
from risk.models.hits import HitQuerySet

from .screened import people_today
from .thresholds import RELEASE_DAYS
from .ties import follow_ties

if TYPE_CHECKING:
    from sysadmin.models import User


@operation
def confirm(hit: ScreeningHit, *, by: User, reason: str) -> None:
    """Decide that this is the one on the list: service stops at once, without notice to anybody.

    Of a statutory list it stops for whoever is tied to the one listed too. Somebody behind a
    customer who stands on an own list stops nothing, but the customer is reviewed.
    """
    decide(hit, "confirm", by=by, reason=reason)
    cause = Restriction.Cause
    statutory = hit.entry.watchlist.is_statutory
    if hit.person is None:
        restrictions.restrict(
            hit.customer,
            by=by,
            cause=cause.STATUTORY if statutory else cause.OWN_LIST,
            source=hit.source,
        )
        notices.stopped(hit.customer, by=by)
    if statutory:
        follow_ties(by=by)
    # a first rating that has days left does not wait either
    review_now([hit.customer_id], Diligence.Cause.HIT, unrated=True)


@operation
def dismiss(hit: ScreeningHit, *, by: User, reason: str) -> None:
    """Decide that the customer is somebody else; the hit is silent until either side changes."""
    decide(hit, "dismiss", by=by, reason=reason)


@operation
def reopen(hit: ScreeningHit, *, by: User, reason: str) -> None:
    """Have a false positive decided once more; whoever had decided it is told."""
    locked(hit, "reopen")
    if hit.entry.removed_in_id is not None:
        raise DomainError(_("The entry is no longer on its list. There is nothing to decide."))
    decider = hit.decided_by_id
    hit.status = hit.MOVES["reopen"].enters
    hit.decided_by, hit.decided_at, hit.decision = None, None, ""
    write(hit, ["status", "decided_by", "decided_at", "decision"], version=hit.version)
    notices.reopened(hit, decider, by=by)


def decide(hit: ScreeningHit, verb: str, *, by: User, reason: str) -> None:
    """Keep a decision, by whom, and why."""
    locked(hit, verb)
    hit.status = hit.MOVES[verb].enters
    hit.decided_by, hit.decided_at, hit.decision = by, now(), reason
    write(hit, ["status", "decided_by", "decided_at", "decision"], version=hit.version)


def locked(hit: ScreeningHit, verb: str) -> None:
    """Take the hit under a lock, as it is now, if it can still take the step."""
    lock_for(hit, verb, "customer", "person", "entry__watchlist")


@second_person(
    "risk.release/1",
    label=gettext_lazy("Release of what a match with an own list blocks"),
    action="risk.release_screeninghit",
)
@operation
def release(hit: ScreeningHit, *, by: User, until: dt.date, reason: str) -> None:
    """Let business go on until a day, although the customer stands on an own list.

    Who confirmed the match is not the one who releases it.
    """
    locked(hit, "release")
    if hit.decided_by_id == asker(by).pk:
        raise DomainError(_("Who confirmed the match does not release it. Ask a second person."))
    restriction = Restriction.objects.filter(source=hit.source, ended_on=None).first()
    if restriction is None:
        raise DomainError(_("Nothing is blocked by this hit any more."))
    refuse_later(until, RELEASE_DAYS, "until")
    restrictions.release(restriction, by=by, until=until)


@second_person(
    "risk.lift/1",
    label=gettext_lazy("Service taken up again by decision of the authority"),
    action="risk.lift_screeninghit",
)
@operation
def lift(hit: ScreeningHit, *, by: User, reason: str) -> None:
    """Take up service again because the authority has said so; the reason names its decision.

    Who confirmed the match is not the one who lifts it.
    """
    locked(hit, "lift")
    if not hit.entry.watchlist.is_statutory:
        raise DomainError(_("What an own list blocks is released until a day."))
    if hit.decided_by_id == asker(by).pk:
        raise DomainError(_("Who confirmed the match does not lift it. Ask a second person."))
    hit.status = hit.MOVES["lift"].enters
    write(hit, ["status"], version=hit.version)
    restrictions.end_of(hit.source, by=by)


def expire(*, by: User) -> None:
    """Entries have expired: what they had stopped goes on from that day."""
    with acting(by=by):
        waiting = ScreeningHit.objects.undecided() | ScreeningHit.objects.confirmed()
        expired = WatchlistEntry.objects.expired().filter(hits__in=waiting)
        delist(list(expired.values_list("pk", flat=True).distinct()), by=by)


def delist(entries: Sequence[int], *, by: User) -> None:
    """Entries are gone from their list: their hits are over, and what they had stopped goes on."""
    hits = ScreeningHit.objects.filter(entry__in=entries)
    sources = [hit.source for hit in hits.confirmed()]
    over(hits.undecided() | hits.confirmed())
    restrictions.end_of(*sources, by=by)


def over(hits: HitQuerySet) -> None:
    """Hits that nobody needs to decide, or that nothing comes of, are over; the caller acts."""
    for hit in hits.order_by("pk").select_for_update(of=("self",)):
        hit.status = ScreeningHit.Status.OVER
        write(hit, ["status"], version=hit.version)


def let_go(people: Collection[int] | None = None) -> None:
    """Nobody decides about people who stand behind a customer no longer; the caller acts.

    What was confirmed stays: it stops whatever they rule or act for, and nothing else.
    """
    hits = ScreeningHit.objects.undecided().exclude(person=None)
    if people is not None:
        hits = hits.filter(person__in=people)
    over(hits.exclude(person__in=people_today()))


def follow_recognised(customers: Iterable[int], *, by: User) -> None:
    """People who have become these customers are screened as such from now on; the caller acts.

    Who was confirmed before is stopped as a customer.
    """
    hits = ScreeningHit.objects.filter(person__became__in=list(customers))
    over(hits.undecided())
    if hits.confirmed().exists():
        follow_ties(by=by)
