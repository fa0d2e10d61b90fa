"""Why rows are refused, in a few words: what codes are called where they are counted."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

REASONS = {
    "bad_row": _("Row cannot be read"),
    "bad_customer_no": _("Customer number missing or too long"),
    "formula": _("Looks like a formula"),
    "lost_digits": _("Number lost digits in a spreadsheet"),
    "unknown_kind": _("Neither person nor organisation"),
    "missing_name": _("Name missing"),
    "bad_name": _("Name with control characters"),
    "too_long_name": _("Name too long"),
    "too_long_city": _("City too long"),
    "too_long_address": _("Address too long"),
    "unknown_status": _("Unknown status"),
    "bad_date": _("Not a day of the calendar"),
    "future_date": _("Day still to come"),
    "unknown_gender": _("Unknown gender"),
    "unknown_country": _("Unknown country"),
    "unknown_document_type": _("Document does not fit"),
    "bad_check_digit": _("Document number wrong"),
    "bad_mobile": _("Mobile number wrong"),
    "bad_email": _("E-mail address wrong"),
    "unknown_branch": _("Unknown branch, or out of reach"),
    "unknown_manager": _("Unknown member of staff, or out of reach"),
    "duplicate_in_file": _("Twice in the file"),
    "identity_known": _("Identity of another customer"),
    "out_of_reach": _("Customer out of reach"),
    "conflict_of_interest": _("Conflict of interest of the manager"),
    "kind_changed": _("Other kind of customer"),
}


def counted(reasons: Mapping[str, int]) -> list[tuple[str, int]]:
    """How many rows each reason refused, the most frequent first."""
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return [(str(REASONS.get(code, code)), count) for code, count in ordered]
