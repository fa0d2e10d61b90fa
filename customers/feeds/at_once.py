"""The rows of a fed file, tidied column by column: each different value once, by the rows' rules.

A row in which anything is unusual is only doubted here; what becomes of it, its own check says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from customers.imports.checks import Refused
from customers.imports.columns import LIKE_ROUNDED, may_have_lost_digits
from customers.models import Holding
from customers.products import KIND_OF

from . import account_numbers, checks
from .chunk import Column
from .columns import BOOKING_CODES, PRODUCT_CODES, ROLE_CODES, STATUS_CODES, Dictionary

Told = Mapping[str, list[str]]
Tidied = dict[str, Column]


class Doubts(set[int]):
    """The places of rows that are to be looked at one by one."""

    def each(self, values: Iterable[Any], rule: Callable[[Any], Any]) -> Column:
        """What becomes of the values, each different one asked for once."""
        values = list(values)
        answers: dict[Any, Any] = {}
        refused = set()
        for value in set(values):
            try:
                answers[value] = rule(value)
            except Refused:
                answers[value] = None
                refused.add(value)
        if refused:
            self.update(place for place, value in enumerate(values) if value in refused)
        return list(map(answers.__getitem__, values))

    def where(self, odd: Iterable[object]) -> None:
        """Doubt the rows for which something is odd."""
        self.update(place for place, is_odd in enumerate(odd) if is_odd)

    def keys(self, values: list[str], most: int) -> Column:
        """Keys that the source system has given."""
        self.where(not 0 < len(value) <= most for value in values)
        return self.whole(values)

    def whole(self, values: list[str]) -> Column:
        """Numbers that no spreadsheet has rounded."""
        if may_have_lost_digits(values):
            self.where(LIKE_ROUNDED.search(value) for value in values)
        return values

    def amounts(self, values: list[str], *, needed: bool = False) -> Column:
        """Amounts as the database takes them."""
        right = checks.AMOUNT.fullmatch
        if needed:
            self.where(not right(value) for value in values)
            return values
        self.where(value and not right(value) for value in values)
        return [value or None for value in values]

    def texts(self, values: list[str], most: int) -> Column:
        """Short texts."""
        self.where(len(value) > most for value in values)
        return values


def holdings(told: Told, today: dt.date, business_date: dt.date) -> tuple[Tidied, Doubts]:
    """The file of holdings."""
    doubts = Doubts()

    def coded(dictionary: Dictionary, column: str) -> Column:
        return doubts.each(told[column], lambda v: checks.coded(dictionary, {column: v}, column))

    products, statuses = coded(PRODUCT_CODES, "product"), coded(STATUS_CODES, "status")
    kinds = [KIND_OF[code].value if code else "" for code in products]
    opened = doubts.each(
        told["opened_on"],
        lambda v: checks.needed_day({"opened_on": v}, "opened_on", today).isoformat(),
    )
    matures = doubts.each(
        told["matures_on"], lambda v: iso(checks.any_day({"matures_on": v}, "matures_on"))
    )
    closed = doubts.each(
        told["closed_on"], lambda v: iso(checks.past_day({"closed_on": v}, "closed_on", today))
    )
    doubts.where(m and o and m < o for m, o in zip(matures, opened, strict=True))
    doubts.where(
        c and (s != Holding.Status.CLOSED or (o and c < o))
        for c, s, o in zip(closed, statuses, opened, strict=True)
    )
    accounts = [
        number if account_numbers.WRITTEN.fullmatch(number) else account_numbers.normalise(number)
        for number in doubts.whole(told["account_no"])
    ]
    doubts.where(not account for account in accounts)
    days = doubts.each(
        zip(told["overdue_days"], kinds, strict=True), lambda pair: checks.overdue(*pair)
    )
    return {
        "source_key": doubts.keys(told["holding_no"], 40),
        "customer_no": doubts.keys(told["customer_no"], 40),
        "kind": kinds,
        "product_code": products,
        "account": accounts,
        "currency": currencies(doubts, told),
        "balance": doubts.amounts(told["balance"], needed=True),
        "balance_base": doubts.amounts(told["balance_base"], needed=True),
        "credit_limit": doubts.amounts(told["credit_limit"]),
        "principal": doubts.amounts(told["principal"]),
        "rate": doubts.each(told["rate"], lambda v: checks.rate({"rate": v})),
        "branch_code": told["branch_code"],
        "opened_on": opened,
        "matures_on": matures,
        "closed_on": closed,
        "status": statuses,
        "overdue_days": days,
        "business_date": doubts.each(
            told["business_date"],
            lambda v: iso(
                checks.past_day({"business_date": v}, "business_date", today) or business_date
            ),
        ),
    }, doubts


def parties(told: Told) -> tuple[Tidied, Doubts]:
    """The file of parties."""
    doubts = Doubts()
    valid = doubts.each(
        zip(told["valid_from"], told["valid_until"], strict=True),
        lambda pair: checks.validity({"valid_from": pair[0], "valid_until": pair[1]}),
    )
    return {
        "holding_no": doubts.keys(told["holding_no"], 40),
        "customer_no": doubts.keys(told["customer_no"], 40),
        "role": doubts.each(told["role"], lambda v: checks.coded(ROLE_CODES, {"role": v}, "role")),
        "first": [days and days[0] for days in valid],
        "last": [days and days[1] for days in valid],
    }, doubts


def balances(told: Told, today: dt.date) -> tuple[Tidied, Doubts]:
    """The file of balances."""
    doubts = Doubts()
    months = doubts.each(told["month"], lambda v: checks.month({"month": v}, today))
    return {
        "holding_no": doubts.keys(told["holding_no"], 40),
        "year": [month and month[0] for month in months],
        "month": [month and month[1] for month in months],
        "month_end": doubts.amounts(told["month_end"], needed=True),
        "average": doubts.amounts(told["average"]),
    }, doubts


def transactions(told: Told, today: dt.date) -> tuple[Tidied, Doubts]:
    """The file of transactions."""
    doubts = Doubts()
    return {
        "source_key": doubts.keys(told["transaction_no"], 60),
        "holding_no": doubts.keys(told["holding_no"], 40),
        "booked_on": doubts.each(
            told["booked_on"],
            lambda v: checks.booking_day({"booked_on": v}, today).isoformat(),
        ),
        "amount": doubts.amounts(told["amount"], needed=True),
        "currency": currencies(doubts, told),
        "kind": doubts.each(
            told["kind"], lambda v: checks.coded(BOOKING_CODES, {"kind": v}, "kind")
        ),
        "counterparty": doubts.texts(told["counterparty"], 120),
        "description": doubts.texts(told["description"], 200),
    }, doubts


def currencies(doubts: Doubts, told: Told) -> Column:
    """Currencies as three letters."""
    return doubts.each(told["currency"], lambda v: checks.currency({"currency": v}))


def iso(day: dt.date | None) -> str | None:
    """A day as the database takes it."""
    return day.isoformat() if day else None
