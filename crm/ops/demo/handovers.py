"""Customers who change hands in the demonstration bank: proposed, accepted, done and refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from customers.handover import operations as customer_handovers
from customers.handover.operations import Terms, choice_of
from customers.models import Customer, Holding
from staff.handover import operations as handovers
from staff.models import Handover, StaffMember
from sysadmin.models import User

OFFICER, SUCCESSOR = "fang.wenlan", "lin.yue"
MOST = 6


@dataclass(frozen=True)
class Plan:
    """A handover of some customers: how many days ahead, why, and what becomes of it."""

    days: int
    reason: str
    answer: str = ""
    remark: str = ""
    to_sign_in: bool = False


PLANS = (
    Plan(0, "Balance between portfolios · 均衡管户", to_sign_in=True),
    Plan(12, "Rotation between sub-branches · 支行间轮岗", "accept", "Files received · 已收档案"),
    Plan(0, "Maternity leave · 产假", "accept", "Files received · 已收档案"),
    Plan(3, "Balance between portfolios · 均衡管户", "refuse", "Portfolio is full · 管户已满"),
)


def plan(today: dt.date) -> None:
    """Let the personnel officer propose, and the successors answer."""
    officer = User.objects.get(username=OFFICER)
    successor = StaffMember.objects.get(user__username=SUCCESSOR)
    givers = list(those_with_customers().exclude(pk=successor.pk)[: len(PLANS)])
    for place, (one, giver) in enumerate(zip(PLANS, givers, strict=False)):
        taker = successor if one.to_sign_in else givers[place - 1]
        handover = customer_handovers.propose(
            choice_of(plain_customers(giver)),
            by=officer,
            terms=Terms(taker, today + dt.timedelta(days=one.days)),
            reason=one.reason,
        )
        answer(handover, one)


def answer(handover: Handover, one: Plan) -> None:
    """Let the successor accept or refuse, if they have answered."""
    user = handover.to_member.user
    if one.answer == "accept" and user:
        handovers.accept(handover, by=user, reason=one.remark)
    elif one.answer == "refuse" and user:
        handovers.refuse(handover, by=user, reason=one.remark)


def invested() -> Exists:
    """Whether a customer holds what their manager may need a licence for."""
    rows = Holding.objects.filter(customer=OuterRef("pk"), kind=Holding.Kind.INVESTMENT)
    return Exists(rows)


def plain_customers(giver: StaffMember) -> QuerySet[Customer]:
    """Some customers of a manager who move with any successor."""
    rows = Customer.objects.filter(~invested(), lead_manager=giver, status__in=Customer.OPEN)
    first = list(rows.order_by("number").values_list("pk", flat=True)[:MOST])
    return Customer.objects.filter(pk__in=first)


def those_with_customers() -> QuerySet[StaffMember]:
    """Wealth managers who lead such customers."""
    rows = Customer.objects.filter(
        ~invested(), lead_manager=OuterRef("pk"), status__in=Customer.OPEN
    )
    members = StaffMember.objects.present().filter(
        Exists(rows), leaves_on=None, post=StaffMember.Post.WEALTH_MANAGER
    )
    return members.order_by("number")
