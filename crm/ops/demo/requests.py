"""What customers of the demonstration bank ask for: requests in every state, some of them late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import cycle
from typing import Any

from config_admin.calendars.working_time import add_working_minutes
from config_admin.models import ServiceQueue, ServiceType
from crm.core.acting import acting
from crm.core.clock import clock_at, now
from customers.models import Customer
from services.clock import watch
from services.conversation import operations as talk
from services.models import QueueMember, RequestCheck, ServiceRequest
from services.requests import operations, routing
from staff.models import StaffMember
from sysadmin.models import User, period, system_user

Post = StaffMember.Post
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SOON = dt.timedelta(minutes=2)
REASON = "Initial data of the demonstration bank · 演示银行初始数据"
# queue, posts of those who work it
QUEUES = (
    ("hotline", (Post.AGENT, Post.TEAM_LEADER)),
    ("cards", (Post.AGENT, Post.TEAM_LEADER)),
    ("outlet", (Post.AGENT, Post.LOBBY_MANAGER, Post.TELLER, Post.WEALTH_MANAGER)),
    ("consumer_protection", (Post.TEAM_LEADER,)),
)
AT_RISK = "at_risk"
Age = dt.timedelta | str


@dataclass(frozen=True)
class Case:
    """Something that a customer asks for: how long ago, how far it is, and what was said.

    `values` are the answers to what the service asks for; a day is told by how long ago it was.
    """

    service: str
    subject: str
    text: str
    age: Age
    state: str = "queued"
    channel: str = "hotline"
    priority: str = "normal"
    reply: str = ""
    message: str = ""
    note: str = ""
    outcome: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


CASES = (
    Case(
        "balance_certificate",
        "办理存款证明用于签证",
        "需中英文版，冻结期一个月。",
        26 * DAY,
        "closed",
        "outlet",
        reply="存款证明已开具，请携身份证到网点领取。",
        outcome="已开具并由本人领取。",
        values={
            "purpose": "visa",
            "amount": Decimal(50000),
            "frozen_until": -30 * DAY,
            "copies": Decimal(2),
        },
    ),
    Case(
        "account_enquiry",
        "短信提醒没有收到",
        "换了手机号以后收不到动账短信。",
        21 * DAY,
        "closed",
        reply="已为您核对预留手机号，短信服务已恢复。",
        outcome="手机号变更后重新签约短信服务。",
    ),
    Case(
        "payment_inquiry",
        "Transfer to Hong Kong has not arrived",
        "USD 12,000 sent on Monday, the receiving bank has no record of it.",
        17 * DAY,
        "closed",
        "mobile",
        reply="The payment was credited this morning; the reference is in the advice.",
        outcome="Delayed at the correspondent bank; credited, the customer was told.",
        values={"paid_on": 2 * DAY, "amount": Decimal(86400), "payee_bank": "Hang Seng Bank"},
    ),
    Case(
        "praise",
        "表扬大堂经理",
        "帮助老人操作手机银行，非常耐心。",
        12 * DAY,
        "closed",
        "outlet",
        reply="感谢您的认可，我们已转达当事员工。",
        outcome="已转达并登记。",
    ),
    Case(
        "card_lost",
        "银行卡丢失，要求挂失补卡",
        "昨晚在地铁上遗失钱包。",
        9 * DAY,
        "resolved",
        priority="urgent",
        reply="卡片已止付，新卡三个工作日内寄出。",
        outcome="已止付，新卡已寄出。",
        values={"lost_on": DAY, "police_told": False},
    ),
    Case(
        "product_enquiry",
        "咨询大额存单利率",
        "三年期，金额五十万元。",
        6 * DAY,
        "resolved",
        reply="三年期大额存单利率已短信发送，额度有限。",
        outcome="已告知利率并预约网点办理。",
        values={"product": "三年期大额存单", "amount": Decimal(500000)},
    ),
    Case(
        "suggestion",
        "建议延长周末营业时间",
        "上班族平日没有时间到网点。",
        5 * DAY,
        "in_progress",
        "mobile",
        note="已转网点管理部评估。",
    ),
    Case(
        "early_repayment",
        "申请提前归还部分房贷",
        "拟归还三十万元，缩短期限。",
        5 * DAY,
        "waiting",
        "outlet",
        reply="请补充还款账户和身份证影印件。",
        values={"amount": Decimal(300000), "keeps_instalment": True},
    ),
    Case(
        "payment_inquiry",
        "跨行汇款延迟到账",
        "收款方两天未收到，金额八万元。",
        4 * DAY,
        "in_progress",
        message="收款方还是没有收到，请尽快。",
        values={"paid_on": 2 * DAY, "amount": Decimal(80000), "payee_bank": "中国邮政储蓄银行"},
    ),
    Case(
        "account_enquiry", "网银登录异常", "提示密码错误次数过多。", 3 * DAY, "assigned", "mobile"
    ),
    Case(
        "balance_certificate",
        "Certificate of balance for a visa",
        "In English, for the consulate; three copies.",
        2 * DAY,
        "waiting",
        "outlet",
        reply="Please tell us the period for which the balance is to be certified.",
        values={"purpose": "visa", "amount": Decimal(200000), "copies": Decimal(3)},
    ),
    Case("account_enquiry", "代发工资未到账", "公司称已于上午提交。", 2 * DAY, "queued"),
    Case(
        "product_enquiry",
        "理财到期资金何时到账",
        "昨日到期，账户里没有看到本金。",
        AT_RISK,
        "assigned",
        reply="正在核对兑付进度，稍后回复您。",
    ),
    Case("product_enquiry", "咨询结构性存款", "到期资金想转入保本产品。", 6 * SOON, "queued"),
    Case(
        "account_enquiry",
        "Address of the account to be changed",
        "Moved to another district; statements go to the old address.",
        AT_RISK,
        "in_progress",
        "mobile",
        reply="We have received your request and check the documents.",
    ),
    Case(
        "payment_inquiry",
        "查询汇款手续费",
        "手机银行扣了两次手续费。",
        3 * HOUR,
        "assigned",
        values={"paid_on": DAY, "amount": Decimal(12000)},
    ),
    Case(
        "account_enquiry",
        "打印近三年流水",
        "用于申请公积金贷款。",
        2 * HOUR,
        "in_progress",
        "outlet",
        reply="流水较长，打印后请到柜台领取。",
    ),
    Case(
        "early_repayment",
        "咨询提前还款违约金",
        "贷款满三年，是否还收违约金？",
        2 * HOUR,
        "queued",
        values={"amount": Decimal(150000)},
    ),
    Case(
        "balance_certificate",
        "出具资信证明",
        "留学使用，需英文版。",
        HOUR,
        "queued",
        "outlet",
        values={"purpose": "study", "amount": Decimal(300000), "copies": Decimal(1)},
    ),
    Case(
        "letter_of_credit",
        "Letter of credit for machine tools",
        "Asks which documents the bank needs, and how long it takes.",
        HOUR,
        "queued",
        "outlet",
        values={"goods": "CNC lathes", "amount": Decimal(1850000), "ships_by": -60 * DAY},
    ),
    Case(
        "card_lost",
        "手机和银行卡一起被盗",
        "要求同时冻结手机银行。",
        4 * SOON,
        "assigned",
        priority="urgent",
        values={"lost_on": 0 * DAY, "police_told": True},
    ),
    Case("account_enquiry", "第三方支付解绑", "旧手机丢失，要求解除快捷支付。", 3 * SOON, "queued"),
    Case(
        "card_lost",
        "Card swallowed by a machine",
        "At the airport; travelling tomorrow.",
        2 * SOON,
        "queued",
        priority="urgent",
        values={"lost_on": 0 * DAY},
    ),
)


def enter(today: dt.date) -> None:
    """Let agents work queues, customers ask for things, and the clocks run."""
    with acting(by=system_user(), reason=REASON):
        enter_members(today)
    at = now()
    dated = sorted(((at - _age(case, at), case) for case in CASES), key=lambda pair: pair[0])
    agents = cycle(_agents())
    for (moment, case), customer in zip(dated, customers(), strict=False):
        enter_case(case, customer, next(agents), moment)
    watch.mark()


def enter_members(today: dt.date) -> None:
    """Let members of staff work queues by their posts, since they joined."""
    queues = {queue.code: queue for queue in ServiceQueue.objects.all()}
    QueueMember.objects.bulk_create(
        QueueMember(queue=queues[code], member=member, valid=period(member.joined_on))
        for code, posts in QUEUES
        for member in StaffMember.objects.present().filter(post__in=posts).order_by("number")
        if member.joined_on <= today
    )


def _agents() -> list[StaffMember]:
    """The agents of the first branch, who share its requests."""
    agents = StaffMember.objects.filter(post=Post.AGENT, branch__code="0002")
    return list(agents.select_related("user", "branch", "supervisor__user").order_by("number"))


def customers() -> Iterator[Customer]:
    """Customers below the first branch, some of those whom the first wealth manager leads first."""
    lead = User.objects.get(username="lin.yue")
    rows = Customer.objects.filter(status=Customer.Status.ACTIVE).order_by("number")
    below = rows.filter(home_branch__parent__code="0002") | rows.filter(
        home_branch__parent__parent__code="0002"
    )
    led = list(rows.filter(lead_manager__user=lead, pk__in=below.values("pk"))[:8])
    others = list(below.exclude(pk__in=[one.pk for one in led])[: len(CASES)])
    # three of theirs among every five
    while led or others:
        for source, count in ((others, 2), (led, 1)):
            for _ in range(min(count, len(source))):
                yield source.pop(0)


def _age(case: Case, at: dt.datetime) -> dt.timedelta:
    """How long ago it came; for one at risk such that most of its time is used now."""
    if isinstance(case.age, dt.timedelta):
        return case.age
    service = ServiceType.objects.select_related("queue__calendar").get(code=case.service)
    deadline = service.deadlines.get(step="resolution", priority="normal").amount
    code = service.queue.calendar.code
    for minutes in range(deadline // 2, 14 * 24 * 60, 10):
        came = at - dt.timedelta(minutes=minutes)
        risk, due = (add_working_minutes(code, came, n) for n in (deadline * 85 // 100, deadline))
        if risk <= at < due:
            return dt.timedelta(minutes=minutes)
    return 3 * HOUR


def enter_case(case: Case, customer: Customer, agent: StaffMember, at: dt.datetime) -> None:
    """Enter one case and take it as far as it is, each step a little later."""
    user = agent.user
    if user is None:
        return
    request = ServiceRequest(
        customer=customer,
        service=ServiceType.objects.get(code=case.service),
        channel=case.channel,
        priority=case.priority,
        subject=case.subject,
        description=case.text,
    )
    with clock_at(at):
        operations.enter(request, by=user, values=dict(_values(case, at)))
    if case.state != "queued":
        work(request, case, agent, at)


def _values(case: Case, at: dt.datetime) -> Iterator[tuple[str, Any]]:
    for code, value in case.values.items():
        yield code, (at - value).date() if isinstance(value, dt.timedelta) else value


def work(request: ServiceRequest, case: Case, agent: StaffMember, at: dt.datetime) -> None:
    """Take the steps of a case; what others work than agents is assigned by nobody."""
    user = agent.user
    if user is None:
        return
    if not routing.works(agent, request):
        leader = agent.supervisor
        if leader is None or leader.user is None or not routing.works(leader, request):
            return
        user = leader.user
    with clock_at(at + SOON):
        operations.take(request, by=user, reason=REASON)
        say(request, case, user)
    if case.state == "assigned":
        return
    with clock_at(at + 2 * SOON):
        operations.start(request, by=user, reason=REASON)
    with clock_at(at + 3 * SOON):
        if case.state == "waiting":
            operations.wait(request, by=user, cause="documents", reason="等待客户补充资料")
        elif case.state in {"resolved", "closed"}:
            finish(request, case, user)
    if case.state == "closed":
        with clock_at(at + 2 * DAY):
            operations.close(request, by=user, reason=REASON)


def say(request: ServiceRequest, case: Case, user: User) -> None:
    """Write what was said about a case."""
    for kind, text in (("reply", case.reply), ("message", case.message), ("note", case.note)):
        if text:
            talk.write_entry(request, by=user, kind=kind, text=text)


def finish(request: ServiceRequest, case: Case, user: User) -> None:
    """Tick everything and say what came of it."""
    for check in RequestCheck.objects.filter(request=request).select_related("request"):
        talk.tick(check, by=user, is_ticked=True)
    operations.resolve(request, by=user, outcome=case.outcome)
