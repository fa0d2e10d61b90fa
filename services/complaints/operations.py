"""What happens to complaints: received, assigned, found out, answered, reviewed, closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config_admin.figures.operations import draw_number
from config_admin.figures.values import in_base_currency, value_of
from crm.core.approvals import Change, asker, pending_about, second_person
from crm.core.clock import bank_today, now
from crm.core.formats import day
from crm.core.operations import (
    DomainError,
    Stale,
    insert,
    lock_for,
    operation,
    save_changes,
    save_new,
    write,
)
from services import notices
from services.clock.words import DAY
from services.models import Complaint, ComplaintReply
from staff.models import StaffMember

from .clock import bank_day, due_day
from .parameters import COMPLEX, DISPUTE, EXTENSION, LATE_ENTRY, REVIEW, USUAL
from .rules import (
    kept_away,
    member_of,
    refuse_reviewer,
    refuse_worker,
    why_not,
)

if TYPE_CHECKING:
    from sysadmin.models import User

Status, Way = Complaint.Status, ComplaintReply.Way
SERIES = "complaint"


# --- received and corrected ------------------------------------------------------------


@operation
def receive(complaint: Complaint, *, by: User) -> Complaint:
    """Enter a complaint; its time runs from the day on which it was received."""
    member = member_of(by)
    if member is None:
        raise DomainError(_("Only members of staff receive complaints."))
    refuse_facts(complaint)
    refuse_receipt(complaint)
    complaint.received_by = member
    complaint.branch_id = complaint.customer.home_branch_id
    complaint.due_on = due_day(complaint.received_at, USUAL)
    complaint.number = draw_number(SERIES, by=by)
    save_new(complaint)
    notices.received(complaint, by=by)
    return complaint


def refuse_receipt(complaint: Complaint) -> None:
    """Refuse a moment of receipt that is still to come, or too long ago to be entered only now."""
    if complaint.received_at > now():
        raise DomainError(
            _("This moment is still to come. Enter when the complaint was received."), "received_at"
        )
    longest = int(value_of(LATE_ENTRY))
    if bank_day(complaint.received_at) < bank_today() - longest * DAY:
        raise DomainError(
            _("This is more than %(n)d days ago. Complaints are entered within that time.")
            % {"n": longest},
            "received_at",
        )


def refuse_facts(complaint: Complaint) -> None:
    """Refuse a complainant without a name, a foreign holding, and a handler complained of."""
    is_other = complaint.complainant != Complaint.Complainant.CUSTOMER
    if is_other and not complaint.complainant_name.strip():
        raise DomainError(_("Enter the name of the complainant."), "complainant_name")
    if not is_other:
        complaint.complainant_name = ""
    if complaint.holding and complaint.holding.customer_id != complaint.customer_id:
        raise DomainError(Complaint.TRIGGERS["services_complaint_holding"], "holding")
    if kept_away(complaint) & {complaint.handler_id, complaint.reviewer_id}:
        raise DomainError(
            _("This person works on the complaint, or leads who does. Assign it to another first."),
            "about",
        )


@operation
def correct(complaint: Complaint, *, by: User, fields: Iterable[str], version: int) -> Complaint:
    """Put right what is known of a complaint; when it was received and its time stay."""
    stored = Complaint._base_manager.select_related("about__supervisor").get(pk=complaint.pk)
    if stored.status not in Complaint.UNANSWERED:
        raise DomainError(stored.sentence(Complaint.MOVES["assign"].refused))
    if refusal := why_not(stored, "change", by):
        raise DomainError(refusal)
    refuse_facts(complaint)
    names = set(fields)
    if "complainant" in names:
        names.add("complainant_name")
    save_changes(complaint, names, version=version)
    return complaint


# --- steps -----------------------------------------------------------------------------


def take(complaint: Complaint, verb: str, *, by: Any) -> None:
    """Take a complaint under a lock, as it is now, if the step can be taken and by this user."""
    joins = ("about__supervisor", "branch", "customer", "handler__branch", "handler__user")
    lock_for(complaint, verb, *joins, "reviewer")
    if refusal := why_not(complaint, verb, asker(by)):
        raise DomainError(refusal)


def keep(complaint: Complaint, verb: str, *fields: str) -> None:
    """Keep what a step has changed, and the state that it enters."""
    names = {*fields}
    if entered := complaint.MOVES[verb].enters:
        complaint.status = entered
        names.add("status")
    write(complaint, names, version=complaint.version)


@operation
def assign(complaint: Complaint, *, by: User, handler: StaffMember, reason: str = "") -> None:
    """Give a complaint to whoever is to find out and to answer."""
    take(complaint, "assign", by=by)
    refuse_worker(complaint, handler, "handler")
    if complaint.status != Status.RECEIVED and handler.pk == complaint.handler_id:
        raise DomainError(
            _("%(name)s handles this complaint already.") % {"name": handler}, "handler"
        )
    complaint.handler = handler
    keep(complaint, "assign", "handler")
    notices.assigned(complaint, handler, by=by)


@operation
def investigate(complaint: Complaint, *, by: User, reason: str = "") -> None:
    """Begin to find out what happened."""
    take(complaint, "investigate", by=by)
    keep(complaint, "investigate")


@dataclass(frozen=True)
class Findings:
    """What was found out about a complaint, and what follows from it."""

    finding: str
    findings: str
    remedy: str
    root_cause: str
    corrective_action: str
    recheck_on: dt.date | None

    FIELDS = (
        "finding",
        "findings",
        "remedy",
        "root_cause",
        "corrective_action",
        "recheck_on",
    )


@operation
def establish(
    complaint: Complaint, *, by: User, facts: Findings, version: int | None = None
) -> None:
    """Enter what was found out: who is right, why it happened, and what is done against it."""
    take(complaint, "establish", by=by)
    if version is not None and version != complaint.version:
        raise Stale
    if facts.recheck_on and facts.recheck_on <= bank_today():
        raise DomainError(_("This day is over. Enter a day that is still to come."), "recheck_on")
    for name in Findings.FIELDS:
        setattr(complaint, name, getattr(facts, name))
    keep(complaint, "establish", *Findings.FIELDS)


# --- time ------------------------------------------------------------------------------


def refuse_late(complaint: Complaint) -> None:
    """Refuse more time once the day for the answer is over."""
    if bank_today() > complaint.due_on:
        raise DomainError(
            _("The answer was due on %(day)s. No time is added once it is over.")
            % {"day": day(complaint.due_on)}
        )


@operation
def complicate(complaint: Complaint, *, by: User, reason: str) -> None:
    """Mark a complaint as complex: it may take longer, counted from its receipt."""
    take(complaint, "complicate", by=by)
    if complaint.is_complex:
        raise DomainError(_("This complaint is complex already."))
    refuse_late(complaint)
    complaint.is_complex, complaint.complex_reason = True, reason
    complaint.due_on = due_day(complaint.received_at, COMPLEX)
    keep(complaint, "complicate", "is_complex", "complex_reason", "due_on")


def extended_to(complaint: Complaint) -> dt.date:
    """The day for the answer once the time is extended."""
    return complaint.due_on + int(value_of(EXTENSION)) * DAY


def extension_changes(complaint: Complaint, arguments: dict[str, Any]) -> list[Change]:
    """What a second person compares: the day for the answer, and when the complainant was told."""
    return [
        Change("due_on", complaint.due_on.isoformat(), extended_to(complaint).isoformat()),
        Change("extension_told_on", None, arguments["told_on"].isoformat()),
    ]


@second_person(
    "services.extend_complaint/1",
    label=gettext_lazy("Extension of a complaint"),
    action="services.extend_complaint",
    changes=extension_changes,
)
@operation
def extend(complaint: Complaint, *, by: User, told_on: dt.date, reason: str) -> None:
    """Extend the time for a complex complaint, once and before it is over."""
    take(complaint, "extend", by=by)
    if complaint.is_extended:
        raise DomainError(_("This complaint was extended already. There is no second extension."))
    if not complaint.is_complex:
        raise DomainError(_("Only a complex complaint is extended. Mark it as complex first."))
    refuse_late(complaint)
    if not bank_day(complaint.received_at) <= told_on <= bank_today():
        raise DomainError(
            _("Enter the day, from the receipt until today, on which the complainant was told."),
            "told_on",
        )
    complaint.due_on = extended_to(complaint)
    complaint.extension_reason, complaint.extension_told_on = reason, told_on
    keep(complaint, "extend", "due_on", "extension_reason", "extension_told_on")


# --- compensation ----------------------------------------------------------------------


def compensation_at_stake(_complaint: Complaint, arguments: dict[str, Any]) -> Decimal:
    """What the compensation is worth today in the bank's own currency."""
    return in_base_currency(arguments["amount"], arguments["currency"], bank_today())


def compensation_changes(complaint: Complaint, arguments: dict[str, Any]) -> list[Change]:
    """What a second person compares: the compensation so far, and the new one."""
    so_far = complaint.compensation
    return [
        Change("compensation", None if so_far is None else str(so_far), str(arguments["amount"])),
        Change("compensation_currency", complaint.compensation_currency, arguments["currency"]),
    ]


@second_person(
    "services.compensate/1",
    label=gettext_lazy("Compensation for a complaint"),
    action="services.compensate_complaint",
    changes=compensation_changes,
    amount=compensation_at_stake,
)
@operation
def compensate(
    complaint: Complaint, *, by: User, amount: Decimal, currency: str, reason: str
) -> None:
    """Enter what the complainant is paid for what went wrong."""
    take(complaint, "compensate", by=by)
    complaint.compensation, complaint.compensation_currency = amount, currency
    keep(complaint, "compensate", "compensation", "compensation_currency")


# --- answered and reviewed -------------------------------------------------------------


def ways_after(complaint: Complaint) -> list[str]:
    """The ways that remain after the answer that comes next: a review there is only once."""
    is_of_review = complaint.status == Status.IN_REVIEW
    return [way for way in Way.values if not (is_of_review and way == Way.REVIEW)]


def refuse_waiting(complaint: Complaint) -> None:
    """Refuse to go on while a second person has yet to decide."""
    if request := pending_about(complaint).first():
        raise DomainError(
            _("“%(request)s” still waits for a second person. Let it be decided first.")
            % {"request": request}
        )


@operation
def answer(complaint: Complaint, *, by: User, text: str, ways: Iterable[str]) -> None:
    """Answer a complaint, with the ways that remain to whoever is not content."""
    take(complaint, "answer", by=by)
    if not complaint.finding:
        raise DomainError(_("Enter the findings first: an answer says what was found out."))
    refuse_waiting(complaint)
    told = ways_after(complaint)
    if not set(told) <= set(ways):
        raise DomainError(_("Tell the complainant every way that remains."), "ways")
    moment, member = now(), complaint.person_in_charge
    reply = ComplaintReply(
        complaint=complaint,
        customer_id=complaint.customer_id,
        text=text,
        ways=told,
        is_of_review=complaint.status == Status.IN_REVIEW,
        due_on=complaint.due_on,
        given_at=moment,
        given_by=member,
    )
    insert(reply)
    complaint.answered_at = moment
    keep(complaint, "answer", "answered_at")


@operation
def dispute(complaint: Complaint, *, by: User, reason: str) -> None:
    """Enter that the complainant disputes the answer: it is reviewed one level above."""
    take(complaint, "dispute", by=by)
    if complaint.disputed_at:
        raise DomainError(
            _("This complaint was reviewed already. Mediation and the regulator remain.")
        )
    last = due_day(complaint.answered_at, DISPUTE) if complaint.answered_at else bank_today()
    if bank_today() > last:
        raise DomainError(_("The answer could be disputed until %(day)s.") % {"day": day(last)})
    complaint.dispute, complaint.disputed_at = reason, now()
    complaint.due_on = due_day(complaint.disputed_at, REVIEW)
    keep(complaint, "dispute", "dispute", "disputed_at", "due_on")


@operation
def review(complaint: Complaint, *, by: User, reviewer: StaffMember, reason: str = "") -> None:
    """Name who reviews a disputed answer: somebody else, one level above the handler."""
    take(complaint, "review", by=by)
    refuse_reviewer(complaint, reviewer, "reviewer")
    complaint.reviewer = reviewer
    keep(complaint, "review", "reviewer")
    notices.given(complaint, reviewer, by=by)


# --- ended -----------------------------------------------------------------------------


@operation
def close(complaint: Complaint, *, by: User, reason: str = "") -> None:
    """Close an answered complaint of which the root cause is known."""
    take(complaint, "close", by=by)
    if not complaint.root_cause:
        raise DomainError(_("A complaint is closed with its root cause. Enter the findings."))
    refuse_waiting(complaint)
    keep(complaint, "close")


@operation
def withdraw(complaint: Complaint, *, by: User, reason: str) -> None:
    """Enter that the complainant has withdrawn the complaint."""
    take(complaint, "withdraw", by=by)
    refuse_waiting(complaint)
    keep(complaint, "withdraw")
    notices.no_longer_to_assign(complaint)


@operation
def recheck(complaint: Complaint, *, by: User, recurred: bool, note: str) -> None:
    """Enter whether the cause of a closed complaint has come back."""
    take(complaint, "recheck", by=by)
    complaint.recurred, complaint.recheck_note = recurred, note
    keep(complaint, "recheck", "recurred", "recheck_note")
