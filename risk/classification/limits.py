"""From which facts on a claim is at least in a class: presets until the bank sets its own."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from config_admin.figures.declared import Parameter, Text, declare
from config_admin.figures.values import value_of
from customers.products import HoldingKind

if TYPE_CHECKING:
    from customers.models import Holding

# a card that only pays out of an account is owed nothing
CREDIT_CARDS = ("credit_card", "supplementary_card", "official_card")


def days(code: str, label: Text, usual: int) -> Parameter:
    """A number of days overdue beyond which a claim is at least in a class."""
    return declare(Parameter(code, label, Decimal(0), Decimal(3650), Decimal(usual)))


LOANS = (
    days("loan_special_mention", _("Days overdue beyond which a loan is special mention"), 0),
    days("loan_substandard", _("Days overdue beyond which a loan is substandard"), 90),
    days("loan_doubtful", _("Days overdue beyond which a loan is doubtful"), 270),
    days("loan_loss", _("Days overdue beyond which a loan is a loss"), 360),
)
CARDS = (
    days("card_special_mention", _("Days overdue beyond which a card is special mention"), 0),
    days("card_substandard", _("Days overdue beyond which a card is substandard"), 90),
    days("card_doubtful", _("Days overdue beyond which a card is doubtful"), 120),
    days("card_loss", _("Days overdue beyond which a card is a loss"), 180),
)
PULLING = declare(
    Parameter(
        "non_performing_share",
        _("Non-performing share of a debtor in per cent beyond which its other claims follow"),
        Decimal(0),
        Decimal(100),
        Decimal(10),
    )
)
OBSERVED = declare(
    Parameter(
        "restructured_months",
        _("Months for which a restructured claim is under observation"),
        Decimal(12),
        Decimal(60),
        Decimal(12),
    )
)
CURED = declare(
    Parameter(
        "upgrade_months",
        _("Months without arrears before a non-performing claim is upgraded"),
        Decimal(1),
        Decimal(60),
        Decimal(6),
    )
)
# consecutive periods that are kept, where these are longer than the months
PERIODS = 2


def is_claim(holding: Holding) -> bool:
    """Whether a holding is what the bank lends."""
    return holding.kind == HoldingKind.LOAN or holding.product_code in CREDIT_CARDS


@dataclass(frozen=True)
class Limits:
    """The limits in force today, as the statement takes them."""

    loans: list[int]
    cards: list[int]
    share: Decimal
    observed: int
    cured: int


def limits() -> Limits:
    """What is in force today."""
    return Limits(
        loans=[int(value_of(one)) for one in LOANS],
        cards=[int(value_of(one)) for one in CARDS],
        share=value_of(PULLING) / 100,
        observed=int(value_of(OBSERVED)),
        cured=int(value_of(CURED)),
    )
