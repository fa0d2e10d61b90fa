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
LONGEST_DEADLINE = declare(
    Parameter(
        "longest_deadline_days",
        _("Longest deadline of a service, in calendar days"),
        Decimal(1),
        Decimal(3650),
        Decimal(730),
    )
)
