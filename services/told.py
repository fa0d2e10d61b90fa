"""What this module tells on the timelines of customers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from customers.models import TimelineEntry
from customers.timeline.telling import Teller, Telling, add_teller, leave_untold

from .models import (
    Appointment,
    ClockStop,
    Complaint,
    ComplaintReply,
    Contact,
    ContactAttendee,
    ContactNote,
    Opportunity,
    Promise,
    Referral,
    RequestCheck,
    RequestEntry,
    ServiceRequest,
    Task,
)

Kind = TimelineEntry.Kind
QUIET, GOOD, WARN, BAD, OTHER = "ic-n", "ic-ok", "ic-warn", "ic-bad", "ic-vi"


def what_was_said(contact: Contact) -> str:
    """The purpose of a contact, and what was said."""
    return f"{contact.get_purpose_display()} · {contact.summary}"  # type: ignore[attr-defined]


def number_and_business(complaint: Complaint) -> str:
    """Which complaint it is, and about which business."""
    return f"{complaint.number} · {complaint.get_business_display()}"  # type: ignore[attr-defined]


def request_and_text(entry: RequestEntry) -> str:
    """In which request something was said, and what."""
    return f"{entry.request.number} · {entry.text}"


def product_and_amount(opportunity: Opportunity) -> str:
    """What the bank hopes to sell, and in which stage that is now."""
    return f"{opportunity.shown_product} · {opportunity.shown_amount} · {opportunity.stage}"


def product_and_asked(referral: Referral) -> str:
    """What a customer was pointed out for, and to whom."""
    return f"{referral.get_product_kind_display()} · {referral.shown_asked}"


CONTACTS = Teller(
    Contact,
    {
        "log.call": Telling(_("Call"), Kind.CALL, "phone"),
        "log.visit": Telling(_("Visit"), Kind.VISIT, "map-pin"),
        "log.meeting": Telling(_("Branch meeting"), Kind.MESSAGE, "users"),
        "log.message": Telling(_("Message"), Kind.MESSAGE, "message-square"),
    },
    states={"log": "kind"},
    moments={"log": "at"},
    renews={"correct": "log"},
    silent=frozenset({"annotate", "review"}),
    gist=what_was_said,
)
PROMISES = Teller(
    Promise,
    {
        "make": Telling(_("Made a promise"), Kind.PLAN, "handshake"),
        "keep.kept": Telling(_("Kept a promise"), Kind.PLAN, "check", GOOD),
        "keep.kept_late": Telling(_("Kept a promise late"), Kind.PLAN, "check", WARN),
        "break_overdue": Telling(_("A promise was broken"), Kind.PLAN, "circle-x", BAD),
        "withdraw": Telling(_("Withdrew a promise"), Kind.PLAN, "undo-2", QUIET),
        "pass_on": Telling(_("Passed a promise on"), Kind.PLAN, "arrow-right-left", QUIET),
    },
    states={"keep": "status"},
)
TASKS = Teller(
    Task,
    {
        "give": Telling(_("Entered a task"), Kind.PLAN, "square-check", QUIET),
        "finish": Telling(_("Finished a task"), Kind.PLAN, "square-check", GOOD),
        "drop": Telling(_("Dropped a task"), Kind.PLAN, "square-x", QUIET),
        "reopen": Telling(_("Opened a task again"), Kind.PLAN, "rotate-ccw", QUIET),
    },
    silent=frozenset({"amend", "bring_back", "postpone", "heed"}),
)
APPOINTMENTS = Teller(
    Appointment,
    {
        "book": Telling(_("Booked an appointment"), Kind.PLAN, "calendar-plus"),
        "amend": Telling(_("Changed an appointment"), Kind.PLAN, "calendar-clock", QUIET),
        "hold": Telling(_("Held an appointment"), Kind.PLAN, "calendar-check", GOOD),
        "miss": Telling(_("The customer missed an appointment"), Kind.PLAN, "calendar-x", WARN),
        "cancel": Telling(_("Cancelled an appointment"), Kind.PLAN, "calendar-x", QUIET),
    },
)
REQUESTS = Teller(
    ServiceRequest,
    {
        "enter": Telling(_("Entered a request"), Kind.CASE, "inbox"),
        "amend": Telling(_("Changed a request"), Kind.CASE, "pencil", QUIET),
        "take": Telling(_("Took a request"), Kind.CASE, "hand", QUIET),
        "assign": Telling(_("Assigned a request"), Kind.CASE, "user-round-cog", QUIET),
        "hand_back": Telling(_("Handed a request back"), Kind.CASE, "undo-2", QUIET),
        "start": Telling(_("Began with a request"), Kind.CASE, "play", QUIET),
        "wait": Telling(_("Stopped the clock of a request"), Kind.CASE, "pause", WARN),
        "resume": Telling(_("Let the clock of a request run again"), Kind.CASE, "play", QUIET),
        "resolve": Telling(_("Resolved a request"), Kind.CASE, "circle-check", GOOD),
        "close": Telling(_("Closed a request"), Kind.CASE, "archive", QUIET),
        "reopen": Telling(_("Reopened a request"), Kind.CASE, "rotate-ccw", WARN),
    },
    # told of the entry that came of it
    silent=frozenset({"write_entry"}),
)
CONVERSATIONS = Teller(
    RequestEntry,
    {
        "write_entry.reply": Telling(_("Replied to the customer"), Kind.CASE, "reply"),
        "write_entry.message": Telling(
            _("Message from the customer"), Kind.CASE, "message-square", OTHER
        ),
        "write_entry.note": Telling(_("Note for colleagues"), Kind.CASE, "sticky-note", QUIET),
    },
    states={"write_entry": "kind"},
    gist=request_and_text,
    part_of="request",
)
COMPLAINTS = Teller(
    Complaint,
    {
        "receive": Telling(_("Received a complaint"), Kind.CASE, "megaphone", WARN),
        "correct": Telling(_("Corrected a complaint"), Kind.CASE, "pencil", QUIET),
        "assign": Telling(_("Assigned a complaint"), Kind.CASE, "user-round-cog", QUIET),
        "investigate": Telling(_("Began to look into a complaint"), Kind.CASE, "search", QUIET),
        "establish": Telling(_("Entered the findings of a complaint"), Kind.CASE, "file-search"),
        "complicate": Telling(_("Marked a complaint as complex"), Kind.CASE, "layers", QUIET),
        "extend": Telling(_("Extended the time of a complaint"), Kind.CASE, "clock", WARN),
        "compensate": Telling(_("Entered compensation"), Kind.CASE, "coins"),
        "answer": Telling(_("Answered a complaint"), Kind.CASE, "reply", GOOD),
        "dispute": Telling(_("The answer was disputed"), Kind.CASE, "triangle-alert", BAD),
        "review": Telling(_("Named who reviews the answer"), Kind.CASE, "scale", QUIET),
        "close": Telling(_("Closed a complaint"), Kind.CASE, "archive", QUIET),
        "withdraw": Telling(_("The complaint was withdrawn"), Kind.CASE, "undo-2", QUIET),
        "recheck": Telling(_("Looked at the cause again"), Kind.CASE, "search-check", QUIET),
    },
    gist=number_and_business,
)
OPPORTUNITIES = Teller(
    Opportunity,
    {
        "enter": Telling(_("Entered an opportunity"), Kind.SALE, "target"),
        "change": Telling(_("Changed an opportunity"), Kind.SALE, "pencil", QUIET),
        "move_to.open": Telling(
            _("Moved an opportunity to another stage"), Kind.SALE, "arrow-right", QUIET
        ),
        "move_to.won": Telling(_("Won an opportunity"), Kind.SALE, "trophy", GOOD),
        "move_to.lost": Telling(_("Lost an opportunity"), Kind.SALE, "circle-x", BAD),
    },
    states={"move_to": "outcome"},
    gist=product_and_amount,
)
REFERRALS = Teller(
    Referral,
    {
        "refer": Telling(_("Referred the customer"), Kind.SALE, "forward"),
        "accept": Telling(_("Accepted a referral"), Kind.SALE, "check", GOOD),
        "refuse": Telling(_("Refused a referral"), Kind.SALE, "x", QUIET),
        "withdraw": Telling(_("Withdrew a referral"), Kind.SALE, "undo-2", QUIET),
        "expire": Telling(_("A referral expired"), Kind.SALE, "clock", WARN),
    },
    gist=product_and_asked,
)
TELLERS = (
    CONTACTS,
    PROMISES,
    TASKS,
    APPOINTMENTS,
    REQUESTS,
    CONVERSATIONS,
    COMPLAINTS,
    OPPORTUNITIES,
    REFERRALS,
)


def register() -> None:
    """Let timelines tell of what happens in this module."""
    for teller in TELLERS:
        add_teller(teller)
    leave_untold([ContactAttendee, ContactNote], "belong to a contact, which is told")
    leave_untold([ClockStop], "the request is told to wait and to go on")
    leave_untold([RequestCheck], "the request is told to be resolved")
    leave_untold([ComplaintReply], "the complaint is told to be answered")
