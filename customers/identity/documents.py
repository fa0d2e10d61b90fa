"""Numbers of identity documents: each kind's form, its check digit and what the number tells.

Refused is what cannot be right: form, date, check digit. What is merely unusual, such as an area
that is not in the list, is a remark, because lists of areas are never complete.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from stdnum import lei as stdnum_lei
from stdnum import numdb
from stdnum.cn import uscc as stdnum_uscc
from stdnum.exceptions import ValidationError as ChecksumError
from stdnum.iso7064 import mod_11_2

from crm.core.clock import bank_today

from .text import compact

EARLIEST_BIRTH = dt.date(1880, 1, 1)
CN = "CN"
EVERYWHERE = ""


@dataclass(frozen=True)
class Number:
    """A tidied number; within family and country it belongs to one customer only.

    `country` is that of the number space, whatever nationality the holder has; empty where the
    space is the whole world.
    """

    family: str
    value: str = field(repr=False)
    remarks: tuple[str | Promise, ...] = ()
    country: str = CN


Reader = Callable[[str, str], Number]


def normalise_document(kind: str, text: str, country: str = CN) -> Number:
    """The tidied number of a document; ValidationError with a sentence that says what to do."""
    reader = _READERS.get(kind)
    if reader is None:
        raise _refusal("unknown_kind", _("Choose the kind of document."))
    number = compact(text)
    if not number:
        raise _refusal("empty", _("Enter the number of the document."))
    return reader(number, country)


def resident_facts(value: str) -> tuple[dt.date, str]:
    """Date of birth and gender (F, M) in the 18 digits of a resident or permit number."""
    if not _PERSON_18.fullmatch(value):
        raise _refusal("no_facts", _("Only a number of 18 digits tells birth and gender."))
    return _birth_date(value), "M" if int(value[16]) % 2 else "F"


# --- persons, 18 digits ---------------------------------------------------------------------------

_PERSON_18 = re.compile(r"[0-9]{17}[0-9X]")


def _resident(number: str, _country: str) -> Number:
    if re.fullmatch(r"[0-9]{15}", number):
        raise _refusal(
            "old_number",
            _("Numbers of 15 digits are no longer valid. Enter the 18 digits of the new card."),
        )
    _check_person(number)
    if number[:2] in {"81", "82", "83"}:
        raise _refusal(
            "other_kind",
            _(
                "This is the number of a residence permit for Hong Kong, Macao and Taiwan "
                "residents. Choose that kind of document."
            ),
        )
    if number[0] == "9":
        raise _refusal(
            "other_kind",
            _(
                "This is the number of a foreign permanent resident card. Choose that kind of "
                "document."
            ),
        )
    remarks = () if _area_is_known(number[:6]) else (_UNKNOWN_AREA,)
    return Number("cn_resident", number, remarks)


def _hmt_permit(number: str, _country: str) -> Number:
    _check_person(number)
    if number[:2] not in {"81", "82", "83"}:
        raise _refusal(
            "wrong_form",
            _("A number of this permit begins with 81, 82 or 83. Check number and document."),
        )
    remarks = () if number[2:6] == "0000" else (_UNKNOWN_AREA,)
    return Number("cn_hmt_permit", number, remarks)


def _permanent_resident(number: str, _country: str) -> Number:
    if re.fullmatch(r"[A-Z]{3}[0-9]{12}", number):
        return Number("cn_permanent_resident", number)
    if not re.fullmatch(r"9[0-9]{16}[0-9X]", number):
        raise _refusal(
            "wrong_form",
            _(
                "Enter the 18 digits beginning with 9, or from an older card 3 letters and 12 "
                "digits."
            ),
        )
    _check_person(number)
    return Number("cn_permanent_resident", number)


_UNKNOWN_AREA = _("The first six digits are not a known area. Compare them with the document.")


def _check_person(number: str) -> None:
    if not _PERSON_18.fullmatch(number):
        raise _refusal(
            "wrong_form", _("Enter all 18 characters: 17 digits, then a digit or the letter X.")
        )
    _birth_date(number)
    if mod_11_2.calc_check_digit(number[:-1]) != number[-1]:
        raise _refusal("check_digit", _WRONG_CHECK_DIGIT)


def _birth_date(number: str) -> dt.date:
    try:
        born = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        born = None
    if born is None or not EARLIEST_BIRTH <= born <= bank_today():
        raise _refusal(
            "birth_date",
            _("Digits 7 to 14 are not a possible date of birth. Compare them with the document."),
        )
    return born


@lru_cache(maxsize=4096)
def _area_is_known(area: str) -> bool:
    return any("county" in facts for _part, facts in numdb.get("cn/loc").info(area))


# --- persons, other documents ---------------------------------------------------------------------


def _hm_travel_permit(number: str, _country: str) -> Number:
    if not re.fullmatch(r"[HM][0-9]{8}(?:[0-9]{2})?", number):
        raise _refusal("wrong_form", _("Enter H or M and 8 digits, as on the card."))
    # The first nine stay for life; the last two of an older card count its issues.
    remarks = (
        (_("The last two digits only count the issues of the card and were left out."),)
        if len(number) > 9
        else ()
    )
    return Number("cn_hm_travel", number[:9], remarks)


def _taiwan_travel_permit(number: str, _country: str) -> Number:
    number = re.sub(r"[()]", "", number)
    if not re.fullmatch(r"[0-9]{8}|[0-9]{10}[A-Z]?", number):
        raise _refusal(
            "wrong_form",
            _("Enter the 8 digits of the card, or from an older booklet 10 digits and a letter."),
        )
    return Number("cn_taiwan_travel", number)


# G and E ordinary, D diplomatic, S service, P public affairs, 14 and 15 before 2000.
_CN_PASSPORT = re.compile(
    r"[DEGPS][0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|[DPS]E[0-9]{7}|1[45][0-9]{7}", re.ASCII
)


def _passport(number: str, country: str) -> Number:
    country = _country_code(country)
    if country == CN and not _CN_PASSPORT.fullmatch(number):
        raise _refusal(
            "wrong_form",
            _(
                "A Chinese passport number has 9 characters and begins with E, G, D, S, P, 14 or "
                "15. Check number and country."
            ),
        )
    if not re.fullmatch(r"[A-Z0-9]{5,20}", number):
        raise _refusal("wrong_form", _("Enter the passport number: 5 to 20 letters and digits."))
    return Number("passport", number, country=country)


def _service_card(family: str) -> Reader:
    form = re.compile(r"(?:[\u4e00-\u9fff]{1,4}字第?)?[A-Z0-9]{4,12}号?")

    def read(number: str, _country: str) -> Number:
        if not form.fullmatch(number):
            raise _refusal(
                "wrong_form",
                _("Enter the number as it is printed, for example with 字第 before the digits."),
            )
        return Number(family, number)

    return read


# --- organisations --------------------------------------------------------------------------------


def _uscc(number: str, _country: str) -> Number:
    if not re.fullmatch(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}", number):
        raise _refusal(
            "wrong_form",
            _(
                "Enter the 18 digits and capital letters of the unified social credit code; it "
                "has no I, O, S, V or Z."
            ),
        )
    if stdnum_uscc.calc_check_digit(number[:-1]) != number[-1]:
        raise _refusal("check_digit", _WRONG_CHECK_DIGIT)
    return Number("cn_uscc", number)


def _foreign_registration(number: str, country: str) -> Number:
    if not re.fullmatch(r"(?=.*[0-9])[A-Z0-9./]{3,30}", number):
        raise _refusal(
            "wrong_form",
            _("Enter the registration number: 3 to 30 letters and digits, at least one digit."),
        )
    return Number("foreign_registration", number, country=_country_code(country))


def _lei(number: str, _country: str) -> Number:
    if not re.fullmatch(r"[A-Z0-9]{18}[0-9]{2}", number):
        raise _refusal(
            "wrong_form", _("Enter all 20 characters: 18 letters or digits, then 2 digits.")
        )
    try:
        stdnum_lei.validate(number)
    except ChecksumError:
        raise _refusal("check_digit", _WRONG_CHECK_DIGIT) from None
    return Number("lei", number, country=EVERYWHERE)


_WRONG_CHECK_DIGIT = _("The check digit does not fit. Compare the number with the document.")


def _country_code(country: str) -> str:
    code = compact(country)
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise _refusal("country", _("Choose the country that issued the document."))
    return code


def _refusal(code: str, sentence: str | Promise) -> ValidationError:
    return ValidationError(sentence, code=code)  # type: ignore[arg-type]


_READERS: dict[str, Reader] = {
    "resident_id": _resident,
    "temporary_id": _resident,
    "household_register": _resident,
    "hmt_residence_permit": _hmt_permit,
    "permanent_resident": _permanent_resident,
    "hm_travel_permit": _hm_travel_permit,
    "taiwan_travel_permit": _taiwan_travel_permit,
    "passport": _passport,
    "military": _service_card("cn_military"),
    "armed_police": _service_card("cn_armed_police"),
    "uscc": _uscc,
    "business_licence": _uscc,
    "public_institution_certificate": _uscc,
    "social_organisation_certificate": _uscc,
    "foreign_registration": _foreign_registration,
    "lei": _lei,
}
