"""What the customers of the demonstration bank hold, as the files that a core system would feed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import cycle
from math import cos, exp, pi
from random import Random

from crm.ops.demo.customers import LEADING_MANAGER, CustomerSpec
from crm.ops.demo.names import person_name

SEED = "Lanjiang Bank holdings"
MONTHS = 14
# each eighth who is late is much later, so that somebody is in every class of risk
EIGHTH, MUCH_LATER = 8, (125, 290, 410, 180, 340, 620)
USD = Decimal("7.08")
CENT = Decimal("0.01")
# how often a person or a company has it, the share of their means in it, terms in months, the rate
_PERSONS = (
    ("current_deposit", 1.0, (0.05, 0.25), (), (0.05, 0.05)),
    ("time_deposit", 0.34, (0.25, 0.8), (6, 12, 24, 36, 60), (1.1, 1.9)),
    ("large_cd", 0.05, (0.8, 1.6), (12, 24, 36), (1.6, 2.15)),
    ("cash_management", 0.14, (0.1, 0.5), (), (1.5, 1.9)),
    ("fixed_income", 0.12, (0.2, 0.9), (3, 6, 12), (2.3, 3.2)),
    ("fund", 0.08, (0.1, 0.5), (), (0.0, 0.0)),
    ("insurance", 0.04, (0.1, 0.4), (60, 120), (2.0, 2.5)),
    ("housing_loan", 0.11, (2.0, 6.0), (240, 300, 360), (3.1, 4.2)),
    ("consumer_loan", 0.06, (0.4, 1.2), (12, 24, 36), (3.4, 5.8)),
    ("car_loan", 0.03, (0.7, 1.6), (36, 60), (3.2, 4.6)),
    ("credit_card", 0.24, (0.01, 0.12), (), (15.0, 18.0)),
)
_COMPANIES = (
    ("corporate_current", 1.0, (0.2, 1.1), (), (0.05, 0.2)),
    ("agreed_rate_deposit", 0.12, (0.6, 2.0), (), (0.6, 0.9)),
    ("time_deposit", 0.16, (0.5, 2.5), (3, 6, 12), (1.0, 1.6)),
    ("structured_deposit", 0.08, (0.8, 3.0), (3, 6), (1.5, 2.6)),
    ("cash_management", 0.09, (0.3, 1.2), (), (1.5, 1.9)),
    ("working_capital_loan", 0.3, (0.6, 2.4), (6, 12), (3.1, 4.6)),
    ("fixed_asset_loan", 0.06, (1.5, 5.0), (60, 96, 120), (3.4, 4.8)),
    ("bill_discounting", 0.05, (0.4, 2.0), (3, 6), (1.2, 2.0)),
    ("trade_finance", 0.04, (0.4, 1.6), (3, 6), (3.2, 4.4)),
    ("margin_deposit", 0.05, (0.2, 0.8), (), (0.2, 0.4)),
)
_LOANS = {
    "housing_loan", "consumer_loan", "car_loan", "working_capital_loan", "fixed_asset_loan",
    "bill_discounting", "trade_finance",
}  # fmt: skip
# a person who borrows is not older when the loan ends
_OLDEST = 70
# paid back month by month; the others all at once, on their last day
_REPAID = {"housing_loan", "consumer_loan", "car_loan", "fixed_asset_loan"}
_SHOPS = (
    "澜江便利店", "江南里超市", "翠苑菜场", "和风书店", "城际铁路", "滨江加油站", "枫林餐厅",
    "云栖茶庄", "青年路药房", "网上商城", "物业服务中心", "自来水公司",
)  # fmt: skip
_FIRMS = (
    "恒川物资贸易有限公司", "东岸纸业有限公司", "瑞程物流有限公司", "立川机电设备有限公司",
    "新禾包装材料有限公司", "海纳电子配件有限公司", "远程能源服务有限公司", "安禾食品有限公司",
)  # fmt: skip
_PERSON_BOOKINGS = (
    ("card_payment", 46, (18, 900), -1), ("transfer_out", 16, (100, 6_000), -1),
    ("transfer_in", 12, (100, 8_000), 1), ("rent", 9, (1_800, 6_500), -1),
    ("cash_out", 8, (200, 3_000), -1), ("cash_in", 4, (500, 5_000), 1),
    ("fee", 5, (2, 30), -1),
)  # fmt: skip
_COMPANY_BOOKINGS = (
    ("supplier", 40, (3_000, 260_000), -1), ("sales", 36, (4_000, 340_000), 1),
    ("payroll", 9, (30_000, 400_000), -1), ("tax", 8, (2_000, 90_000), -1),
    ("fee", 7, (10, 300), -1),
)  # fmt: skip

Row = dict[str, str]
Product = tuple[str, float, tuple[float, float], tuple[int, ...], tuple[float, float]]


@dataclass
class Files:
    """The four files, each as rows by column."""

    holdings: list[Row] = field(default_factory=list)
    parties: list[Row] = field(default_factory=list)
    balances: list[Row] = field(default_factory=list)
    transactions: list[Row] = field(default_factory=list)


def files(today: date, customers: Iterable[CustomerSpec]) -> Files:
    """Everything that is fed, the same for the same day and customers."""
    maker = _Maker(today)
    for customer in customers:
        maker.serve(customer)
    return maker.files


class _Maker:
    """Draws the holdings of one customer after the other from a single source of chance."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.as_of = today - timedelta(days=1)
        self.rng = Random(SEED)  # noqa: S311  a demonstration, not secrets
        self.files = Files()
        self.late, self.much_later = 0, cycle(MUCH_LATER)
        self.neighbours: dict[tuple[str, str], list[str]] = {}
        last = today.year * 12 + today.month - 2
        self.months = [divmod(last - back, 12) for back in range(MONTHS)]

    def serve(self, customer: CustomerSpec) -> None:
        """All that one customer has; prospects have nothing yet."""
        near = self.neighbours.setdefault((customer.home_branch, customer.kind), [])
        if customer.status != "prospect":
            is_person = customer.kind == "person"
            means = self.means(customer)
            for product in _PERSONS if is_person else _COMPANIES:
                often = product[1] == 1 or self.rng.random() < product[1] * self.appetite(means)
                if often and (fitting := self.fitting(customer, product)):
                    self.hold(customer, fitting, means)
            if customer.status == "active" and self.rng.random() < (0.03 if is_person else 0.12):
                product = (_PERSONS if is_person else _COMPANIES)[0]
                self.hold(customer, product, means * 0.5, "USD")
        near.append(customer.source_key)

    def fitting(self, customer: CustomerSpec, product: Product) -> Product | None:
        """The product with the terms that the age of a borrower allows; None if there are none."""
        code, often, share, terms, rates = product
        if customer.kind != "person" or code not in _LOANS:
            return product
        days = _OLDEST * 365.25 - (self.today - customer.birth_or_founding_date).days
        short = tuple(months for months in terms if months * 30.44 <= days)
        return (code, often, share, short, rates) if short else None

    def means(self, customer: CustomerSpec) -> float:
        """What a customer has in all: a few have most of it."""
        person = customer.kind == "person"
        means = self.rng.lognormvariate(11.3 if person else 13.2, 1.1 if person else 1.25)
        return min(means, 6e7) * (3 if customer.manager == LEADING_MANAGER else 1)

    @staticmethod
    def appetite(means: float) -> float:
        """Those who have more hold more products."""
        return min(1.9, 0.6 + means / 400_000)

    def hold(
        self,
        customer: CustomerSpec,
        product: Product,
        means: float,
        currency: str = "CNY",
    ) -> None:
        """One holding with its year of balances, its parties and its bookings."""
        code, _often, share, terms, rates = product
        rng = self.rng
        number = len(self.files.holdings) + 1
        key = f"A{number:09d}"
        opened, matures = self.term(customer, terms)
        status = self.status(customer)
        balance = _cents(means * rng.uniform(*share))
        principal = _rounded(balance * _cents(rng.uniform(1.05, 1.6))) if code in _LOANS else None
        if status == "closed":
            balance = Decimal(0)
        if currency != "CNY":
            balance = (balance / USD).quantize(CENT, ROUND_HALF_UP)
        limit = _limit(number, balance) if code == "credit_card" else None
        row = {
            "holding_no": key,
            "customer_no": customer.source_key,
            "product": code,
            "account_no": self.account(number, code),
            "currency": currency,
            "balance": f"{balance}",
            "balance_base": f"{_in_base(balance, currency)}",
            "credit_limit": f"{limit}" if limit else "",
            "principal": f"{principal}" if principal else "",
            "rate": f"{rng.uniform(*rates):.2f}" if rates[1] else "",
            "branch_code": customer.home_branch,
            "opened_on": opened.isoformat(),
            "matures_on": matures.isoformat() if matures else "",
            "closed_on": self.closed(opened).isoformat() if status == "closed" else "",
            "status": status,
            "overdue_days": f"{self.overdue(code, status)}",
            "business_date": self.as_of.isoformat(),
        }
        self.files.holdings.append(row)
        self.remember(row, code, opened, _in_base(balance, currency), principal)
        self.involve(customer, code, key, opened)
        if code in {"current_deposit", "corporate_current"} and status == "active":
            self.book(customer, key, currency, balance, opened)

    def term(self, customer: CustomerSpec, terms: tuple[int, ...]) -> tuple[date, date | None]:
        """When it was opened, and when it ends; each twentieth ends within a month."""
        since = (self.today - customer.opened_on).days
        if not terms:
            return self.today - timedelta(days=int(since * self.rng.uniform(0.5, 1))), None
        days = int(self.rng.choice(terms) * 30.44)
        gone = self.rng.randrange(1, max(min(days - 1, since), 2))
        if self.rng.random() < 0.05 and since > days:
            gone = days - self.rng.randrange(1, 30)
        opened = self.today - timedelta(days=max(gone, 1))
        return opened, opened + timedelta(days=days)

    def status(self, customer: CustomerSpec) -> str:
        """The account follows the customer; now and then one is frozen or closed."""
        if customer.status in {"closed", "dormant"}:
            return customer.status
        chance = self.rng.random()
        return "closed" if chance < 0.02 else "frozen" if chance < 0.026 else "active"

    def closed(self, opened: date) -> date:
        """A day between the opening and yesterday."""
        return opened + timedelta(days=self.rng.randrange((self.as_of - opened).days + 1))

    def overdue(self, code: str, status: str) -> int:
        """Some loans and cards are late; most by days, a few by months or a year."""
        late = {True: 0.07, False: 0.03}[code in _LOANS]
        owed = code in _LOANS or code == "credit_card"
        if not owed or status != "active" or self.rng.random() > late:
            return 0
        days = int(self.rng.triangular(2, 90, 9))
        self.late += 1
        return days if self.late % EIGHTH else next(self.much_later)

    def account(self, number: int, code: str) -> str:
        """A number of the usual length that no bank has given out."""
        scattered = number * 7_919 % 10_000_000
        length = {"credit_card": 16}.get(code, 19)
        return f"99{scattered:07d}".ljust(length, "0")[:-4] + f"{number * 6_151 % 10_000:04d}"

    def remember(
        self, row: Row, code: str, opened: date, balance: Decimal, principal: Decimal | None
    ) -> None:
        """Month ends backwards from today's balance, with trend, season and chance."""
        rng, number = self.rng, len(self.files.holdings)
        trend, swing = rng.gauss(0.008, 0.014), rng.uniform(0.0, 0.07)
        moves = not row["matures_on"]
        later = balance
        for back, (year, month) in enumerate(self.months):
            if (year, month + 1) < (opened.year, opened.month):
                break
            if code in _REPAID and principal:
                end = min(principal, balance + principal * (back + 1) / 200)
            elif moves and balance:
                season = swing * cos(2 * pi * (month + 1) / 12)
                factor = exp(-trend * (back + 1)) * (1 + season) * rng.uniform(0.96, 1.04)
                end = balance * _cents(factor)
            else:
                end = balance
            if back and code == "corporate_current" and number % 23 == 0:
                end *= 30 + number % 50  # money that has left a month ago
            end = end.quantize(CENT, ROUND_HALF_UP)
            self.files.balances.append(
                {
                    "holding_no": row["holding_no"],
                    "month": f"{year}-{month + 1:02d}",
                    "month_end": f"{end}",
                    "average": f"{((end + later) / 2).quantize(CENT, ROUND_HALF_UP)}",
                }
            )
            later = end

    def involve(self, customer: CustomerSpec, code: str, key: str, opened: date) -> None:
        """Joint holders, co-borrowers, guarantors and agents, from the same branch."""
        often, role, kind = {
            "time_deposit": (0.08, "joint_holder", customer.kind),
            "housing_loan": (0.35, "co_borrower", "person"),
            "consumer_loan": (0.1, "guarantor", "person"),
            "working_capital_loan": (0.5, "guarantor", "organisation"),
            "corporate_current": (0.12, "agent", "person"),
            "insurance": (0.5, "beneficiary", "person"),
        }.get(code, (0.0, "", ""))
        near = self.neighbours.get((customer.home_branch, kind))
        if near and self.rng.random() < often:
            self.files.parties.append(
                {
                    "holding_no": key,
                    "customer_no": self.rng.choice(near),
                    "role": role,
                    "valid_from": opened.isoformat(),
                }
            )

    def book(
        self, customer: CustomerSpec, key: str, currency: str, balance: Decimal, opened: date
    ) -> None:
        """A year of bookings: many where visitors look first, the newest months elsewhere."""
        rng, person = self.rng, customer.kind == "person"
        full = customer.manager == LEADING_MANAGER
        first = max(opened, self.today - timedelta(days=365))
        for number, day in enumerate(self.days(first, full=full)):
            if day is None:
                continue
            kinds = _PERSON_BOOKINGS if person else _COMPANY_BOOKINGS
            kind, _weight, span, sign = rng.choices(kinds, [one[1] for one in kinds])[0]
            size = exp(rng.uniform(0, 1)) * rng.uniform(*span) / 2
            scale = min(max(float(balance) / (20_000 if person else 400_000), 0.4), 6)
            self.booking((key, currency), number, day, kind, sign * _cents(size * scale))
        salaried = person and customer.occupation not in {"retired", "student", "self_employed"}
        if salaried and currency == "CNY":
            self.salary(customer, key, first, full=full)

    def days(self, first: date, *, full: bool) -> Iterator[date | None]:
        """The days of bookings; None where the drawn day lies before the first."""
        count, span = (54, 365) if full else (7, 120)
        for _ in range(count):
            day = self.as_of - timedelta(days=self.rng.randrange(span))
            yield day if day >= first else None

    def salary(self, customer: CustomerSpec, key: str, first: date, *, full: bool) -> None:
        """What the employer pays on the tenth of each month."""
        pay, employer = _cents(self.rng.lognormvariate(9.1, 0.4)), self.rng.choice(_FIRMS)
        for number in range(12 if full else 4):
            year, month = self.months[number]
            day = date(year, month + 1, 10)
            if day >= first:
                bonus = 2 if month == 0 else 1
                self.booking((key, "CNY"), 900 + number, day, "salary", pay * bonus, employer)

    def booking(
        self,
        account: tuple[str, str],
        number: int,
        day: date,
        kind: str,
        amount: Decimal,
        counterparty: str = "",
    ) -> None:
        """One row of the file of transactions; an account is its key and its currency."""
        key, currency = account
        self.files.transactions.append(
            {
                "transaction_no": f"{key}-{number:03d}",
                "holding_no": key,
                "booked_on": day.isoformat(),
                "amount": f"{amount}",
                "currency": currency,
                "kind": kind,
                "counterparty": counterparty or self.counterparty(kind),
                "description": "",
            }
        )

    def counterparty(self, kind: str) -> str:
        """Who stands on the other side."""
        if kind in {"transfer_in", "transfer_out", "rent"}:
            return person_name(self.rng, self.rng.choice("MF"), 40).zh
        if kind == "card_payment":
            return self.rng.choice(_SHOPS)
        return self.rng.choice(_FIRMS) if kind in {"supplier", "sales"} else ""


def _cents(value: float) -> Decimal:
    return Decimal(str(round(value, 2)))


def _rounded(value: Decimal) -> Decimal:
    return (value / 1_000).to_integral_value(ROUND_HALF_UP) * 1_000


def _limit(number: int, balance: Decimal) -> Decimal:
    """Most have room; each ninth has used up what there was."""
    used_up = number % 9 == 0 and balance > 1_000
    return _rounded(balance) if used_up else _rounded(balance * 6 + 10_000)


def _in_base(amount: Decimal, currency: str) -> Decimal:
    rate = USD if currency == "USD" else Decimal(1)
    return (amount * rate).quantize(CENT, ROUND_HALF_UP)
