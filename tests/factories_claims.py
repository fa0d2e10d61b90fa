"""Claims and their classifications as tests need them."""

from __future__ import annotations

import factory

from crm.core.clock import bank_today, now
from risk.models import Claim, Classification, RiskClass
from sysadmin.models import system_user
from tests.factories import HoldingFactory, Recorded


class ClaimFactory(Recorded):
    """A loan that is paid back as agreed."""

    class Meta:
        model = Claim

    holding = factory.SubFactory(HoldingFactory, product_code="consumer_loan")
    customer = factory.SelfAttribute("holding.customer")
    status = Claim.Status.CLASSIFIED
    risk_class = RiskClass.PASS
    floor = RiskClass.PASS
    since = factory.LazyFunction(bank_today)


class ClassificationFactory(Recorded):
    """A class that somebody proposed a moment ago."""

    class Meta:
        model = Classification

    claim = factory.SubFactory(ClaimFactory)
    status = Classification.Status.OPEN
    cause = Classification.Cause.PROPOSAL
    from_class = factory.SelfAttribute("claim.risk_class")
    proposed_class = RiskClass.SUBSTANDARD
    floor = factory.SelfAttribute("claim.floor")
    overdue_days = 0
    business_date = factory.LazyFunction(bank_today)
    facts = "The works stand still."
    facts_on = factory.LazyFunction(bank_today)
    proposed_by = factory.LazyFunction(system_user)
    proposed_at = factory.LazyFunction(now)
