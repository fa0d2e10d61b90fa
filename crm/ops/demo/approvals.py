"""What waits for a second person in the demonstration bank, and what has been decided there."""

from __future__ import annotations

from pypinyin import lazy_pinyin

from crm.core import approvals
from crm.core.acting import acting
from crm.core.models import Approval, ApprovalPolicy
from customers import operations
from customers.models import Customer
from sysadmin.models import Role, User

POLICIES = {
    "customers.identify/1": "branch_manager",
    "customers.add_document/1": "branch_manager",
    "customers.close/1": "branch_manager",
    "sysadmin.give/1": "staff_administrator",
}
MAKER, CHECKER = "lin.yue", "shen.zhiheng"
CORRECTIONS = (
    ("Spelling as in the passport", "按护照更正拼写"),
    ("Typing error at account opening", "开户时录入有误"),
    ("Name changed by the household register", "户口簿更名"),
    ("Order of the names corrected", "更正姓名顺序"),
)


def enter_policies() -> None:
    """Let a branch manager decide on sensitive changes, a staff administrator on grants."""
    roles = {role.code: role for role in Role.objects.filter(code__in=POLICIES.values())}
    ApprovalPolicy.objects.bulk_create(
        [ApprovalPolicy(operation=key, role=roles[code]) for key, code in POLICIES.items()]
    )


def ask_and_decide() -> None:
    """Corrections of names that a wealth manager asks for: one approved, one sent back."""
    maker, checker = (User.objects.get(username=name) for name in (MAKER, CHECKER))
    rows = Customer.objects.permitted(maker, "change").filter(
        kind=Customer.Kind.PERSON, status=Customer.Status.ACTIVE, lead_manager__user=maker
    )
    for customer, (reason_en, reason_zh) in zip(
        rows.order_by("number")[: len(CORRECTIONS)], CORRECTIONS, strict=False
    ):
        # each syllable by itself, as some passports have it
        customer.latin_name = " ".join(lazy_pinyin(customer.name)).title()
        with acting(by=maker, reason=f"{reason_en} · {reason_zh}"):
            operations.amend(customer, by=maker, fields=["latin_name"], version=customer.version)
        decide(Approval.objects.latest("id"), checker)


def decide(request: Approval, checker: User) -> None:
    """Decide on the first two requests."""
    decided = Approval.objects.exclude(status=Approval.Status.PENDING).count()
    if decided == 0:
        approvals.approve(request, by=checker, reason="Passport seen · 已核对护照")
    elif decided == 1:
        approvals.send_back(request, by=checker, reason="The copy is missing · 缺少证件复印件")
