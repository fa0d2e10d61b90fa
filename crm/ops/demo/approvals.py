"""What waits for a second person in the demonstration bank, and what has been decided there."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from pypinyin import lazy_pinyin

from crm.core import approvals
from crm.core.acting import acting
from crm.core.models import Approval, ApprovalPolicy
from customers import operations
from customers.models import Customer, ListedCustomer
from staff.models import AuthorityLimit, StaffMember
from sysadmin.models import Role, User, period

LARGE = Decimal(1_000_000)
# operation, from which amount, who decides; from an amount on the limit of their post counts
POLICIES = (
    ("customers.identify/1", None, "branch_manager"),
    ("customers.identify/1", LARGE, "branch_manager"),
    ("customers.add_document/1", None, "branch_manager"),
    ("customers.close/1", None, "branch_manager"),
    ("customers.close/1", LARGE, "branch_manager"),
    ("sysadmin.give/1", None, "staff_administrator"),
    ("sysadmin.keep_apart/1", None, "compliance_officer"),
    ("sysadmin.end_duties/1", None, "compliance_officer"),
    ("sysadmin.set_policy/1", None, "compliance_officer"),
    ("staff.assign/1", None, "security_administrator"),
    ("staff.set_right/1", None, "compliance_officer"),
    ("staff.set_limit/1", None, "compliance_officer"),
    ("config_admin.set_value/1", None, "compliance_officer"),
    ("services.extend_complaint/1", None, "compliance_officer"),
    ("services.compensate/1", Decimal(5_000), "branch_manager"),
)
# post, kind of request (empty for all), limit
LIMITS = (
    ("sub_branch_head", "", LARGE),
    ("branch_head", "", LARGE * 20),
    ("branch_head", "customers.close/1", LARGE * 5),
    ("president", "", LARGE * 1000),
)
MAKER, CHECKER = "lin.yue", "shen.zhiheng"
CORRECTIONS = (
    ("Spelling as in the passport", "按护照更正拼写"),
    ("Typing error at account opening", "开户时录入有误"),
    ("Name changed by the household register", "户口簿更名"),
    ("Order of the names corrected", "更正姓名顺序"),
)


def enter_policies() -> None:
    """Let branch managers decide on sensitive changes, and others on rights and thresholds."""
    roles = {role.code: role for role in Role.objects.all()}
    ApprovalPolicy.objects.bulk_create(
        [
            ApprovalPolicy(operation=key, from_amount=amount, role=roles[code])
            for key, amount, code in POLICIES
        ]
    )


def enter_limits(today: dt.date) -> None:
    """Delegate to the heads of branches how much they decide on, from the first day of the year."""
    AuthorityLimit.objects.bulk_create(
        [
            AuthorityLimit(
                post=post,
                operation=key,
                amount=amount,
                valid=period(today.replace(month=1, day=1)),
                decision=f"澜银授〔{today.year}〕12号",
            )
            for post, key, amount in LIMITS
        ]
    )


def ask_and_decide() -> None:
    """Corrections of names that a wealth manager asks for: one approved, one sent back.

    The customer with the most assets is to change hands, which is beyond the checker's limit.
    """
    maker, checker = (User.objects.get(username=name) for name in (MAKER, CHECKER))
    rows = Customer.objects.permitted(maker, "change").filter(
        kind=Customer.Kind.PERSON, status=Customer.Status.ACTIVE, lead_manager__user=maker
    )
    lines = ListedCustomer.objects.filter(pk__in=rows.values("pk"))
    small = rows.filter(pk__in=lines.filter(assets__lt=LARGE).values("pk"))
    if richest := lines.filter(assets__gt=LARGE).order_by("-assets").first():
        hand_over(rows.get(pk=richest.pk), maker)
    for customer, (reason_en, reason_zh) in zip(
        small.order_by("number")[: len(CORRECTIONS)], CORRECTIONS, strict=False
    ):
        # each syllable by itself, as some passports have it
        customer.latin_name = " ".join(lazy_pinyin(customer.name)).title()
        with acting(by=maker, reason=f"{reason_en} · {reason_zh}"):
            operations.amend(customer, by=maker, fields=["latin_name"], version=customer.version)
        decide(Approval.objects.latest("id"), checker)


def hand_over(customer: Customer, maker: User) -> None:
    """Ask that a private banker leads a customer from now on."""
    banker = StaffMember.objects.filter(post=StaffMember.Post.PRIVATE_BANKER).order_by("number")
    customer.lead_manager = banker.first()
    with acting(by=maker, reason="Moves to private banking · 转由私人银行服务"):
        operations.amend(customer, by=maker, fields=["lead_manager"], version=customer.version)


def decide(request: Approval, checker: User) -> None:
    """Decide on the first two requests."""
    decided = Approval.objects.exclude(status=Approval.Status.PENDING).count()
    if decided == 0:
        approvals.approve(request, by=checker, reason="Passport seen · 已核对护照")
    elif decided == 1:
        approvals.send_back(request, by=checker, reason="The copy is missing · 缺少证件复印件")
