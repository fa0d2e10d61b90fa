"""What the columns of the fed files mean, in English and Chinese, whoever wrote them."""

from __future__ import annotations

from customers.imports.columns import folded, spellings
from customers.models import FeedBatch, Holding, HoldingParty, Transaction
from customers.products import KIND_OF

Kind = FeedBatch.Kind
Words = dict[str, tuple[str, ...]]

HOLDING_NO = ("holding number", "holding id", "账户标识", "协议号", "借据号", "源系统账户标识")
CUSTOMER_NO = ("customer number", "customer id", "客户号", "客户编号", "源系统客户号")
CURRENCY = ("ccy", "币种", "币别")
HEADERS: dict[str, Words] = {
    Kind.HOLDINGS: {
        "holding_no": HOLDING_NO,
        "customer_no": CUSTOMER_NO,
        "product": ("product code", "产品代码", "产品"),
        "account_no": ("account number", "card number", "账号", "卡号"),
        "currency": CURRENCY,
        "balance": ("余额", "当前余额"),
        "balance_base": ("balance in base currency", "base balance", "折本币余额", "本币余额"),
        "credit_limit": ("limit", "授信额度", "信用额度"),
        "principal": ("本金", "贷款金额"),
        "rate": ("interest rate", "利率", "年利率"),
        "branch_code": ("branch", "account branch", "开户机构", "开户机构号", "机构号"),
        "opened_on": ("opening date", "opened", "开户日期", "开户日", "起息日"),
        "matures_on": ("maturity date", "maturity", "到期日", "到期日期"),
        "closed_on": ("closing date", "closed", "销户日期", "销户日", "结清日期"),
        "status": ("state", "状态", "账户状态"),
        "overdue_days": ("days overdue", "overdue", "逾期天数"),
        "business_date": ("date of business", "业务日期", "数据日期"),
    },
    Kind.PARTIES: {
        "holding_no": HOLDING_NO,
        "customer_no": CUSTOMER_NO,
        "role": ("party role", "角色", "关系"),
        "valid_from": ("from", "valid since", "生效日期", "起始日期"),
        "valid_until": ("until", "失效日期", "终止日期"),
    },
    Kind.BALANCES: {
        "holding_no": HOLDING_NO,
        "month": ("月份", "月"),
        "month_end": ("month-end balance", "spot balance", "时点余额", "月末余额"),
        "average": ("average balance", "日均余额", "月日均余额"),
    },
    Kind.TRANSACTIONS: {
        "transaction_no": ("transaction number", "transaction id", "流水号", "交易流水号"),
        "holding_no": HOLDING_NO,
        "booked_on": ("booking date", "date", "记账日期", "交易日期"),
        "amount": ("金额", "交易金额"),
        "currency": CURRENCY,
        "kind": ("transaction kind", "type", "交易类型"),
        "counterparty": ("counterparty name", "对方户名", "对手方"),
        "description": ("text", "摘要", "附言"),
    },
}
# a file without one of these columns is refused; empty cells are judged row by row
NEEDED: dict[str, frozenset[str]] = {
    Kind.HOLDINGS: frozenset(HEADERS[Kind.HOLDINGS])
    - {"credit_limit", "principal", "rate", "matures_on", "closed_on", "overdue_days"}
    - {"business_date"},
    Kind.PARTIES: frozenset(HEADERS[Kind.PARTIES]) - {"valid_until"},
    Kind.BALANCES: frozenset(HEADERS[Kind.BALANCES]) - {"average"},
    Kind.TRANSACTIONS: frozenset(HEADERS[Kind.TRANSACTIONS]) - {"counterparty", "description"},
}

Status, Role, Booking = Holding.Status, HoldingParty.Role, Transaction.Kind
STATUSES: Words = {
    Status.ACTIVE: ("正常",),
    Status.DORMANT: ("睡眠", "睡眠户", "久悬户"),
    Status.FROZEN: ("冻结",),
    Status.CLOSED: ("销户", "已销户", "结清"),
}
ROLES: Words = {
    Role.ACCOUNT_HOLDER: ("户主",),
    Role.JOINT_HOLDER: ("联名人",),
    Role.BORROWER: ("借款人",),
    Role.CO_BORROWER: ("共同借款人",),
    Role.GUARANTOR: ("保证人",),
    Role.MORTGAGOR: ("抵押人",),
    Role.PLEDGOR: ("出质人",),
    Role.MAIN_CARDHOLDER: ("主卡持卡人",),
    Role.SUPPLEMENTARY_CARDHOLDER: ("附属卡持卡人",),
    Role.AGENT: ("代理人",),
    Role.POLICYHOLDER: ("投保人",),
    Role.INSURED: ("被保险人",),
    Role.BENEFICIARY: ("受益人",),
}
BOOKINGS: Words = {
    Booking.SALARY: ("工资", "代发工资"),
    Booking.RENT: ("房租", "租金"),
    Booking.CARD_PAYMENT: ("刷卡消费", "消费"),
    Booking.TRANSFER_IN: ("转入",),
    Booking.TRANSFER_OUT: ("转出",),
    Booking.CASH_IN: ("现金存入", "存现"),
    Booking.CASH_OUT: ("现金支取", "取现"),
    Booking.SUPPLIER: ("货款支付",),
    Booking.SALES: ("货款收入",),
    Booking.TAX: ("缴税", "税款"),
    Booking.PAYROLL: ("发放工资",),
    Booking.INTEREST: ("利息", "结息"),
    Booking.FEE: ("手续费",),
    Booking.REPAYMENT: ("还款", "贷款还款"),
    Booking.DISBURSEMENT: ("放款", "贷款发放"),
    Booking.PURCHASE: ("申购", "认购"),
    Booking.REDEMPTION: ("赎回",),
    Booking.OTHER: ("其他",),
}


class Dictionary:
    """Codes by the ways to write them; what was looked up once is found at once."""

    def __init__(self, words: Words) -> None:
        self.codes = spellings(words)
        self.found: dict[str, str | None] = {}

    def code(self, text: str) -> str | None:
        """The code that was meant."""
        if text not in self.found:
            if len(self.found) > 10_000:
                self.found.clear()
            self.found[text] = self.codes.get(folded(text))
        return self.found[text]


STATUS_CODES = Dictionary(STATUSES)
ROLE_CODES = Dictionary(ROLES)
BOOKING_CODES = Dictionary(BOOKINGS)
PRODUCT_CODES = Dictionary(dict.fromkeys(KIND_OF, ()))
