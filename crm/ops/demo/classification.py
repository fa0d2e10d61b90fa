"""Claims of the demonstration bank in all classes, and proposals at each step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Case, Max, Min, When

from crm.core.acting import acting
from customers.models import Customer, Holding
from risk.classification import assessment, operations
from risk.classification.operations import Proposal
from risk.models import Claim, RiskClass
from sysadmin.models import User, system_user

MANAGER, OFFICER, HEAD = "lin.yue", "gu.mingchuan", "shen.zhiheng"
# kept as they stand, so they speak both languages
EVIDENCE = {
    RiskClass.SPECIAL_MENTION: "Income fell by a third since spring · 收入自春季起下降三分之一",
    RiskClass.SUBSTANDARD: "The works stand still, the value is halved · 工程停工，评估价值减半",
}
AGREED = "Statements and visit agree · 流水与走访结果一致"
BACK = "Add the statements of the last three months · 请补充近三个月流水"
WAITING = ("", "review", "approve", "", "review", "send_back", "review", "approve")


def enter(today: dt.date) -> None:
    """Classify all claims as the night does, and carry some proposals as far as they go."""
    held = Customer.objects.aggregate(low=Min("pk"), high=Max("pk"))
    with acting(by=system_user()):
        assessment.keep(held["low"], held["high"], by=system_user())
    manager, officer, head = (User.objects.get(username=n) for n in (MANAGER, OFFICER, HEAD))
    for number, (claim, last) in enumerate(chosen()):
        worse = RiskClass(claim.risk_class + 1)
        proposal = Proposal(
            risk_class=worse,
            facts=EVIDENCE[worse],
            facts_on=today - dt.timedelta(days=number + 1),
            is_impaired=worse == RiskClass.SUBSTANDARD,
            observed_from=None,
            due_every=1,
        )
        operations.propose(claim, by=manager, proposal=proposal)
        if last in {"review", "approve"}:
            operations.review(claim, by=officer, reason=AGREED)
        if last == "approve":
            operations.approve(claim, by=head, reason=AGREED)
        if last == "send_back":
            operations.send_back(claim, by=officer, reason=BACK)


def chosen() -> Iterator[tuple[Claim, str]]:
    """Claims, those on the customers of the manager first, each with the last step taken."""
    rows = Claim.objects.filter(risk_class__lte=RiskClass.SPECIAL_MENTION)
    open_ones = rows.exclude(holding__status=Holding.Status.CLOSED)
    hers = Case(When(customer__lead_manager__user__username=MANAGER, then=0), default=1)
    return zip(open_ones.order_by(hers, "-risk_class", "pk"), WAITING, strict=False)
