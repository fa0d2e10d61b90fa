"""Phone numbers and e-mail addresses in the one form in which they are stored and searched."""

from __future__ import annotations

import re

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from .text import plain_text

HOME_COUNTRY = "CN"
_PHONE_FORM = re.compile(r"[+(0-9][+0-9 ()./-]{2,40}")
_EXTENSION = re.compile(r"(?i)[0-9]\s*(?:转|分机|ext\.?|x|#)\s*[0-9]")
_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_valid_email = EmailValidator(allowlist=[])


def normalise_phone(text: str, country: str = HOME_COUNTRY) -> str:
    """The number in E.164; without a country code it is read as one of `country`.

    Leave `country` alone for numbers told to the bank here: a foreigner's local mobile read with
    his nationality may become somebody else's valid number abroad.
    """
    number = _parse(_dialled(plain_text(text)), country)
    if not phonenumbers.is_valid_number(number):
        raise _wrong_phone()
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def is_mobile(phone: str) -> bool:
    """Whether a number in E.164 can be a mobile."""
    return phonenumbers.number_type(_parse(phone, None)) in _MOBILE


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
