"""Valid watchlists, entries and hits, alerts and their cases in few words."""

from __future__ import annotations

import datetime as dt

import factory

from crm.core.clock import bank_today, now
from customers.countries import country_choices
from customers.models import Restriction
from risk.models import (
    Alert,
    AlertCase,
    CaseProposal,
    CaseQuestion,
    Diligence,
    DiligenceBand,
    DiligenceLevel,
    Family,
    Level,
    ListedName,
    ScreeningHit,
    Watchlist,
    WatchlistEntry,
    WatchlistVersion,
)
from risk.screening.keys import EDITION, listed_keys_of
from sysadmin.models import period, system_user
from tests.factories import CustomerFactory, Recorded, StaffMemberFactory


class WatchlistFactory(Recorded):
    """A list of the bank's own."""

    class Meta:
        model = Watchlist

    code = factory.Sequence("list-{}".format)
    name = factory.Sequence("监控名单{}".format)


class WatchlistVersionFactory(Recorded):
    """A later file, with one entry that is new."""

    class Meta:
        model = WatchlistVersion

    watchlist = factory.SubFactory(WatchlistFactory)
    number = factory.Sequence(lambda n: n + 2)
    checksum = factory.Sequence("{:064}".format)
    entries = 1
    added = 1
    changed = 0
    removed = 0
    loaded_by = factory.LazyFunction(system_user)


class WatchlistEntryFactory(Recorded):
    """Somebody on a list since its first version."""

    class Meta:
        model = WatchlistEntry

    added_in = factory.SubFactory(WatchlistVersionFactory)
    changed_in = factory.SelfAttribute("added_in")
    watchlist = factory.SelfAttribute("added_in.watchlist")
    key = factory.Sequence("key-{}".format)
    kind = "person"
    name = factory.Sequence("Listed Number {}".format)
    aliases = ()
    digest = factory.Sequence("{:064}".format)


class ListedNameFactory(Recorded):
    """A name of somebody on a list, with its keys."""

    class Meta:
        model = ListedName

    entry = factory.SubFactory(WatchlistEntryFactory)
    text = factory.SelfAttribute("entry.name")
    is_person = factory.SelfAttribute("entry.is_person")
    keys = factory.LazyAttribute(lambda o: listed_keys_of(o.text, is_person=o.is_person))
    edition = EDITION


class ScreeningHitFactory(Recorded):
    """A hit that nobody has decided."""

    class Meta:
        model = ScreeningHit

    customer = factory.SubFactory(CustomerFactory)
    entry = factory.SubFactory(WatchlistEntryFactory)
    score = 88
    customer_name = factory.SelfAttribute("customer.name")
    listed_name = factory.SelfAttribute("entry.name")
    explanation = factory.LazyFunction(
        lambda: {"parts": {"shared": 0.9}, "words": [["chen", "chen", 1.0]]}
    )
    customer_digest = "c" * 64
    entry_digest = factory.SelfAttribute("entry.digest")
    decided_by = factory.LazyAttribute(lambda o: None if o.status == "open" else system_user())
    decided_at = factory.LazyAttribute(lambda o: None if o.status == "open" else now())
    decision = factory.LazyAttribute(lambda o: "" if o.status == "open" else "compared")
    status = ScreeningHit.Status.OPEN


class RestrictionFactory(Recorded):
    """Service is stopped by an own list."""

    class Meta:
        model = Restriction

    customer = factory.SubFactory(CustomerFactory)
    cause = Restriction.Cause.OWN_LIST
    source = factory.Sequence("risk.screeninghit:{}".format)


class AlertCaseFactory(Recorded):
    """A case that nobody investigates yet."""

    class Meta:
        model = AlertCase

    number = factory.Sequence("YJ1999{:06d}".format)
    customer = factory.SubFactory(CustomerFactory)
    family = Family.ARREARS
    level = Level.MEDIUM
    due_on = factory.LazyFunction(lambda: bank_today() + dt.timedelta(days=10))
    edited_by = factory.LazyAttribute(
        lambda o: StaffMemberFactory(branch=o.customer.home_branch).user
    )


class AlertFactory(Recorded):
    """A warning of arrears."""

    class Meta:
        model = Alert

    case = factory.SubFactory(AlertCaseFactory)
    customer = factory.SelfAttribute("case.customer")
    rule = factory.Sequence("early_arrears_{}".format)
    rule_version = "0123456789ab"
    level = Level.MEDIUM
    measures = factory.LazyFunction(lambda: {"overdue_days": 12, "overdue_amount": "8200.00"})
    cut_offs = factory.LazyFunction(lambda: {"warning_arrears_low": "5"})


class CaseQuestionFactory(Recorded):
    """A question that was answered."""

    class Meta:
        model = CaseQuestion

    case = factory.SubFactory(AlertCaseFactory)
    customer = factory.SelfAttribute("case.customer")
    text = factory.Sequence("Why is instalment {} late".format)
    asked_by = factory.LazyFunction(system_user)
    reply = factory.Sequence("Wages came late in month {}".format)
    answered_by = factory.LazyFunction(system_user)
    answered_at = factory.LazyFunction(now)


class CaseProposalFactory(Recorded):
    """A proposal that was sent back."""

    class Meta:
        model = CaseProposal

    case = factory.SubFactory(AlertCaseFactory)
    customer = factory.SelfAttribute("case.customer")
    outcome = CaseProposal.Outcome.CONFIRMED
    reason = factory.Sequence("Pays late for the {}th time".format)
    evidence = factory.Sequence("Statement {}".format)
    case_version = factory.SelfAttribute("case.version")
    proposed_by = factory.LazyAttribute(
        lambda o: StaffMemberFactory(branch=o.case.customer.home_branch).user
    )
    decision = CaseProposal.Decision.SENT_BACK
    decided_by = factory.LazyAttribute(lambda o: None if o.decision == "open" else system_user())
    decided_at = factory.LazyAttribute(lambda o: None if o.decision == "open" else now())


class DiligenceLevelFactory(Recorded):
    """A level that is reviewed each year."""

    class Meta:
        model = DiligenceLevel

    code = factory.Sequence("level_{}".format)
    name = factory.Sequence("Level {}".format)
    name_zh = factory.Sequence("等级{}".format)
    from_points = factory.Sequence(lambda n: n + 1)
    months = 12


# countries of which forms are filled in: no band of them stands that would be ended
FREE_COUNTRIES = ("AT", "BE", "CH", "DK", "EE", "FI", "GR", "HU", "IE", "LU")


class DiligenceBandFactory(Recorded):
    """A country that counts since a year."""

    class Meta:
        model = DiligenceBand

    factor = "country"
    value = factory.Iterator(
        sorted({code for code, _name in country_choices()}.difference(FREE_COUNTRIES))
    )
    points = 20
    valid = factory.LazyFunction(lambda: period(bank_today() - dt.timedelta(days=365)))


class DiligenceFactory(Recorded):
    """A customer who is to be rated for the first time."""

    class Meta:
        model = Diligence

    customer = factory.SubFactory(CustomerFactory)
    due_on = factory.LazyFunction(lambda: bank_today() + dt.timedelta(days=10))
