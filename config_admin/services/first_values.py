"""The service catalogue that a new installation begins with; a bank changes it as it likes."""

from __future__ import annotations

from typing import Any

from config_admin.models import (
    Calendar,
    ChecklistItem,
    Dictionary,
    ReplyTemplate,
    ServiceCategory,
    ServiceDeadline,
    ServiceField,
    ServiceQueue,
    ServiceType,
    Skill,
)
from crm.core.operations import save_new

from . import operations

GAP = 10
# code, English, Chinese, calendar
QUEUES = (
    ("hotline", "Customer hotline", "客服热线", "hotline"),
    ("outlet", "Outlet of the customer", "客户所属网点", "outlet"),
    ("cards", "Card centre", "银行卡中心", "hotline"),
    ("consumer_protection", "Consumer protection", "消费者权益保护部", "office"),
)
# code, English, Chinese, code of the category above
CATEGORIES = (
    ("accounts", "Accounts", "账户", ""),
    ("cards", "Cards", "银行卡", ""),
    ("card_loss", "Loss and theft", "挂失", "cards"),
    ("payments", "Payments", "支付结算", ""),
    ("loans", "Loans", "贷款", ""),
    ("wealth", "Wealth products", "理财", ""),
    ("complaints", "Complaints", "投诉", ""),
    ("opinions", "Opinions", "意见", ""),
)
MINUTES, DAYS = "working_minutes", "calendar_days"
# code, English, Chinese, kind, category, queue, first response, resolution
TYPES: tuple[tuple[Any, ...], ...] = (
    ("account_enquiry", "Enquiry about an account", "账户咨询", "enquiry", "accounts", "hotline",
     (15, MINUTES), (240, MINUTES)),
    ("balance_certificate", "Certificate of balance", "存款证明", "request", "accounts", "outlet",
     (60, MINUTES), (480, MINUTES)),
    ("card_lost", "Lost or stolen card", "银行卡挂失", "request", "card_loss", "cards",
     (5, MINUTES), (30, MINUTES)),
    ("payment_inquiry", "Inquiry into a payment", "汇款查询", "request", "payments", "outlet",
     (120, MINUTES), (960, MINUTES)),
    ("letter_of_credit", "Enquiry about a letter of credit", "信用证咨询", "enquiry", "payments",
     "outlet", (120, MINUTES), (960, MINUTES)),
    ("early_repayment", "Early repayment of a loan", "提前还款", "request", "loans", "outlet",
     (240, MINUTES), (15, DAYS)),
    ("product_enquiry", "Enquiry about wealth products", "理财咨询", "enquiry", "wealth",
     "hotline", (15, MINUTES), (240, MINUTES)),
    ("complaint", "Complaint", "投诉", "complaint", "complaints", "consumer_protection",
     (240, MINUTES), (15, DAYS)),
    ("suggestion", "Suggestion", "意见建议", "suggestion", "opinions", "hotline",
     (480, MINUTES), (15, DAYS)),
    ("praise", "Praise", "表扬", "praise", "opinions", "hotline", (480, MINUTES), (15, DAYS)),
)  # fmt: skip
# the skill that a service needs of those who work its queue
SKILLS = {"letter_of_credit": Skill.TRADE_FINANCE}
IDENTITY = ("Identity of the customer checked", "已核实客户身份")
CHECKLISTS = {
    "card_lost": (IDENTITY, ("Card blocked", "已止付卡片"), ("New card offered", "已告知补卡方式")),
    "balance_certificate": (IDENTITY, ("Purpose and period noted", "已登记用途和期限")),
    "complaint": (
        ("Business and cause recorded", "已登记业务类别和投诉原因"),
        ("Facts checked with the branch", "已向经办机构核实"),
        ("Answer agreed with the complainant", "已与投诉人沟通处理意见"),
    ),
}
# service: code, English, Chinese, kind, whether it must be filled in, dictionary of a choice
FIELDS: dict[str, tuple[tuple[str, str, str, str, bool, str], ...]] = {
    "balance_certificate": (
        ("purpose", "Purpose", "用途", "choice", True, "certificate_purpose"),
        ("amount", "Amount to be certified", "证明金额", "money", True, ""),
        ("frozen_until", "Frozen until", "冻结至", "day", False, ""),
        ("copies", "Copies", "份数", "number", False, ""),
    ),
    "card_lost": (
        ("card", "Card", "卡片", "card", False, ""),
        ("lost_on", "Lost on", "丢失日期", "day", True, ""),
        ("police_told", "Reported to the police", "是否已报警", "yes_no", False, ""),
    ),
    "payment_inquiry": (
        ("paid_on", "Paid on", "汇款日期", "day", True, ""),
        ("amount", "Amount", "汇款金额", "money", True, ""),
        ("payee_bank", "Bank of the payee", "收款行", "text", False, ""),
    ),
    "letter_of_credit": (
        ("amount", "Amount", "金额", "money", False, ""),
        ("ships_by", "Ships by", "最迟装运日", "day", False, ""),
        ("goods", "Goods", "货物", "text", True, ""),
    ),
    "early_repayment": (
        ("loan", "Loan", "贷款", "loan", False, ""),
        ("amount", "Amount to be repaid", "还款金额", "money", True, ""),
        ("keeps_instalment", "Instalment stays, term is shorter", "缩短期限(月供不变)", "yes_no",
         False, ""),
    ),
    "product_enquiry": (
        ("product", "Product", "产品", "text", False, ""),
        ("amount", "Amount to be invested", "拟投资金额", "money", False, ""),
    ),
}  # fmt: skip
RECEIVED = (
    "Received",
    "受理告知",
    "Dear {customer_name}, we have received your case {case_number} ({service}) and will answer"
    " by {deadline}. Your contact is {handler}, {branch}.",
    "尊敬的{customer_name}：您的{service}已受理，编号{case_number}，我们将于{deadline}前答复。"
    "联系人：{branch} {handler}。",
)


def enter_missing() -> int:
    """Enter what is not there yet, by code; what the bank has changed stays. The caller acts."""
    queues = [
        enter(ServiceQueue, code, name, name_zh, calendar=Calendar.objects.get(code=calendar))
        for code, name, name_zh, calendar in QUEUES
    ]
    categories = [
        enter(
            ServiceCategory,
            code,
            name,
            name_zh,
            parent=ServiceCategory.objects.filter(code=above).first(),
            position=place * GAP,
        )
        for place, (code, name, name_zh, above) in enumerate(CATEGORIES, start=1)
    ]
    return sum([*queues, *categories, *(enter_service(*service) for service in TYPES)])


def enter(model: Any, code: str, name: str, name_zh: str, **values: Any) -> int:
    """Enter a record unless there is one with its code; returns how many were missing."""
    if model.objects.filter(code=code).exists():
        return 0
    save_new(model(code=code, name=name, name_zh=name_zh, **values))
    return 1


def enter_fields(service: ServiceType) -> None:
    """Enter the fields of a service and let requests be asked for them."""
    for place, (code, name, name_zh, kind, is_required, dictionary) in enumerate(
        FIELDS.get(service.code, ()), start=1
    ):
        save_new(
            ServiceField(
                service=service,
                code=code,
                name=name,
                name_zh=name_zh,
                kind=kind,
                is_required=is_required,
                dictionary=Dictionary.objects.filter(code=dictionary).first(),
                position=place * GAP,
            )
        )
    if service.fields.exists():
        operations.issue(service)


def enter_service(  # noqa: PLR0913, PLR0917  (a line of the table above)
    code: str,
    name: str,
    name_zh: str,
    kind: str,
    category: str,
    queue: str,
    response: tuple[int, str],
    resolution: tuple[int, str],
) -> int:
    """Enter a service with its deadlines, its checklist and a reply, unless it is there."""
    is_new = enter(
        ServiceType,
        code,
        name,
        name_zh,
        kind=kind,
        category=ServiceCategory.objects.get(code=category),
        queue=ServiceQueue.objects.get(code=queue),
        skill=SKILLS.get(code, ""),
        status=ServiceType.Status.OFFERED,
    )
    if not is_new:
        return 0
    service = ServiceType.objects.get(code=code)
    for step, (amount, unit) in (("response", response), ("resolution", resolution)):
        save_new(
            ServiceDeadline(service=service, step=step, priority="normal", amount=amount, unit=unit)
        )
    for place, (said, said_zh) in enumerate(CHECKLISTS.get(code, ()), start=1):
        save_new(ChecklistItem(service=service, name=said, name_zh=said_zh, position=place * GAP))
    enter_fields(service)
    title, title_zh, text, text_zh = RECEIVED
    save_new(
        ReplyTemplate(service=service, name=title, name_zh=title_zh, text=text, text_zh=text_zh)
    )
    return 1
