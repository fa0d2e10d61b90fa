"""Complaints in few words, and what the bank must have before one is received."""

from __future__ import annotations

import datetime as dt

import factory

from config_admin.dictionaries.first_values import enter_missing as enter_dictionaries
from config_admin.figures.values import VALUES
from config_admin.models import NumberSeries
from crm.core.acting import acting
from crm.core.clock import bank_today, now
from services.complaints.operations import SERIES
from services.models import Complaint, ComplaintReply
from sysadmin.models import system_user
from tests.factories import CustomerFactory, NumberSeriesFactory, Recorded, StaffMemberFactory


def prepare() -> None:
    """Enter the codes of complaints and the series of their numbers."""
    with acting(by=system_user()):
        enter_dictionaries()
        if not NumberSeries.objects.filter(code=SERIES).exists():
            NumberSeriesFactory(code=SERIES, prefix="TS")
    VALUES.forget()


class ComplaintFactory(Recorded):
    """A complaint about a fee, received this minute and not yet assigned."""

    class Meta:
        model = Complaint

    number = factory.Sequence("TS1999{:06d}".format)
    customer = factory.SubFactory(CustomerFactory)
    branch = factory.SelfAttribute("customer.home_branch")
    received_at = factory.LazyFunction(now)
    received_by = factory.SubFactory(StaffMemberFactory, branch=factory.SelfAttribute("..branch"))
    channel = "hotline"
    business = "debit_card"
    cause = "pricing"
    description = factory.Sequence("Charged a yearly fee twice, letter {}".format)
    expected = factory.Sequence("Pay back fee number {}".format)
    due_on = factory.LazyFunction(lambda: bank_today() + dt.timedelta(days=15))


class ComplaintReplyFactory(Recorded):
    """The first answer to a complaint, given in time."""

    class Meta:
        model = ComplaintReply

    complaint = factory.SubFactory(ComplaintFactory)
    customer = factory.SelfAttribute("complaint.customer")
    text = factory.Sequence("The fee is paid back, letter {}".format)
    ways = factory.LazyFunction(lambda: ["review", "mediation", "regulator"])
    due_on = factory.SelfAttribute("complaint.due_on")
    given_by = factory.SubFactory(
        StaffMemberFactory, branch=factory.SelfAttribute("..complaint.branch")
    )
