"""The series of customer numbers: nine digits and a check digit, so that a slip is noticed."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from stdnum import damm

from .text import compact

SERIAL_DIGITS = 9
LAST_SERIAL = 10**SERIAL_DIGITS - 1


def customer_number(serial: int) -> str:
    """The customer number for a place in the series; the series never gives a place twice."""
    if not 1 <= serial <= LAST_SERIAL:
        raise ValueError(f"The series of customer numbers runs from 1 to {LAST_SERIAL}.")
    digits = f"{serial:0{SERIAL_DIGITS}}"
    # Damm finds every wrong digit and every swap of neighbours; Luhn misses 09 for 90.
    return digits + damm.calc_check_digit(digits)


def read_customer_number(text: str) -> str:
    """The customer number in what somebody typed, grouped or full width; empty if there is none."""
    try:
        number = compact(text)
    except ValidationError:
        return ""
    well_formed = re.fullmatch(rf"[0-9]{{{SERIAL_DIGITS + 1}}}", number) and int(number[:-1])
    return number if well_formed and damm.is_valid(number) else ""


def is_customer_number(text: str) -> bool:
    """Whether a text is a customer number of this bank's series."""
    return bool(read_customer_number(text))


def format_number(text: str) -> str:
    """The customer number in groups, as people read it out: 0012 8841 07."""
    return f"{text[:4]} {text[4:8]} {text[8:]}" if len(text) == SERIAL_DIGITS + 1 else text
