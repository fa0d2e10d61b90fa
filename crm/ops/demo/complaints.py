"""Complaints of the demonstration bank, in every state and at every distance from their day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle

from crm.core import approvals
from crm.core.clock import clock_at, now
from crm.core.models import Approval
from customers.models import Customer
from services.complaints import operations
from services.complaints.operations import Findings
from services.models import Complaint, ComplaintReply
from staff.models import StaffMember
from sysadmin.models import User

AGENT, LEADER, REVIEWER, ABOUT = "he.xiaotang", "pan.lan", "lu.wanqing", "lin.yue"
Complainant, Way = Complaint.Complainant, ComplaintReply.Way
# kept as they stand, so they speak both languages
ASKED = "Pay back and apologise · 退款并致歉"
COMPLEX = "Several branches are concerned · 涉及多家机构"
EXPERT = "Waits for an expert opinion · 等待第三方鉴定"
DISPUTED = "Interest is not paid back · 未返还利息"
WITHDRAWN = "Settled at the counter · 已在柜面解决"
PAID = "Loss proven by statements · 已核对流水确认损失"


@dataclass(frozen=True)
class Case:
    """A complaint: how many days ago it came, what it is about, and what has been done since.

    `steps` are pairs of days after its receipt and step.
    """

    days: int
    business: str
    cause: str
    description: str
    steps: tuple[tuple[int, str], ...] = ()
    channel: str = "hotline"
    complainant: str = Complainant.CUSTOMER
    name: str = ""
    is_about_manager: bool = False
    flags: tuple[str, ...] = ()
    finding: str = Complaint.Finding.UPHELD
    amount: Decimal | None = None


BEGUN = ((0, "assign"), (1, "investigate"))
FOUND = (*BEGUN, (5, "establish"))
ANSWERED = (*FOUND, (9, "answer"))
CASES = (
    Case(0, "debit_card", "pricing", "Yearly fee taken twice · 年费重复扣收"),
    Case(
        1,
        "own_wealth",
        "marketing",
        "Told of a return that was not promised · 销售时口头承诺收益",
        channel="outlet",
        is_about_manager=True,
    ),
    Case(
        3,
        "rmb_savings",
        "policy_process",
        "Papers of an heir asked for three times · 继承人多次被要求补充材料",
        ((0, "assign"),),
        channel="outlet",
        complainant=Complainant.HEIR,
        name="周承宇",
        flags=("is_vulnerable",),
    ),
    Case(
        13,
        "payment",
        "facilities_systems",
        "Payment booked two days late · 汇款延迟两日入账",
        BEGUN,
    ),
    Case(
        13,
        "credit_card",
        "disclosure",
        "Fee for instalments not explained · 分期手续费未充分告知",
        FOUND,
        amount=Decimal(8_000),
    ),
    Case(
        17,
        "loan",
        "attitude_quality",
        "Early repayment kept waiting · 提前还款久拖未办",
        BEGUN,
        channel="regulator",
        flags=("is_regulator",),
    ),
    Case(
        28,
        "personal_information",
        "information_safety",
        "Number passed on to a seller · 手机号疑被泄露",
        (*BEGUN, (10, "complicate"), (25, "extend"), (26, "approve")),
        channel="citizen_hotline",
        flags=("is_media",),
    ),
    Case(
        24,
        "agency",
        "contract_terms",
        "Policy cannot be cancelled as told · 代销保险退保条款争议",
        (*BEGUN, (12, "complicate"), (23, "extend")),
        complainant=Complainant.AGENT,
        name="吴律师",
        flags=("is_legal",),
    ),
    Case(
        20,
        "debit_card",
        "funds_safety",
        "Card used abroad without its holder · 境外盗刷",
        (*ANSWERED, (15, "dispute"), (16, "review")),
    ),
    Case(
        22,
        "payment",
        "pricing",
        "Fee for a failed payment · 退汇仍收手续费",
        (*ANSWERED, (20, "dispute")),
        complainant=Complainant.GROUP,
        name="澜江商会会员",
        finding=Complaint.Finding.NOT_UPHELD,
    ),
    Case(14, "loan", "pricing", "Rate changed without notice · 利率调整未通知", ANSWERED),
    Case(
        40,
        "credit_card",
        "pricing",
        "Fee after the card was cancelled · 销卡后仍收年费",
        (*ANSWERED, (11, "close")),
        amount=Decimal(200),
    ),
    Case(
        35,
        "debt_collection",
        "collection",
        "Relatives were called · 催收联系亲属",
        (*ANSWERED, (12, "close")),
        finding=Complaint.Finding.PARTLY,
    ),
    Case(
        9,
        "rmb_savings",
        "attitude_quality",
        "Waited an hour at the counter · 柜面排队一小时",
        (*BEGUN, (3, "withdraw")),
        channel="outlet",
    ),
)


@dataclass
class Desk:
    """Who works on the complaints of the demonstration bank."""

    agent: User
    leader: User
    reviewer: User
    about: StaffMember

    @classmethod
    def open(cls) -> Desk:
        """The people of the demonstration."""
        users = {user.username: user for user in User.objects.all()}
        about = StaffMember.objects.get(user=users[ABOUT])
        return cls(users[AGENT], users[LEADER], users[REVIEWER], about)

    def enter(self, case: Case, customer: Customer, today: dt.datetime) -> None:
        """Receive a complaint on its day, and take the steps on theirs."""
        received_at = today - dt.timedelta(days=case.days, minutes=30)
        complaint = Complaint(
            customer=customer,
            received_at=received_at,
            complainant=case.complainant,
            complainant_name=case.name,
            channel=case.channel,
            business=case.business,
            cause=case.cause,
            description=case.description,
            expected=ASKED,
            about=self.about if case.is_about_manager else None,
            **dict.fromkeys(case.flags, True),
        )
        with clock_at(received_at):
            operations.receive(complaint, by=self.agent)
        for days, verb in case.steps:
            with clock_at(received_at + dt.timedelta(days=days, minutes=20)):
                getattr(self, verb)(complaint, case)

    def assign(self, complaint: Complaint, _case: Case) -> None:
        """Let the agent handle it."""
        handler = self.agent.staff_member
        operations.assign(complaint, by=self.leader, handler=handler)

    def investigate(self, complaint: Complaint, _case: Case) -> None:
        """Begin to find out."""
        operations.investigate(complaint, by=self.agent)

    def complicate(self, complaint: Complaint, _case: Case) -> None:
        """Mark it as complex."""
        operations.complicate(complaint, by=self.agent, reason=COMPLEX)

    def extend(self, complaint: Complaint, _case: Case) -> None:
        """Ask for more time."""
        told_on = now().date()
        operations.extend(complaint, by=self.agent, told_on=told_on, reason=EXPERT)

    def approve(self, complaint: Complaint, _case: Case) -> None:
        """Let compliance give more time."""
        request = Approval.objects.get(subject_key=complaint.pk, status="pending")
        approvals.approve(request, by=self.reviewer)

    def establish(self, complaint: Complaint, case: Case) -> None:
        """Enter what was found out, and what is paid."""
        facts = Findings(
            finding=case.finding,
            findings="Statements and recordings were checked · 已核对流水和录音",
            remedy="Fee paid back, apology by telephone · 退费并电话致歉",
            root_cause="The rule was not programmed · 系统未按制度控制",
            corrective_action="The rule is programmed · 完善系统控制",
            recheck_on=now().date() + dt.timedelta(days=25),
        )
        operations.establish(complaint, by=self.agent, facts=facts)
        if case.amount:
            operations.compensate(
                complaint, by=self.agent, amount=case.amount, currency="CNY", reason=PAID
            )

    def answer(self, complaint: Complaint, _case: Case) -> None:
        """Answer it."""
        text = "We have checked your complaint and pay the fee back. · 经核实，我行将退还费用。"
        operations.answer(complaint, by=self.agent, text=text, ways=Way.values)

    def dispute(self, complaint: Complaint, _case: Case) -> None:
        """Enter that the answer is disputed."""
        operations.dispute(complaint, by=self.agent, reason=DISPUTED)

    def review(self, complaint: Complaint, _case: Case) -> None:
        """Let compliance review it."""
        reviewer = self.reviewer.staff_member
        operations.review(complaint, by=self.reviewer, reviewer=reviewer)

    def close(self, complaint: Complaint, _case: Case) -> None:
        """Close it."""
        operations.close(complaint, by=self.leader)

    def withdraw(self, complaint: Complaint, _case: Case) -> None:
        """Enter that it is withdrawn."""
        operations.withdraw(complaint, by=self.agent, reason=WITHDRAWN)


def enter() -> None:
    """Let customers of the city complain, and the service centre do its work."""
    desk, today = Desk.open(), now()
    rows = Customer.objects.within(desk.agent, "services.add_complaint")
    found = list(rows.filter(status=Customer.Status.ACTIVE).order_by("number")[: len(CASES) * 7])
    # whoever is complained of looks after the customer
    own = rows.filter(lead_manager=desk.about).order_by("number").first()
    for case, customer in zip(CASES, cycle(found[::7] or found), strict=False):
        desk.enter(case, (own if case.is_about_manager else None) or customer, today)
