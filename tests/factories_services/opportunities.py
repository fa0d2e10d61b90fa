"""Valid opportunities, stages and referrals in few words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import factory

from crm.core.clock import bank_today
from services.models import Opportunity, OpportunityStage, Referral
from tests.factories import (
    CalendarFactory,
    CustomerFactory,
    Recorded,
    StaffMemberFactory,
    WorkingWeekFactory,
)


class OpportunityStageFactory(Recorded):
    """A stage of opportunities that are still to be won."""

    class Meta:
        model = OpportunityStage

    code = factory.Sequence("stage_{}".format)
    name = factory.Sequence("Stage Number {}".format)
    name_zh = factory.Sequence("商机阶段{}".format)
    outcome = OpportunityStage.Outcome.OPEN
    position = factory.Sequence(lambda n: n)
    probability = factory.LazyAttribute(lambda o: {"won": 100, "lost": 0}.get(o.outcome, 40))


class OpportunityFactory(Recorded):
    """A loan that a member of staff hopes to grant to a customer of the branch in a month."""

    class Meta:
        model = Opportunity

    owner = factory.SubFactory(StaffMemberFactory)
    branch = factory.SelfAttribute("owner.branch")
    customer = factory.SubFactory(
        CustomerFactory, home_branch=factory.SelfAttribute("..owner.branch")
    )
    product_kind = "loan"
    amount = Decimal("250000.00")
    currency = "CNY"
    amount_base = factory.SelfAttribute("amount")
    closes_on = factory.LazyFunction(lambda: bank_today() + dt.timedelta(days=30))
    stage = factory.SubFactory(OpportunityStageFactory)
    outcome = factory.LazyAttribute(lambda o: o.stage.outcome)
    lost_reason = factory.LazyAttribute(lambda o: "price" if o.outcome == "lost" else "")
    closed_on = factory.LazyAttribute(lambda o: None if o.outcome == "open" else bank_today())
    remark = factory.Sequence("Remark Number {}".format)


class ReferralFactory(Recorded):
    """A customer pointed out to a colleague of the same branch, who has three days to answer."""

    class Meta:
        model = Referral

    from_member = factory.SubFactory(StaffMemberFactory)
    branch = factory.SelfAttribute("from_member.branch")
    to_member = factory.SubFactory(
        StaffMemberFactory, branch=factory.SelfAttribute("..from_member.branch")
    )
    to_branch = factory.LazyAttribute(lambda o: o.to_member.branch)
    customer = factory.SubFactory(
        CustomerFactory, home_branch=factory.SelfAttribute("..from_member.branch")
    )
    product_kind = "loan"
    words = factory.Sequence("Wants to buy flat number {}".format)
    answer_by = factory.LazyFunction(lambda: bank_today() + dt.timedelta(days=3))


def office(**days: Any) -> None:
    """The calendar by which referrals are answered, of five days a week."""
    WorkingWeekFactory(calendar=CalendarFactory(code="office"), **days)
