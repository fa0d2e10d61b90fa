"""From which score two names are a hit, and what a list may lack: the bank's own figures."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from config_admin.figures.declared import Parameter, declare
from config_admin.figures.values import value_of

# in per cent: what is set stands as people read a score
PERSON = declare(
    Parameter(
        "screening_person",
        _("Score in per cent from which the name of a person is a hit"),
        Decimal(30),
        Decimal(100),
        Decimal(54),
    )
)
ORGANISATION = declare(
    Parameter(
        "screening_organisation",
        _("Score in per cent from which the name of an organisation is a hit"),
        Decimal(30),
        Decimal(100),
        Decimal(54),
    )
)

RELEASE_DAYS = declare(
    Parameter(
        "screening_release_days",
        _("Calendar days for which a match with an own list is released, at most"),
        Decimal(1),
        Decimal(3650),
        Decimal(365),
    )
)

MOST_GONE = declare(
    Parameter(
        "watchlist_most_gone",
        _("Share of a watchlist, in per cent, that a new version may lack"),
        Decimal(0),
        Decimal(100),
        Decimal(10),
    )
)


def preset(*, is_person: bool) -> float:
    """The threshold before the bank has set one."""
    return float((PERSON if is_person else ORGANISATION).usual) / 100


def threshold(*, is_person: bool) -> float:
    """The threshold in force today."""
    return float(value_of(PERSON if is_person else ORGANISATION)) / 100
