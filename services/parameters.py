"""The parameters of this module."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from config_admin.figures.declared import Parameter, declare

REOPEN_DAYS = declare(
    Parameter(
        "reopen_days",
        _("Days after its end within which a service request can be reopened"),
        Decimal(0),
        Decimal(365),
        Decimal(14),
    )
)
RISK_SHARE = declare(
    Parameter(
        "risk_share",
        _("Share of a deadline, in per cent, after which a service request is at risk"),
        Decimal(1),
        Decimal(99),
        Decimal(80),
    )
)
