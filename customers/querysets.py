"""Questions about customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.core.exceptions import ValidationError
from django.db.models import Q

from crm.core.querysets import ScopedQuerySet

from . import numbers

if TYPE_CHECKING:
    from crm.core.scope import Asker

    from .models import Customer  # noqa: F401  (named in a base class below)


class CustomerQuerySet(ScopedQuerySet["Customer"]):
    """Customers of the bank."""

    def reached_by(self, user: Asker, action: str) -> Self:
        """Customers within the reach of an action on what is theirs, such as their holdings."""
        reach = user.reach(action)
        if reach is None:
            return self.none()
        return self.model.SCOPE.narrow(self, reach, user).visible_to(user)  # type: ignore[return-value]

    def found_by(self, text: str) -> Self:
        """Customers whose number is the text, or whose name begins with it, in either script."""
        digits = "".join(text.split())
        if digits.isascii() and digits.isdigit():
            return self.filter(
                Q(number=read_number(digits)) | Q(source_keys__key=digits)
            ).distinct()
        return self.filter(Q(name__startswith=text) | Q(latin_name__istartswith=text))


def read_number(digits: str) -> str:
    """The customer number in the text; none if it has a slip."""
    try:
        return numbers.read_customer_number(digits)
    except ValidationError:
        return ""
