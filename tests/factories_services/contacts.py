"""Contacts with customers, and promises made to them."""

from __future__ import annotations

import datetime as dt

import factory

from crm.core.clock import bank_today, now
from services.models import Contact, ContactAttendee, ContactNote, Promise
from tests.factories import CustomerFactory, Recorded, StaffMemberFactory, UserFactory


class ContactFactory(Recorded):
    """A call an hour ago."""

    class Meta:
        model = Contact

    customer = factory.SubFactory(CustomerFactory)
    author = factory.SubFactory(StaffMemberFactory)
    at = factory.LazyFunction(lambda: now() - dt.timedelta(hours=1))
    purpose = "care"
    result = "reached"
    summary = factory.Sequence("They asked about offer number {}.".format)


class ContactAttendeeFactory(Recorded):
    """A colleague who took part."""

    class Meta:
        model = ContactAttendee

    contact = factory.SubFactory(ContactFactory)
    customer = factory.SelfAttribute("contact.customer")
    member = factory.SubFactory(StaffMemberFactory)


class ContactNoteFactory(Recorded):
    """What was added later."""

    class Meta:
        model = ContactNote

    contact = factory.SubFactory(ContactFactory)
    customer = factory.SelfAttribute("contact.customer")
    by = factory.SubFactory(UserFactory)
    text = factory.Sequence("A further remark, number {}.".format)


class PromiseFactory(Recorded):
    """Something to be done within a week."""

    class Meta:
        model = Promise

    customer = factory.SubFactory(CustomerFactory)
    owner = factory.SubFactory(StaffMemberFactory)
    words = factory.Sequence("Send the statement number {}".format)
    due_on = factory.LazyFunction(lambda: bank_today() + dt.timedelta(days=7))
