"""The times that the rules give for complaints, and who keeps away from them."""

from __future__ import annotations

from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config_admin.figures.declared import Parameter, declare

LONGEST = 180


def days(code: str, label: str | Promise, usual: int, least: int = 1) -> Parameter:
    """A number of calendar days that the bank may set."""
    return declare(Parameter(code, label, Decimal(least), Decimal(LONGEST), Decimal(usual)))


LATE_ENTRY = days(
    "complaint_entry_days", _("Days after its receipt within which a complaint is entered"), 30
)
USUAL = days("complaint_days", _("Calendar days in which a complaint is answered"), 15)
COMPLEX = days(
    "complaint_complex_days", _("Calendar days in which a complex complaint is answered"), 30
)
EXTENSION = days(
    "complaint_extension_days", _("Calendar days by which a complex complaint is extended"), 30
)
DISPUTE = days(
    "complaint_dispute_days", _("Calendar days in which the answer to a complaint is disputed"), 30
)
REVIEW = days("complaint_review_days", _("Calendar days in which a complaint is reviewed"), 30)
WARNING = days(
    "complaint_warning_days", _("Days before a complaint is due on which it is told of"), 3
)
RECUSE_LEADER = declare(
    Parameter(
        "complaint_recuse_leader",
        _("Whoever leads the person complained of keeps away from the complaint (1 yes, 0 no)"),
        Decimal(0),
        Decimal(1),
        Decimal(1),
    )
)
