"""How large the generated bank is, and what comes of its number of customers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from math import pow  # noqa: A004 - of floats alone, so that its result is one

# At ten million customers a bank has this many; at three thousand as many as the demonstration.
FULL = 10_000_000
BRANCHES, BRANCHES_GROW = 3_300, 0.544
STAFF, STAFF_GROW = 30_000, 0.68
COMPANIES, FOREIGNERS = 0.1, 0.03
SEALED_AT_MOST = 20_000
COMPANY_NAMES = 20_000
FEWEST = 1_000
# moments at which requests came; several requests share one
REQUEST_SLOTS = 4_000
# of each customer, and complaints of each request
CONTACTS, TASKS, OPPORTUNITIES, COMPLAINTS = 1.2, 0.4, 0.1, 0.01


@dataclass(frozen=True)
class Plan:
    """What is asked for: the same plan on the same day gives the same rows."""

    customers: int
    today: dt.date
    seed: int = 1
    months: int = 12
    transactions: float = 3.6
    sealed: int = SEALED_AT_MOST
    service_requests: int | None = None
    share_companies = COMPANIES
    share_foreigners = FOREIGNERS

    @property
    def branches(self) -> int:
        """Branches of all levels."""
        return max(round(BRANCHES * pow(self.customers / FULL, BRANCHES_GROW)), 12)

    @property
    def provinces(self) -> int:
        """Branches right under the head office."""
        return max(round(pow(self.branches, 0.42)), 2)

    @property
    def cities(self) -> int:
        """Managing sub-branches."""
        return max(round(pow(self.branches, 0.704)), self.provinces)

    @property
    def outlets(self) -> int:
        """Sub-branches."""
        return max(self.branches - 1 - self.provinces - self.cities, 1)

    @property
    def staff(self) -> int:
        """People who work for the bank."""
        return round(STAFF * pow(self.customers / FULL, STAFF_GROW))

    @property
    def slots(self) -> int:
        """Shares in which the customers are dealt out to branches and managers."""
        return 1 << max((self.staff * 12).bit_length(), 12)

    @property
    def company_names(self) -> int:
        """Names of companies to put together."""
        return min(max(round(self.customers * COMPANIES / 3), 40), COMPANY_NAMES)

    @property
    def requests(self) -> int:
        """Requests of customers within a little more than a year; one of each, if not said."""
        return self.customers if self.service_requests is None else self.service_requests

    @property
    def request_slots(self) -> int:
        """Moments at which requests came."""
        return min(REQUEST_SLOTS, max(self.requests // 2, 1))

    @property
    def contacts(self) -> int:
        """Contacts with customers, before those are left out that nobody leads."""
        return round(self.customers * CONTACTS)

    @property
    def tasks(self) -> int:
        """Tasks about customers, before the same are left out."""
        return round(self.customers * TASKS)

    @property
    def opportunities(self) -> int:
        """Opportunities, before the same are left out."""
        return round(self.customers * OPPORTUNITIES)

    @property
    def complaints(self) -> int:
        """Complaints within two years."""
        return max(round(self.requests * COMPLAINTS), 40)

    @property
    def reason(self) -> str:
        """What the audit trail says of the bank."""
        return (
            f"Generated bank of {self.customers} customers, seed {self.seed} · "
            f"生成的银行数据，客户 {self.customers} 户，种子 {self.seed}"
        )
