"""Numbers that pass every check a bank makes, and belong to nobody."""

from collections.abc import Callable
from datetime import date
from random import Random

_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_DIGITS = "0123456789"
_LETTERS = "ABCDEFGHJKLMNPRTUVWXY"
_MOBILE = """
    134 135 136 137 138 139 150 151 152 157 158 159 182 183 187 188 130 131 132 155 156 185 186
    133 153 177 180 181 189
"""
_MOBILE_PREFIXES = _MOBILE.split()
# The shape of passport numbers by country: A a letter, 9 a digit, anything else as it stands.
_PASSPORTS = {
    "US": "999999999", "GB": "999999999", "DE": "C99A99A9A", "FR": "99AA99999", "JP": "TA9999999",
    "KR": "M99999999", "IN": "A9999999", "AU": "PA9999999", "IT": "YA9999999", "SG": "K9999999A",
    "VN": "C9999999", "TR": "U99999999",
}  # fmt: skip


def resident_id(rng: Random, area: str, born: date, gender: str) -> str:
    """Area, birth date, sequence (odd for men) and check character."""
    sequence = rng.randrange(1, 500) * 2 - (1 if gender == "M" else 0)
    body = f"{area}{born:%Y%m%d}{sequence:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _RESIDENT_WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def social_credit_code(rng: Random, register: str, area: str) -> str:
    """Register, area, organisation code with its own check character, check character."""
    organisation = "MA" + "".join(rng.choices(_CREDIT_ALPHABET, k=6))
    total = sum(
        int(character, 36) * weight
        for character, weight in zip(organisation, _ORGANISATION_WEIGHTS, strict=True)
    )
    body = register + area + organisation + "0X987654321"[total % 11]
    total = sum(
        _CREDIT_ALPHABET.index(character) * weight
        for character, weight in zip(body, _CREDIT_WEIGHTS, strict=True)
    )
    return body + _CREDIT_ALPHABET[-total % 31]


def passport(rng: Random, country: str) -> str:
    """A number in the shape that the country uses."""
    return _shaped(rng, _PASSPORTS[country])


def hk_macao_permit(rng: Random) -> str:
    """A travel permit of a resident of Hong Kong."""
    return _shaped(rng, "H99999999")


def taiwan_permit(rng: Random) -> str:
    """A travel permit of a resident of Taiwan."""
    return _shaped(rng, "09999999")


def foreign_registration(rng: Random) -> str:
    """The number of a company registered in Hong Kong."""
    return _shaped(rng, "HK9999999")


def mobile(rng: Random) -> str:
    """A mobile number of one of the Chinese networks."""
    return rng.choice(_MOBILE_PREFIXES) + _shaped(rng, "99999999")


def _shaped(rng: Random, shape: str) -> str:
    # Only the places marked 9 and A are drawn; a leading 0 in a shape stays.
    drawn = {"9": _DIGITS, "A": _LETTERS}
    return "".join(rng.choice(drawn[sign]) if sign in drawn else sign for sign in shape)


def unused(draw: Callable[[], str], used: set[str]) -> str:
    """Draw until the number is new, and remember it."""
    number = draw()
    while number in used:
        number = draw()
    used.add(number)
    return number
