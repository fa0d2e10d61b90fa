"""The parameters of this module."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from .declared import Parameter, declare

CALENDAR_WARNING = declare(
    Parameter(
        "calendar_warning_days",
        _("Days before the last special day of a calendar on which a warning begins"),
        Decimal(1),
        Decimal(365),
        Decimal(90),
    )
)
RATE_STEP = declare(
    Parameter(
        "rate_step_percent",
        _("Change of a currency rate, in per cent, beyond which it is asked for again"),
        Decimal(1),
        Decimal(1000),
        Decimal(20),
    )
)
LONGEST_DEADLINE = declare(
    Parameter(
        "longest_deadline_days",
        _("Longest deadline of a service, in calendar days"),
        Decimal(1),
        Decimal(3650),
        Decimal(730),
    )
)
