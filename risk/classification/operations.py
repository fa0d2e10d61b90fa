"""A class is proposed by one person, reviewed by a second and approved by a third."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from crm.core.clock import bank_today, now
from crm.core.formats import day
from crm.core.operations import DomainError, insert, lock_for, operation, write
from risk.models import Claim, Classification, RiskClass

from .assessment import Assessed, Trial, keep, tried

if TYPE_CHECKING:
    from sysadmin.models import User

FACTS = ("is_impaired", "observed_from", "due_every")


@dataclass(frozen=True)
class Proposal:
    """A class, and what it rests on."""

    risk_class: int
    facts: str
    facts_on: dt.date
    is_impaired: bool
    observed_from: dt.date | None
    due_every: int


@operation
def propose(claim: Claim, *, by: User, proposal: Proposal) -> None:
    """Propose a class with its evidence; it is never better than what the facts leave."""
    refresh(claim, "propose", by=by)
    trial = Trial(
        claim.pk,
        proposal.risk_class,
        proposal.is_impaired,
        proposal.observed_from,
        proposal.due_every,
    )
    found = tried(claim.customer_id, trial)[claim.pk]
    refuse_better(claim, proposal.risk_class, found)
    insert(
        Classification(
            claim=claim,
            status=Classification.Status.OPEN,
            cause=Classification.Cause.PROPOSAL,
            from_class=claim.risk_class,
            proposed_class=proposal.risk_class,
            first_class=proposal.risk_class,
            facts=proposal.facts,
            facts_on=proposal.facts_on,
            proposed_by=by,
            proposed_at=now(),
            **measured(found),
            **{name: getattr(proposal, name) for name in FACTS},
        )
    )
    enter(claim, "propose")


@operation
def review(claim: Claim, *, by: User, reason: str, worse: int | None = None) -> None:
    """Agree to the class proposed, or to a worse one."""
    refresh(claim, "review", by=by)
    proposal = open_proposal(claim)
    if by.pk == proposal.proposed_by_id:
        raise DomainError(_("Who proposed the class does not review it. Ask a second person."))
    worsen_proposal(proposal, worse)
    proposal.reviewed_class = proposal.proposed_class
    proposal.reviewed_by, proposal.reviewed_at, proposal.review = by, now(), reason
    write(
        proposal,
        ["proposed_class", "reviewed_class", "reviewed_by", "reviewed_at", "review"],
        version=proposal.version,
    )
    enter(claim, "review")


@operation
def approve(claim: Claim, *, by: User, reason: str, worse: int | None = None) -> None:
    """Put the claim into its class, the worse of the proposal and the floor of today.

    The other claims of the debtor follow at once where these pull them along.
    """
    refresh(claim, "approve", by=by)
    proposal = open_proposal(claim)
    if by.pk in {proposal.proposed_by_id, proposal.reviewed_by_id}:
        raise DomainError(
            _("Who proposed or reviewed the class does not approve it. Ask a third person.")
        )
    worsen_proposal(proposal, worse)
    found = tried(claim.customer_id, trial_of(proposal))[claim.pk]
    refuse_early(claim, found.risk_class, found)
    conclude(proposal, Classification.Status.DECIDED, by=by, reason=reason, found=found)
    if claim.risk_class != found.risk_class:
        claim.since = bank_today()
    claim.risk_class, claim.floor, claim.is_pulled = found.risk_class, found.floor, False
    for name in FACTS:
        setattr(claim, name, getattr(proposal, name))
    claim.status = claim.MOVES["approve"].enters
    write(
        claim,
        ["status", "risk_class", "floor", "since", "is_pulled", *FACTS],
        version=claim.version,
    )
    keep(claim.customer_id, claim.customer_id, by=by)
    claim.refresh_from_db()


@operation
def send_back(claim: Claim, *, by: User, reason: str) -> None:
    """End a proposal without a decision; the class stays."""
    refresh(claim, "send_back", by=by)
    conclude(open_proposal(claim), Classification.Status.SENT_BACK, by=by, reason=reason)
    enter(claim, "send_back")


def others_moved(claim: Claim, proposal: Classification) -> dict[int, int]:
    """The other claims of the debtor that would become worse, each with its class then."""
    found = tried(claim.customer_id, trial_of(proposal)).values()
    return {
        one.claim: one.risk_class
        for one in found
        if one.claim != claim.pk and one.risk_class > one.before
    }


# --- rules ---------------------------------------------------------------------------


def refuse_better(claim: Claim, risk_class: int, found: Assessed) -> None:
    """Refuse a class that is better than the floor, or an upgrade that comes too early."""
    if risk_class < found.floor:
        raise DomainError(
            _("The facts leave “%(floor)s” at best. Choose that class or a worse one.")
            % {"floor": RiskClass(found.floor).label},
            "risk_class",
        )
    refuse_early(claim, risk_class, found)


def refuse_early(claim: Claim, risk_class: int, found: Assessed) -> None:
    """Refuse to upgrade a non-performing claim before it has kept what it owes for long enough."""
    if not (claim.is_non_performing and risk_class < claim.risk_class):
        return
    if found.overdue_days:
        raise DomainError(
            _("A non-performing claim is upgraded once its arrears are cleared."), "risk_class"
        )
    if bank_today() < found.upgraded_from:
        raise DomainError(
            _("A non-performing claim is upgraded after observation, from %(day)s on.")
            % {"day": day(found.upgraded_from)},
            "risk_class",
        )


def worsen_proposal(proposal: Classification, worse: int | None) -> None:
    """Put a worse class in place of the one proposed; a better one is refused."""
    if worse is None:
        return
    if worse <= (proposal.proposed_class or 0):
        raise DomainError(_("Only a worse class takes the place of a proposal."), "worse")
    proposal.proposed_class = worse


# --- parts ---------------------------------------------------------------------------


def refresh(claim: Claim, verb: str, *, by: User) -> None:
    """Take the claim under a lock, after the facts of today, if it can still take the step."""
    keep(claim.customer_id, claim.customer_id, by=by)
    lock_for(claim, verb, "holding")
    if claim.holding.is_closed:
        raise DomainError(_("This claim has come to its end."))


def enter(claim: Claim, verb: str) -> None:
    """Take the claim to where a step leads."""
    claim.status = claim.MOVES[verb].enters
    write(claim, ["status"], version=claim.version)


def open_proposal(claim: Claim) -> Classification:
    """What is proposed for a claim."""
    return claim.classifications.get(status=Classification.Status.OPEN)


def trial_of(proposal: Classification) -> Trial:
    """A proposal as a trial of what comes of it."""
    return Trial(
        proposal.claim_id,
        proposal.proposed_class or RiskClass.PASS,
        proposal.is_impaired,
        proposal.observed_from,
        proposal.due_every,
    )


def measured(found: Assessed) -> dict[str, object]:
    """What the feed says, as it is kept with a decision."""
    return {
        "floor": found.floor,
        "overdue_days": found.overdue_days,
        "business_date": found.business_date,
    }


def conclude(
    proposal: Classification, status: str, *, by: User, reason: str, found: Assessed | None = None
) -> None:
    """Close a proposal, with the class that came of it if it was approved."""
    proposal.status, proposal.closed_by, proposal.closed_at = status, by, now()
    proposal.closing = reason
    names = ["status", "closed_by", "closed_at", "closing"]
    if found is not None:
        proposal.from_class = proposal.claim.risk_class
        values = measured(found) | {"risk_class": found.risk_class, "decided_on": bank_today()}
        for name, value in values.items():
            setattr(proposal, name, value)
        names += ["from_class", "proposed_class", *values]
    write(proposal, names, version=proposal.version)
