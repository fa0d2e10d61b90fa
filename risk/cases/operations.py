"""What happens to alert cases: assigned, asked about, escalated, and decided by two persons."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from config_admin.figures.values import refuse_later
from crm.core.clock import bank_today, now
from crm.core.operations import DomainError, insert, lock_for, operation, refuse_past, write
from risk import notices
from risk.models import AlertCase, CaseProposal, CaseQuestion
from risk.warnings.parameters import QUESTION_DAYS, due_day
from staff.models import StaffMember

from .rules import refuse_officer, why_not

if TYPE_CHECKING:
    from sysadmin.models import User

Status, Outcome, Decision = AlertCase.Status, CaseProposal.Outcome, CaseProposal.Decision
# decisions after which the same warning may stay silent for a time
SILENCING = frozenset({Outcome.ACCEPTED, Outcome.FALSE_POSITIVE})
LONGEST_SILENCE = dt.timedelta(days=366)


def take(case: AlertCase, verb: str, *, by: User) -> None:
    """Take a case under a lock, as it is now, if the step can be taken and by this user."""
    lock_for(case, verb, "customer__lead_manager", "officer")
    if refusal := why_not(case, verb, by):
        raise DomainError(refusal)


def keep(case: AlertCase, verb: str, *fields: str) -> None:
    """Keep what a step has changed, and the state that it enters."""
    case.status = case.MOVES[verb].enters
    write(case, {"status", *fields}, version=case.version)


@operation
def assign(case: AlertCase, *, by: User, officer: StaffMember, reason: str = "") -> None:
    """Give a case to whoever is to find out and to propose what is done."""
    take(case, "assign", by=by)
    refuse_officer(case, officer, "officer")
    case.officer = officer
    keep(case, "assign", "officer")
    notices.given(case, by=by)


@operation
def ask(case: AlertCase, *, by: User, question: str, diary_on: dt.date) -> None:
    """Ask whoever knows the customer; the time of the case stands until the answer."""
    take(case, "ask", by=by)
    refuse_past(diary_on, "diary_on")
    refuse_later(diary_on, QUESTION_DAYS, "diary_on")
    insert(CaseQuestion(case=case, customer_id=case.customer_id, text=question, asked_by=by))
    case.waits_since, case.diary_on, case.edited_by = bank_today(), diary_on, by
    keep(case, "ask", "waits_since", "diary_on", "edited_by")
    notices.asked(case, by=by)


@operation
def answer(case: AlertCase, *, by: User, reply: str) -> None:
    """Give the information that was asked for; the time of the case runs again."""
    take(case, "answer", by=by)
    question = case.questions.select_for_update().get(answered_at=None)
    question.reply, question.answered_by, question.answered_at = reply, by, now()
    write(question, ["reply", "answered_by", "answered_at"], version=question.version)
    if case.waits_since and case.diary_on:
        # an answer that comes late gives no more time than was asked for
        case.due_on += min(bank_today(), case.diary_on) - case.waits_since
    case.waits_since, case.diary_on, case.edited_by = None, None, by
    keep(case, "answer", "due_on", "waits_since", "diary_on", "edited_by")
    notices.answered(case, by=by)


@operation
def escalate(case: AlertCase, *, by: User, level: int, reason: str) -> None:
    """Make a case graver; its severity only rises, and it is due no later."""
    take(case, "escalate", by=by)
    if level < case.level:
        raise DomainError(AlertCase.TRIGGERS["risk_case_level_rises"], "level")
    case.level, case.edited_by = level, by
    case.due_on = min(case.due_on, due_day(level, bank_today()))
    keep(case, "escalate", "level", "due_on", "edited_by")


@operation
def propose(
    case: AlertCase,
    *,
    by: User,
    outcome: str,
    evidence: str,
    reason: str,
    silent_until: dt.date | None = None,
) -> None:
    """Propose what is decided, with reason and evidence; a second person decides.

    What is to be reported is closed to others from this moment on.
    """
    take(case, "propose", by=by)
    refuse_silence(outcome, silent_until)
    case.is_restricted = case.is_restricted or outcome == Outcome.REPORT
    keep(case, "propose", "is_restricted")
    insert(
        CaseProposal(
            case=case,
            customer_id=case.customer_id,
            outcome=outcome,
            reason=reason,
            evidence=evidence,
            silent_until=silent_until,
            case_version=case.version,
            proposed_by=by,
        )
    )


def refuse_silence(outcome: str, until: dt.date | None) -> None:
    """Refuse silence without an end where there must be one, where there may be none, or too long.

    A risk is accepted until a day; what is confirmed or reported is never silent.
    """
    today = bank_today()
    if outcome == Outcome.ACCEPTED and until is None:
        raise DomainError(_("A risk is accepted until a day."), "silent_until")
    if until is None:
        return
    if outcome not in SILENCING:
        raise DomainError(_("Only a false positive or an accepted risk is silent."), "silent_until")
    if not today < until <= today + LONGEST_SILENCE:
        raise DomainError(_("Enter a day after today, within a year."), "silent_until")


def judged(case: AlertCase, decision: str, *, by: User, remark: str) -> CaseProposal:
    """Keep what a second person said to the proposal of a case."""
    proposal: CaseProposal = case.proposals.select_for_update().get(decision=Decision.OPEN)
    proposal.decision, proposal.remark = decision, remark
    proposal.decided_by, proposal.decided_at = by, now()
    fields = ["decision", "remark", "decided_by", "decided_at"]
    write(proposal, fields, version=proposal.version)
    return proposal


@operation
def approve(case: AlertCase, *, by: User, reason: str = "") -> None:
    """Decide as proposed and close the case: a second person, and nothing has changed meanwhile."""
    take(case, "approve", by=by)
    proposal = judged(case, Decision.APPROVED, by=by, remark=reason)
    case.silent_until = proposal.silent_until
    keep(case, "approve", "silent_until")
    notices.decided(case, proposal, by=by)


@operation
def send_back(case: AlertCase, *, by: User, reason: str) -> None:
    """Send a proposal back to the officer, and say what is missing."""
    take(case, "send_back", by=by)
    proposal = judged(case, Decision.SENT_BACK, by=by, remark=reason)
    keep(case, "send_back")
    notices.decided(case, proposal, by=by)


@operation
def reopen(case: AlertCase, *, by: User, reason: str) -> None:
    """Open a closed case again, by somebody who did not decide on it; the old decision stays."""
    take(case, "reopen", by=by)
    case.silent_until, case.edited_by = None, by
    case.due_on = due_day(case.level, bank_today())
    keep(case, "reopen", "silent_until", "due_on", "edited_by")
    # what is decided anew lasts again until the night finds it gone
    case.alerts.exclude(gone_on=None).update(gone_on=None)
