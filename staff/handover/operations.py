"""What happens to a handover: proposed, accepted, refused, withdrawn, carried out on its day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core import jobs
from crm.core.clock import bank_today, now
from crm.core.formats import day
from crm.core.operations import DomainError, Stale, insert, lock_for, operation, write
from staff.models import Branch, Handover, StaffMember

from . import told
from .parts import MOVED, parts

if TYPE_CHECKING:
    from crm.core.models import Job
    from sysadmin.models import User

Status = Handover.Status
# more than that is moved by a job, so that nobody waits for the page
AT_ONCE = 500
SUCCESSOR = "to_member"
LONGEST = 1000
# beyond that nobody can say who will lead the customers
MOST_AHEAD = dt.timedelta(days=180)


# --- rules -----------------------------------------------------------------------------


def refuse_facts(handover: Handover) -> None:
    """Refuse what cannot be handed over on its day: at the proposal, at acceptance, on the day."""
    refuse_successor(handover)
    for part in parts():
        part.refuse(handover)


def refuse_day(giver: StaffMember, on: dt.date) -> None:
    """Refuse a day in the past, far ahead, or after the last day of the one who hands over."""
    today = bank_today()
    if on < today:
        raise DomainError(
            _("A handover cannot take effect in the past. Enter today or later."), "effective_on"
        )
    if giver.leaves_on and on > max(giver.leaves_on, today):
        raise DomainError(
            _("The last day of %(name)s is %(day)s. Enter %(latest)s or an earlier day.")
            % {
                "name": giver,
                "day": day(giver.leaves_on),
                "latest": day(max(giver.leaves_on, today)),
            },
            "effective_on",
        )
    if on > today + MOST_AHEAD:
        raise DomainError(
            _("A handover takes effect within %(n)s days. Enter %(latest)s or an earlier day.")
            % {"n": MOST_AHEAD.days, "latest": day(today + MOST_AHEAD)},
            "effective_on",
        )


def refuse_successor(handover: Handover) -> None:
    """Refuse a successor who is the same person, is not there on the day, or cannot sign in."""
    taker, on = handover.to_member, handover.day
    if taker.pk == handover.from_member_id:
        raise DomainError(_("Nobody hands over to themselves. Choose somebody else."), SUCCESSOR)
    if taker.user_id == handover.owner_id:
        raise DomainError(
            _("Nobody proposes what goes to themselves. Let somebody else propose it."), SUCCESSOR
        )
    if taker.leaves_on and taker.leaves_on <= on:
        raise DomainError(
            _("The last day of %(name)s is %(day)s. Choose somebody else.")
            % {"name": taker, "day": day(taker.leaves_on)},
            SUCCESSOR,
        )
    if taker.joined_on > on:
        raise DomainError(
            _("%(name)s joins on %(day)s only. Choose a later day or somebody else.")
            % {"name": taker, "day": day(taker.joined_on)},
            SUCCESSOR,
        )
    if handover.moves_branch and taker.branch_id != handover.to_branch_id:
        raise DomainError(
            _("%(name)s now works at another branch. Let it be proposed anew.") % {"name": taker},
            SUCCESSOR,
        )
    if taker.user is None or not taker.user.is_active:
        raise DomainError(
            _("%(name)s cannot sign in, and so cannot accept. Choose somebody else.")
            % {"name": taker},
            SUCCESSOR,
        )


# --- proposing and answering -----------------------------------------------------------


@operation
def propose(handover: Handover, *, by: User, reason: str) -> Handover:
    """Enter a handover; the module that chose what moves adds it in the same transaction."""
    refuse_day(handover.from_member, handover.effective_on)
    handover.owner, handover.reason = by, reason
    handover.branch_id = handover.from_member.branch_id
    handover.to_branch_id = handover.to_member.branch_id
    refuse_successor(handover)
    insert(handover)
    told.proposed(handover, by=by)
    return handover


@operation
def accept(
    handover: Handover, *, by: User, version: int | None = None, reason: str = ""
) -> Job | None:
    """Accept what is handed over; if its day has come it moves at once, or in a job if it is much.

    Raises DomainError for anybody but the successor, and where the facts now stand against it.
    """
    locked(handover, "accept")
    if handover.to_member.user_id != by.pk:
        raise DomainError(_("Only %(name)s can accept this.") % {"name": handover.to_member})
    if version is not None and version != handover.version:
        raise Stale
    refuse_facts(handover)
    handover.status, handover.answer, handover.fault = Status.ACCEPTED, reason, ""
    write(handover, ["status", "answer", "fault"], version=handover.version)
    told.answered(handover, by=by)
    if handover.effective_on > bank_today():
        return None
    if handover.size > AT_ONCE:
        return jobs.start(HAND_OVER, by=by, arguments={"handover": handover.pk}, reason=reason)
    carry_out(handover, by=by)
    return None


@operation
def refuse(handover: Handover, *, by: User, reason: str) -> None:
    """Refuse what is handed over; everything stays where it is."""
    locked(handover, "refuse")
    if handover.to_member.user_id != by.pk:
        raise DomainError(_("Only %(name)s can refuse this.") % {"name": handover.to_member})
    _close(handover, Status.REFUSED, reason)
    told.answered(handover, by=by)


@operation
def withdraw(handover: Handover, *, by: User, reason: str) -> None:
    """Withdraw a handover before it is carried out; everything stays where it is."""
    locked(handover, "withdraw")
    if not may_withdraw(handover, by):
        raise DomainError(
            _("Only who proposed this, or somebody above the branch that hands over, withdraws it.")
        )
    _close(handover, Status.WITHDRAWN, reason)


def may_withdraw(handover: Handover, user: User) -> bool:
    """Whether a user proposed the handover, or has the right at the branch that hands over."""
    if handover.owner_id == user.pk:
        return True
    within = Branch.objects.in_reach(user, "staff.withdraw_handover")
    return within.filter(pk=handover.branch_id).exists()


def locked(handover: Handover, verb: str) -> None:
    """Take the handover under a lock, as it is now, if it can still take the step."""
    lock_for(handover, verb, "from_member", "to_member__user")


def _close(handover: Handover, status: str, answer: str) -> None:
    for part in parts():
        part.drop(handover)
    handover.status, handover.answer, handover.ended_at = status, answer, now()
    write(handover, ["status", "answer", "ended_at"], version=handover.version)


# --- carrying out ----------------------------------------------------------------------


def carry_out(handover: Handover, *, by: User) -> None:
    """Move every part of an accepted handover; all of it or, when a rule refuses, nothing."""
    moved = {part.key: part.move(handover, by) for part in parts()}
    handover.result = {key: outcome for key, outcome in moved.items() if outcome}
    handover.status, handover.ended_at = Status.DONE, now()
    write(handover, ["status", "result", "ended_at"], version=handover.version)


def carry_out_due(key: int, *, by: User) -> Handover:
    """Carry out a handover whose day has come; if the facts stand against it, it goes back.

    Harmless to repeat: what has been carried out, or taken back meanwhile, is left alone.
    """
    rows = Handover.objects.select_for_update(of=("self",))
    handover = rows.select_related("from_member", "to_member__user", "owner").get(pk=key)
    if handover.status != Status.ACCEPTED or handover.effective_on > bank_today():
        return handover
    try:
        # whoever proposed it reads why it came back
        language = handover.owner.language or settings.LANGUAGE_CODE
        with transaction.atomic(), translation.override(language):
            refuse_facts(handover)
            carry_out(handover, by=by)
    except DomainError as error:
        handover.refresh_from_db(fields=["status", "result", "ended_at", "version"])
        handover.status, handover.fault = Status.PROPOSED, str(error)[:LONGEST]
        write(handover, ["status", "fault"], version=handover.version)
    return handover


def chunk(run: jobs.Run) -> jobs.Step:
    """Carry out a handover, all at once: half of it is none."""
    handover = carry_out_due(run.arguments["handover"], by=run.by)
    counts = [(code, n) for part in handover.result.values() for code, n in part.items()]
    moved = sum(n for code, n in counts if code == MOVED)
    total = sum(n for _code, n in counts)
    return jobs.Step(done=total, changed=moved, refused=total - moved, total=total, is_last=True)


def about(job: Job) -> str:
    """Who hands over to whom."""
    rows = Handover.objects.select_related("from_member", "to_member")
    return str(rows.filter(pk=job.arguments["handover"]).first() or "")


def result(job: Job) -> str:
    """The page of the handover."""
    return reverse("staff:handover_view", args=[job.arguments["handover"]])


HAND_OVER = jobs.Kind(
    "staff.hand_over", gettext_lazy("Carry out a handover"), chunk, about=about, result=result
)
