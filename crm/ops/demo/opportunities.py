"""What the managers of the demonstration bank hope to sell, and whom colleagues refer to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle
from random import Random

from django.db.models import QuerySet
from django.utils import timezone

from config_admin.models import Product
from config_admin.products.catalogue import on_shelf
from crm.core.clock import clock_at, now
from customers.models import ConflictOfInterest, Customer
from services.models import Opportunity, OpportunityStage, Referral
from services.opportunities import operations
from services.referrals import operations as referrals
from staff.models import Branch, StaffMember
from sysadmin.models import User

SEED = "Lanjiang Bank pipeline"
SIGN_INS = ("lin.yue", "zhou.minxing")
OF_SIGN_INS, OF_OTHERS = 14, 2
MOST = 60
# kind of product, least and most in thousands
PERSONAL = (("wealth", 50, 900), ("deposit", 100, 1200), ("loan", 200, 2600), ("agency", 20, 300),
            ("card", 10, 80))  # fmt: skip
CORPORATE = (("loan", 800, 30_000), ("deposit", 500, 20_000), ("off_balance", 500, 9_000),
             ("service", 20, 400))  # fmt: skip
Post = StaffMember.Post
MEET_CUSTOMERS = (Post.TELLER, Post.LOBBY_MANAGER, Post.AGENT)
SOURCES = ("visit", "branch", "customer", "maturity", "campaign", "online")
LOSSES = ("price", "competitor", "no_need", "credit_refused")
REMARKS = (
    "Wants an answer before the holiday · 希望节前答复",
    "Compares our offer with another bank's · 正与他行比较方案",
    "Spouse decides too · 需与配偶商量",
    "Documents are still missing · 资料尚未齐全",
    "",
)
STEPS = (
    "Meeting held, needs noted · 已面谈并确认需求",
    "Offer sent · 已发送方案",
    "Terms discussed · 已商谈条件",
    "Papers are with the approver · 材料已报批",
    "",
)
# how far an opportunity has come: number of steps, then won, lost or neither
PATHS = ((0, ""), (1, ""), (2, ""), (3, ""), (1, ""), (2, "lost"), (3, "won"), (0, ""), (4, ""))


def enter(today: dt.date) -> None:
    """Fill the pipelines, and let colleagues refer customers."""
    for place, (customer, seller) in enumerate(list(pipelines())[:MOST]):
        Deal(customer, seller, place, today).enter()
    refer(today)


def pipelines() -> Iterator[tuple[Customer, StaffMember]]:
    """Customers with their managers, most of them of those who sign in."""
    known = ConflictOfInterest.objects.values("customer")
    rows = Customer.objects.filter(status__in=Customer.OPEN).exclude(pk__in=known)
    members = StaffMember.objects.present().filter(lead_customers__isnull=False, user__isnull=False)
    for member in members.select_related("user").distinct().order_by("number"):
        most = OF_SIGN_INS if member.user and member.user.username in SIGN_INS else OF_OTHERS
        for customer in rows.filter(lead_manager=member).order_by("number")[:most]:
            yield customer, member


def at(day: dt.date, hour: int) -> dt.datetime:
    """A moment of a day, by the bank's clock; now if that is still to come."""
    moment = dt.datetime.combine(day, dt.time(hour), timezone.get_default_timezone())
    return min(moment, now())


@dataclass
class Deal:
    """An opportunity of the demonstration bank, on its way since some weeks."""

    customer: Customer
    seller: StaffMember
    place: int
    today: dt.date

    def __post_init__(self) -> None:
        self.random = Random(f"{SEED} {self.place}")  # noqa: S311  (invented figures)
        self.days = self.random.randint(35, 75) if self.place % 7 == 0 else 5 + self.place % 24

    @property
    def user(self) -> User:
        """The sign-in of the one who sells."""
        return User.objects.get(staff_member=self.seller)

    @property
    def stages(self) -> QuerySet[OpportunityStage]:
        """The stages of what is still to be won, in their order."""
        return OpportunityStage.objects.filter(outcome="open").order_by("position")

    def enter(self) -> None:
        """Enter the opportunity and move it along."""
        kinds = PERSONAL if self.customer.is_person else CORPORATE
        kind, least, most = kinds[self.place % len(kinds)]
        row = Opportunity(
            customer=self.customer,
            product_kind=kind,
            product=self.product(kind),
            amount=Decimal(self.random.randint(least, most) * 1000),
            currency="CNY",
            stage=self.stages[0],
            closes_on=self.today + dt.timedelta(days=self.random.randint(-6, 70)),
            owner=self.seller,
            source=SOURCES[self.place % len(SOURCES)],
            remark=REMARKS[self.place % len(REMARKS)],
        )
        first = min(self.today - dt.timedelta(days=self.days), row.closes_on)
        with clock_at(at(first, 9)):
            operations.enter(row, by=self.user)
        self.move(row, first)

    def product(self, kind: str) -> Product | None:
        """A product of the kind for every other opportunity."""
        sold = on_shelf(Product.objects.filter(kind=kind), self.today - dt.timedelta(days=90))
        found = list(sold.order_by("code"))
        return found[self.place % len(found)] if found and self.place % 2 else None

    def move(self, row: Opportunity, first: dt.date) -> None:
        """Take the opportunity along its path, a step every few days."""
        steps, end = PATHS[self.place % len(PATHS)]
        path = [*self.stages[1 : steps + 1]]
        if end:
            path += OpportunityStage.objects.filter(outcome=end)[:1]
        for step, stage in enumerate(path):
            day = min(first + dt.timedelta(days=2 * step + 1), self.today)
            with clock_at(at(day, 10)):
                operations.move_to(
                    row,
                    by=self.user,
                    stage=stage,
                    version=row.version,
                    lost_reason=LOSSES[self.place % len(LOSSES)] if end == "lost" else "",
                    reason=STEPS[step % len(STEPS)],
                )


@dataclass(frozen=True)
class Plan:
    """A referral: how many days ago, to whom or which branch, about what, and what came of it."""

    days: int
    to: str
    kind: str
    words: str
    end: str = ""
    answer: str = ""
    amount: int = 0


PLANS = (
    Plan(1, "lin.yue", "wealth", "Sold a flat, asks where to put the money · 刚卖房，咨询理财去向"),
    Plan(0, "lin.yue", "agency", "Asks for a pension insurance · 咨询养老保险"),
    Plan(1, "zhou.minxing", "loan", "Workshop is to be enlarged · 厂房扩建需要贷款"),
    Plan(0, "0007", "deposit", "A time deposit elsewhere matures on Friday · 他行定期周五到期"),
    Plan(1, "0007", "wealth", "New to the district, wants advice · 新迁入辖区，希望有人对接"),
    Plan(12, "lin.yue", "wealth", "Bonus has come · 年终奖到账", "won", "已电话联系", 260),
    Plan(9, "lin.yue", "loan", "Wants to buy a car · 计划购车", "accept", "约周三面谈", 180),
    Plan(20, "zhou.minxing", "off_balance", "Needs a guarantee for a tender · 投标保函", "won",
         "资料已收", 1500),
    Plan(6, "zhou.minxing", "service", "Payroll for 40 people · 40 人代发工资", "accept", "", 120),
    Plan(8, "lin.yue", "card", "Wants a second card · 想办副卡", "refuse",
         "Has one already · 客户已持有"),
    Plan(15, "zhou.minxing", "loan", "Bridge until an order is paid · 订单周转", "refuse",
         "Outside our policy · 不符合准入"),
    Plan(25, "0010", "loan", "Renovates a shop · 店面装修"),
    Plan(4, "lin.yue", "deposit", "Asks for a time deposit · 咨询定期", "withdraw",
         "Entered twice · 重复录入"),
)  # fmt: skip


def refer(today: dt.date) -> None:
    """Let tellers, agents and managers refer customers of their branches."""
    used = set(ConflictOfInterest.objects.values_list("customer", flat=True))
    authors = cycle(referring())
    for one in PLANS:
        author = next(authors, None)
        if author is None:
            return
        rows = Customer.objects.filter(status__in=Customer.OPEN).exclude(pk__in=used)
        near = rows.filter(home_branch=author.branch).order_by("-number").first()
        customer = near or rows.order_by("-number").first()
        if customer is not None:
            used.add(customer.pk)
            carry_out(one, author, customer, today)
    referrals.expire()


def referring() -> list[StaffMember]:
    """Those who meet customers and refer them."""
    rows = StaffMember.objects.present().filter(post__in=MEET_CUSTOMERS, user__isnull=False)
    return list(rows.select_related("branch").order_by("number"))


def carry_out(one: Plan, author: StaffMember, customer: Customer, today: dt.date) -> None:
    """Make a referral on its day, and let it be answered on the next."""
    day = today - dt.timedelta(days=one.days)
    asked = StaffMember.objects.filter(user__username=one.to).first()
    row = Referral(
        customer=customer,
        product_kind=one.kind,
        words=one.words,
        to_member=asked,
        to_branch=asked.branch if asked else Branch.objects.get(code=one.to),
    )
    users = User.objects.filter(staff_member=author), User.objects.filter(username=one.to)
    with clock_at(at(day, 11)):
        referrals.refer(row, by=users[0].get())
    if one.end:
        by = users[one.end != "withdraw"].get()
        with clock_at(at(day + dt.timedelta(days=1), 9)):
            answer(one, row, by, today)


def answer(one: Plan, row: Referral, by: User, today: dt.date) -> None:
    """Let the one who is asked accept or refuse, or the author withdraw."""
    if one.end == "withdraw":
        referrals.withdraw(row, by=by, reason=one.answer)
        return
    if one.end == "refuse":
        referrals.refuse(row, by=by, reason=one.answer)
        return
    sold = referrals.accept(
        row,
        by=by,
        amount=Decimal(one.amount * 1000),
        currency="CNY",
        closes_on=today + dt.timedelta(days=20),
        reason=one.answer,
    )
    won = OpportunityStage.objects.filter(outcome="won").first()
    if one.end == "won" and won:
        operations.move_to(sold, by=by, stage=won, version=sold.version)
