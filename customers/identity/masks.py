"""How sealed values are shown before they are revealed: the tail, and never more."""

from __future__ import annotations

import phonenumbers
from phonenumbers import NumberParseException

from .contacts import HOME_CODE, is_usual

TAIL = 4
DOTS = "••••"
DOMAIN_SHOWN = 100  # a mask must fit its column whatever the domain


def mask(value: str) -> str:
    """The last four characters, and never more than a third of all."""
    return _masked(DOTS, _tail(value))


def mask_phone(phone: str) -> str:
    """Country code and last four digits; fewer digits of a short number."""
    if phone.startswith(f"+{HOME_CODE}") and is_usual(phone[len(HOME_CODE) + 1 :]):
        return _masked(f"+{HOME_CODE} ••• ••••", phone[-TAIL:])
    try:
        number = phonenumbers.parse(phone)
    except NumberParseException:
        return mask(phone)
    national = phonenumbers.national_significant_number(number)
    tail = national[-TAIL:] if len(national) >= 10 else _tail(national)
    return _masked(f"+{number.country_code} ••• ••••", tail)


def mask_email(address: str) -> str:
    """The first letter and the domain; of a very short name not even that."""
    local, at, domain = address.rpartition("@")
    if not at:
        return DOTS
    return f"{local[0] if len(local) > 2 else ''}•••@{domain[-DOMAIN_SHOWN:]}"


def _tail(value: str) -> str:
    shown = min(TAIL, len(value) // 3)
    return value[len(value) - shown :]


def _masked(dots: str, tail: str) -> str:
    return f"{dots} {tail}".rstrip()
