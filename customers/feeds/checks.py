"""Whether a row of a fed file is right: each value tidied, or refused with a reason."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache

from django.utils.translation import gettext as _

from customers.imports.checks import Refused
from customers.imports.columns import day_of, lost_digits
from customers.products import CURRENCIES, DEBTS, KIND_OF

from . import account_numbers
from .columns import (
    BOOKING_CODES,
    PRODUCT_CODES,
    ROLE_CODES,
    STATUS_CODES,
    Dictionary,
    Status,
)

Values = Mapping[str, str]
Fed = dict[str, object]

AMOUNT = re.compile(r"-?\d{1,16}(?:\.\d{1,2}0*)?", re.ASCII)
GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
RATE = re.compile(r"-?\d{1,3}(?:\.\d{1,6}0*)?", re.ASCII)
DAYS = re.compile(r"\d{1,5}", re.ASCII)
MONTH = re.compile(r"(\d{4})(?:[-/.]|年)?(\d{1,2})月?", re.ASCII)
FIRST_YEAR = 1950
FIRST_BALANCE_YEAR = 1990
WITHOUT_END = 9999
OLDEST_BOOKING_YEARS = 15


def holding(values: Values, today: dt.date, business_date: dt.date) -> Fed:
    """A row of the file of holdings; `business_date` holds where the row names none."""
    product = coded(PRODUCT_CODES, values, "product")
    kind = KIND_OF[product]
    status = coded(STATUS_CODES, values, "status")
    opened = needed_day(values, "opened_on", today)
    matures, closed = any_day(values, "matures_on"), past_day(values, "closed_on", today)
    if matures and matures < opened:
        raise Refused("bad_period", "matures_on", _("A holding matures after it was opened."))
    if closed and (status != Status.CLOSED or closed < opened):
        raise Refused("bad_period", "closed_on", _("Only a closed holding has a closing day."))
    days = overdue(values["overdue_days"], kind)
    account = account_numbers.normalise(values["account_no"])
    if not account or lost_digits(values["account_no"]):
        raise Refused("bad_account", "account_no", _("Enter the whole account or card number."))
    return {
        "source_key": key(values, "holding_no", 40),
        "customer_no": key(values, "customer_no", 40),
        "kind": kind.value,
        "product_code": product,
        "account": account,
        "currency": currency(values),
        "balance": needed_amount(values, "balance"),
        "balance_base": needed_amount(values, "balance_base"),
        "credit_limit": amount(values, "credit_limit"),
        "principal": amount(values, "principal"),
        "rate": rate(values),
        "branch_code": values["branch_code"],
        "opened_on": opened.isoformat(),
        "matures_on": matures and matures.isoformat(),
        "closed_on": closed and closed.isoformat(),
        "status": status,
        "overdue_days": days,
        "business_date": (past_day(values, "business_date", today) or business_date).isoformat(),
    }


def party(values: Values) -> Fed:
    """A row of the file of parties; the last day stands in the file, the day after in the table."""
    first, last = validity(values)
    return {
        "holding_no": key(values, "holding_no", 40),
        "customer_no": key(values, "customer_no", 40),
        "role": coded(ROLE_CODES, values, "role"),
        "first": first,
        "last": last,
    }


def validity(values: Values) -> tuple[str, str | None]:
    """The first and the last day of a role, as the database takes them."""
    first, last = needed_day(values, "valid_from", None), any_day(values, "valid_until")
    if last and last < first:
        raise Refused("bad_period", "valid_until", _("A role must begin before it ends."))
    has_end = last is not None and last.year != WITHOUT_END
    return first.isoformat(), last.isoformat() if last and has_end else None


def balance(values: Values, today: dt.date) -> Fed:
    """A row of the file of balances: one month of one holding."""
    year, in_year = month(values, today)
    return {
        "holding_no": key(values, "holding_no", 40),
        "year": year,
        "month": in_year,
        "month_end": needed_amount(values, "month_end"),
        "average": amount(values, "average"),
    }


def month(values: Values, today: dt.date) -> tuple[int, int]:
    """A year and a month of it that has begun."""
    written = MONTH.fullmatch(values["month"])
    year, in_year = (int(part) for part in written.groups()) if written else (0, 0)
    if not FIRST_BALANCE_YEAR <= year <= today.year or not 1 <= in_year <= 12:
        raise Refused("bad_month", "month", _("Enter a past month as year-month."))
    if (year, in_year) > (today.year, today.month):
        raise Refused("future_date", "month", _("This month is still to come."))
    return year, in_year


def transaction(values: Values, today: dt.date) -> Fed:
    """A row of the file of transactions."""
    booked = booking_day(values, today)
    return {
        "source_key": key(values, "transaction_no", 60),
        "holding_no": key(values, "holding_no", 40),
        "booked_on": booked.isoformat(),
        "amount": needed_amount(values, "amount"),
        "currency": currency(values),
        "kind": coded(BOOKING_CODES, values, "kind"),
        "counterparty": text(values, "counterparty", 120),
        "description": text(values, "description", 200),
    }


def booking_day(values: Values, today: dt.date) -> dt.date:
    """The day of a booking that is kept here."""
    booked = needed_day(values, "booked_on", today)
    if booked.year < today.year - OLDEST_BOOKING_YEARS:
        raise Refused("too_old", "booked_on", _("Bookings as old as this are not kept here."))
    return booked


# --- single values --------------------------------------------------------------------------------


def key(values: Values, column: str, most: int) -> str:
    """The key that a source system has given."""
    value = values[column]
    if not value or len(value) > most:
        raise Refused(
            f"bad_{column}", column, _("Enter the key that the source system has for it.")
        )
    if lost_digits(value):
        raise Refused(
            "lost_digits",
            column,
            _("The number was stored as a number and lost digits. Format the column as text."),
        )
    return value


def coded(dictionary: Dictionary, values: Values, column: str) -> str:
    """One of the known codes."""
    code = dictionary.code(values[column])
    if code is None:
        raise Refused(f"unknown_{column}", column, _("Enter one of the codes that the bank uses."))
    return code


def currency(values: Values) -> str:
    """The currency as three letters."""
    code = values["currency"].upper()
    if code not in CURRENCIES:
        raise Refused("unknown_currency", "currency", _("Enter a currency such as CNY."))
    return code


def amount(values: Values, column: str) -> str | None:
    """An amount as the database takes it; none where the cell is empty."""
    value = values[column]
    if not value:
        return None
    if "," in value and GROUPED.fullmatch(value):
        value = value.replace(",", "")
    if not AMOUNT.fullmatch(value):
        raise Refused(
            "bad_amount",
            column,
            _("Enter an amount with at most 16 digits and two decimals, such as 1286450.22."),
        )
    return value


def needed_amount(values: Values, column: str) -> str:
    """An amount that must be there."""
    value = amount(values, column)
    if value is None:
        raise Refused("missing_amount", column, _("Enter the amount."))
    return value


def rate(values: Values) -> str | None:
    """A rate in per cent a year."""
    value = values["rate"].removesuffix("%")
    if value and not RATE.fullmatch(value):
        raise Refused("bad_rate", "rate", _("Enter the rate in per cent, such as 2.15."))
    return value or None


def overdue(written: str, kind: str) -> int:
    """Days for which a loan or a card is overdue."""
    days = written or "0"
    if not DAYS.fullmatch(days) or (int(days) and kind not in DEBTS):
        raise Refused("bad_overdue", "overdue_days", _("Enter days overdue for loans and cards."))
    return int(days)


def text(values: Values, column: str, most: int) -> str:
    """A short text."""
    if len(values[column]) > most:
        raise Refused(
            f"too_long_{column}",
            column,
            _("Shorten this to %(limit)s characters.") % {"limit": most},
        )
    return values[column]


def any_day(values: Values, column: str) -> dt.date | None:
    """A day, past or to come."""
    if not values[column]:
        return None
    day = calendar_day(values[column])
    if day is None or day.year < FIRST_YEAR:
        raise Refused("bad_date", column, _("Enter a day of the calendar as year-month-day."))
    return day


def past_day(values: Values, column: str, today: dt.date) -> dt.date | None:
    """A day that is not still to come."""
    day = any_day(values, column)
    if day and day > today:
        raise Refused("future_date", column, _("This day is still to come. Enter a past day."))
    return day


def needed_day(values: Values, column: str, today: dt.date | None) -> dt.date:
    """A day that must be there; not one to come, where today is given."""
    day = past_day(values, column, today) if today else any_day(values, column)
    if day is None:
        raise Refused("bad_date", column, _("Enter the day as year-month-day."))
    return day


@lru_cache(maxsize=20_000)
def calendar_day(written: str) -> dt.date | None:
    """The day that was written; files hold few days many times."""
    try:
        return day_of(written)
    except ValueError:
        return None
