"""Early warnings of three nights, and cases in every state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import cycle, pairwise

from crm.core.acting import acting
from crm.core.clock import clock_at, now
from customers.models import Customer
from risk.cases import operations
from risk.models import AlertCase, CaseProposal, Level
from risk.warnings.run import warn
from sysadmin.models import User, system_user

OFFICER, COMPLIANCE = "gu.mingchuan", "lu.wanqing"
NIGHTS = (18, 7, 0)
Outcome = CaseProposal.Outcome
# kept as they stand, so they speak both languages
ASKED = "Why is the account empty, and for how long? · 账户资金为何转出，预计多久回流？"
REPLY = "Pays a supplier early, money returns by the end of the month · 提前支付货款，月底回款"
GRAVER = "Several banks report the same · 他行出现同类情况"
SEEN = "Statements of three months, call with the customer · 近三个月流水，已电话核实"
STEADY = "Wages come later since the employer changed · 更换单位后发薪日推迟"
CONFIRMED = "Turnover has gone to another bank · 结算已转至他行"
NO_SOURCE = "Money passes through without a plausible cause · 资金快进快出，无合理用途"
MISSING = "Add the contract with the new employer · 请补充新劳动合同"
AGREED = "Checked · 已复核"
NEW_FACTS = "The customer has written · 客户来函说明新情况"
# what has been done with a case, one after the other
STORIES: tuple[tuple[str, ...], ...] = (
    ("ask",),
    ("ask", "answer"),
    ("escalate",),
    ("accept",),
    ("accept", "approve"),
    ("deny", "approve"),
    ("accept", "send_back"),
    ("confirm", "approve", "reopen"),
    ("escalate", "confirm", "approve"),
    ("report",),
)
# what has become of older cases, over and over; the rest is still to be begun with
USUAL: tuple[tuple[str, ...], ...] = (("deny", "approve"), ("confirm", "approve"), ())


def enter(today: dt.date) -> None:
    """Let the rules go over a third of the customers in each of three nights, then the people."""
    keys = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    size = max(len(keys) // len(NIGHTS), 1)
    ends = [0, *(keys[min(size * n, len(keys)) - 1] for n in range(1, len(NIGHTS)))]
    for days, (after, until) in zip(NIGHTS, pairwise([*ends, keys[-1]]), strict=True):
        system = system_user()
        with clock_at(now() - dt.timedelta(days=days)), acting(by=system):
            warn(after, until, by=system)
    tell_stories(today)


def tell_stories(today: dt.date) -> None:
    """Take a case along each story; the others stay as the night left them."""
    officer, compliance = (User.objects.get(username=name) for name in (OFFICER, COMPLIANCE))
    rows = AlertCase.objects.permitted(officer).exclude(customer__lead_manager__user=officer)
    cases = list(rows.filter(status=AlertCase.Status.NEW).order_by("-opened_on", "pk"))
    fresh, older = cases[: 2 * len(STORIES) : 2], cases[2 * len(STORIES) :]
    for story, case in zip(STORIES, fresh, strict=False):
        tell(case, story, officer, compliance, today)
    for story, case in zip(cycle(USUAL), [c for n, c in enumerate(older) if n % 6], strict=False):
        tell(case, story, officer, compliance, today)


def tell(
    case: AlertCase, story: Iterable[str], officer: User, second: User, today: dt.date
) -> None:
    """What became of one case."""
    soon = today + dt.timedelta(days=3)
    until = today + dt.timedelta(days=60)
    operations.assign(case, by=second, officer=officer.staff_member)
    proposals = {
        "accept": (Outcome.ACCEPTED, STEADY, until),
        "deny": (Outcome.FALSE_POSITIVE, STEADY, None),
        "confirm": (Outcome.CONFIRMED, CONFIRMED, None),
        "report": (Outcome.REPORT, NO_SOURCE, None),
    }
    for step in story:
        if step in proposals:
            outcome, reason, silent = proposals[step]
            operations.propose(
                case, by=officer, outcome=outcome, evidence=SEEN, reason=reason, silent_until=silent
            )
        elif step == "ask":
            operations.ask(case, by=officer, question=ASKED, diary_on=soon)
        elif step == "answer":
            operations.answer(case, by=answerer(case, officer), reply=REPLY)
        elif step == "escalate":
            operations.escalate(case, by=officer, level=Level.HIGH, reason=GRAVER)
        elif step == "approve":
            operations.approve(case, by=second, reason=AGREED)
        elif step == "send_back":
            operations.send_back(case, by=second, reason=MISSING)
        else:
            operations.reopen(case, by=third(officer, second), reason=NEW_FACTS)


def answerer(case: AlertCase, officer: User) -> User:
    """The lead manager of the customer, where they sign in."""
    lead = case.customer.lead_manager
    return lead.user if lead and lead.user else officer


def third(officer: User, second: User) -> User:
    """Somebody else who may open a case again."""
    users = User.objects.exclude(pk__in=[officer.pk, second.pk]).order_by("pk")
    return next(user for user in users if user.has_action("risk.reopen_alertcase"))
