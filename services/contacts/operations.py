"""Contacts logged, corrected within a day, added to, and reviewed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from crm.core.clock import bank_today, now
from crm.core.operations import (
    DomainError,
    lock_for,
    operation,
    refuse_past,
    save_changes,
    save_new,
    write,
)
from services.agenda import operations as agenda
from services.models import Contact, ContactAttendee, ContactNote, Promise, Task
from services.promises.operations import make
from services.staff import member_of

if TYPE_CHECKING:
    import datetime as dt

    from staff.models import StaffMember
    from sysadmin.models import User

LONGEST_TITLE = 120
PLANNED = ["title", "due_on"]
# kept as they stand, so they speak both languages
CONFIDENTIAL_STEP = "Next step of a confidential contact · 保密联系的后续事项"
NO_NEXT_STEP = "The contact has no next step any more · 联系已无后续事项"


@operation
def log(
    contact: Contact,
    *,
    by: User,
    colleagues: Iterable[StaffMember] = (),
    promise: Promise | None = None,
) -> Contact:
    """Enter a contact with a customer, with who took part and what was promised in it."""
    contact.author = member_of(by)
    refuse_ahead(contact)
    if contact.next_on:
        refuse_past(contact.next_on, "next_on")
    save_new(contact)
    bring(contact, colleagues)
    plan_next(contact, by=by)
    if promise is not None:
        promise.customer, promise.contact = contact.customer, contact
        promise.is_confidential = contact.is_confidential
        make(promise, by=by)
    return contact


def refuse_ahead(contact: Contact) -> None:
    """Refuse a contact that is still to come, and a day for a step that nobody names."""
    if contact.at > now():
        raise DomainError(_("This is still to come. Enter when it took place."), "at")
    if contact.next_on and not contact.next_step:
        raise DomainError(_("Say what the next step is."), "next_step")


def plan_next(contact: Contact, *, by: User) -> None:
    """Let the next step with a day stand among the tasks of whoever had the contact."""
    known, day = Task.objects.filter(contact=contact).first(), contact.next_on
    if known is None:
        if day and by.has_action("services.view_task"):
            agenda.give(next_task(contact, max(day, bank_today())), by=by)
    elif known.status == Task.Status.OPEN:
        if day is None:
            agenda.drop(known, by=by, reason=NO_NEXT_STEP)
            return
        planned = next_task(contact, day)
        for name in PLANNED:
            setattr(known, name, getattr(planned, name))
        agenda.amend(known, by=by, fields=PLANNED, version=known.version)


def next_task(contact: Contact, day: dt.date) -> Task:
    """The next step of a contact as a task; of a confidential one it tells nothing."""
    words = CONFIDENTIAL_STEP if contact.is_confidential else contact.next_step
    return Task(
        customer=contact.customer,
        member=contact.author,
        contact=contact,
        title=Truncator(words).chars(LONGEST_TITLE),
        due_on=day,
    )


def bring(contact: Contact, colleagues: Iterable[StaffMember]) -> None:
    """Enter the colleagues who took part, and withdraw those who did not after all."""
    present = {member.pk: member for member in colleagues if member.pk != contact.author_id}
    for entered in contact.attendees.all():
        is_wrong = present.pop(entered.member_id, None) is None
        if entered.is_withdrawn != is_wrong:
            entered.is_withdrawn = is_wrong
            write(entered, ["is_withdrawn"], version=entered.version)
    for member in present.values():
        save_new(ContactAttendee(contact=contact, customer=contact.customer, member=member))


@operation
def correct(
    contact: Contact,
    *,
    by: User,
    fields: list[str],
    version: int,
    colleagues: Iterable[StaffMember] = (),
) -> Contact:
    """Correct what one has entered oneself, within a day and before it is reviewed."""
    if refusal := why_not_correct(contact, by):
        raise DomainError(refusal)
    refuse_ahead(contact)
    save_changes(contact, fields, version=version)
    bring(contact, colleagues)
    plan_next(contact, by=by)
    confidential = contact.is_confidential
    for promise in contact.promises.exclude(is_confidential=confidential):
        promise.is_confidential = confidential
        write(promise, ["is_confidential"], version=promise.version)
    return contact


def why_not_correct(contact: Contact, by: User) -> str:
    """Why somebody may not correct a contact; empty if they may."""
    if contact.is_correctable_by(by):
        return ""
    return _(
        "A contact is corrected by whoever entered it, within 24 hours and before it is reviewed."
        " Add a note instead."
    )


@operation
def annotate(contact: Contact, *, by: User, text: str) -> None:
    """Add a note to a contact."""
    save_new(ContactNote(contact=contact, customer=contact.customer, by=by, text=text))


@operation
def review(contact: Contact, *, by: User, remark: str) -> None:
    """Review a contact that others had with a customer."""
    lock_for(contact, "review")
    if took_part(contact, by):
        raise DomainError(_("Nobody reviews a contact in which they took part."))
    contact.status, contact.review = Contact.Status.REVIEWED, remark
    contact.reviewed_by, contact.reviewed_at = by, now()
    changed = ["status", "review", "reviewed_by", "reviewed_at"]
    write(contact, changed, version=contact.version)


def took_part(contact: Contact, user: User) -> bool:
    """Whether a user had this contact, or was present."""
    there = [contact.author, *(one.member for one in contact.colleagues)]
    return user.pk in {member.user_id for member in there}
