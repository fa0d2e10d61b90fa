"""Who looks after one customer: today, from some day on, and before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from crm.core.clock import bank_today
from crm.core.formats import day
from customers.models import Customer, OwnershipPeriod
from customers.models.ownership import days_in_words
from staff.models import Branch, StaffMember


@dataclass
class Stretch:
    """Days on end in which the same hands, or the same branch, had a customer."""

    period: OwnershipPeriod
    first: dt.date
    beyond: dt.date | None

    @property
    def member(self) -> StaffMember | None:
        """Whose hands."""
        return self.period.member

    @property
    def branch(self) -> Branch:
        """The branch of the last of these days."""
        return self.period.branch

    @property
    def shown_period(self) -> str:
        """From which day until which."""
        return days_in_words(self.first, self.beyond)

    @property
    def shown_first(self) -> str:
        """The first day."""
        return day(self.first)

    @property
    def shown_last(self) -> str:
        """The last day; empty without an end."""
        return day(self.beyond - dt.timedelta(days=1)) if self.beyond else ""

    def holds(self, date: dt.date) -> bool:
        """Whether a day is among them."""
        return self.first <= date and (self.beyond is None or date < self.beyond)


@dataclass
class Hands:
    """Those who look after a customer, by time, and where the customer was kept."""

    today: list[Stretch] = field(default_factory=list)
    ahead: list[Stretch] = field(default_factory=list)
    earlier: list[Stretch] = field(default_factory=list)
    branches: list[Stretch] = field(default_factory=list)


def hands_of(customer: Customer) -> Hands:
    """Everybody who looks after a customer, looked after them, or will, in one statement."""
    rows = list(
        OwnershipPeriod.objects.filter(customer=customer)
        .select_related("member", "branch")
        .order_by("valid", "pk")
    )
    main = [row for row in rows if row.is_main]
    led = joined(main, "member_id")
    others = [Stretch(row, row.valid.lower, row.valid.upper) for row in rows if not row.is_main]
    today, hands = bank_today(), Hands(branches=joined(main, "branch_id")[::-1])
    for one in [*led, *others]:
        if one.holds(today):
            hands.today.append(one)
        else:
            (hands.ahead if one.first > today else hands.earlier).append(one)
    hands.today.sort(key=lambda one: (not one.period.is_main, one.period.role != "lead"))
    hands.earlier.sort(key=lambda one: one.first, reverse=True)
    return hands


def joined(rows: Iterable[OwnershipPeriod], name: str) -> list[Stretch]:
    """Periods in their order, those that follow each other with the same value as one."""
    return list(_joined(rows, name))


def _joined(rows: Iterable[OwnershipPeriod], name: str) -> Iterator[Stretch]:
    last: Stretch | None = None
    for row in rows:
        goes_on = (
            last is not None
            and getattr(last.period, name) == getattr(row, name)
            and last.beyond == row.valid.lower
        )
        if last is not None and goes_on:
            last.period, last.beyond = row, row.valid.upper
            continue
        if last is not None:
            yield last
        last = Stretch(row, row.valid.lower, row.valid.upper)
    if last is not None:
        yield last
