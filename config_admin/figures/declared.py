"""The parameters that there are: each is declared once by the module that goes by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

Text = str | Promise


@dataclass(frozen=True)
class Parameter:
    """A number that the bank may set, its bounds, and what holds until the bank sets it."""

    code: str
    label: Text
    least: Decimal
    most: Decimal
    usual: Decimal
    places: int = 0

    def read(self, text: str) -> Decimal:
        """The number that was written, if the parameter may be that."""
        plain = text.strip().replace(",", "")
        try:
            number = Decimal(plain)
        except InvalidOperation:
            number = Decimal("NaN")
        fits = number.is_finite() and self.least <= number <= self.most
        if not fits or number != round(number, self.places):
            said = {"least": f"{self.least:,}", "most": f"{self.most:,}", "places": self.places}
            raise ValidationError(
                _("Enter a number from %(least)s to %(most)s with at most %(places)d decimals.")
                % said
                if self.places
                else _("Enter a whole number from %(least)s to %(most)s.") % said
            )
        return round(number, self.places)


_declared: dict[str, Parameter] = {}


def declare(parameter: Parameter) -> Parameter:
    """Let the bank set a number; call where the module goes by it."""
    _declared[parameter.code] = parameter
    return parameter


def parameters() -> list[Parameter]:
    """All that have been declared, by code."""
    return [_declared[code] for code in sorted(_declared)]


def parameter(code: str) -> Parameter:
    """One parameter by its code."""
    return _declared[code]


def choices() -> Iterator[tuple[str, Text]]:
    """Every parameter with what it means."""
    for one in parameters():
        yield one.code, one.label
