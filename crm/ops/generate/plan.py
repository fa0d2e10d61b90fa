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


@dataclass(frozen=True)
class Plan:
    """What is asked for: the same plan on the same day gives the same rows."""

    customers: int
    today: dt.date
    seed: int = 1
    months: int = 12
    transactions: float = 3.6
    sealed: int = SEALED_AT_MOST
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
    def reason(self) -> str:
        """What the audit trail says of the bank."""
        return (
            f"Generated bank of {self.customers} customers, seed {self.seed} · "
            f"生成的银行数据，客户 {self.customers} 户，种子 {self.seed}"
        )
