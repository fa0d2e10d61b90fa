"""Phone numbers and e-mail addresses in the one form in which they are stored and searched."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from .text import plain_text

HOME_COUNTRY = "CN"
HOME_CODE = "86"
RANGE_DIGITS = 5
_USUAL_FORM = re.compile(r"1[0-9]{10}")
_PHONE_FORM = re.compile(r"[+(0-9][+0-9 ()./-]{2,40}")
_EXTENSION = re.compile(r"(?i)[0-9]\s*(?:转|分机|ext\.?|x|#)\s*[0-9]")
_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_valid_email = EmailValidator(allowlist=[])


def normalise_phone(text: str, country: str = HOME_COUNTRY) -> str:
    """The number in E.164; without a country code it is read as one of `country`.

    Leave `country` alone for numbers told to the bank here: a foreigner's local mobile read with
    his nationality may become somebody else's valid number abroad.
    """
    told = plain_text(text)
    if country == HOME_COUNTRY and is_usual(told):
        return f"+{HOME_CODE}{told}"
    number = _parse(_dialled(told), country)
    if not phonenumbers.is_valid_number(number):
        raise _wrong_phone()
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def is_mobile(phone: str) -> bool:
    """Whether a number in E.164 can be a mobile."""
    if phone.startswith(f"+{HOME_CODE}") and is_usual(phone[len(HOME_CODE) + 1 :]):
        return True
    return phonenumbers.number_type(_parse(phone, None)) in _MOBILE


def is_usual(told: str) -> bool:
    """Whether these are the eleven digits of a mobile of this country, as nearly all numbers are.

    The library takes long over each number and decides by its first digits alone.
    """
    return bool(_USUAL_FORM.fullmatch(told)) and _is_mobile_range(told[:RANGE_DIGITS])


@lru_cache(maxsize=2**16)
def _is_mobile_range(digits: str) -> bool:
    number = phonenumbers.parse(f"{digits}000000", HOME_COUNTRY)
    return (
        phonenumbers.is_valid_number(number)
        and phonenumbers.number_type(number) == PhoneNumberType.MOBILE
    )


def normalise_email(text: str) -> str:
    """The address in lower case; ValidationError if it cannot be one."""
    address = plain_text(text).lower()
    try:
        _valid_email(address)
    except ValidationError:
        raise _wrong_email() from None
    # Quoted names and bare addresses of hosts are allowed by the standard and used by nobody.
    if '"' in address or address.endswith("]") or len(address) > 254:
        raise _wrong_email()
    return address


def _dialled(text: str) -> str:
    if _EXTENSION.search(text):
        raise ValidationError(_("Enter the phone number without its extension."), code="extension")
    if not _PHONE_FORM.fullmatch(text):
        raise _wrong_phone()
    return re.sub(r"^(\(?)00", r"\1+", text)


def _parse(text: str, country: str | None) -> PhoneNumber:
    try:
        return phonenumbers.parse(text, country)
    except NumberParseException:
        raise _wrong_phone() from None


def _wrong_phone() -> ValidationError:
    return ValidationError(
        _(
            "This is not a phone number that can be reached. Enter it with area code, or with + "
            "and country code."
        ),
        code="phone",
    )


def _wrong_email() -> ValidationError:
    return ValidationError(
        _("This is not an e-mail address. Enter it like name@example.com."), code="email"
    )
