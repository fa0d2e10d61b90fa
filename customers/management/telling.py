"""What a load has done, printed: totals, then reasons, then rows."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from customers.imports.load import Report

SHOWN = 20


def tell(say: Callable[[str], object], report: Report, *, everything: bool) -> None:
    """Print the totals, the reasons by how often, and the first refused rows, or all of them."""
    say(
        _(
            "%(rows)s rows: %(created)s created, %(updated)s updated, "
            "%(unchanged)s unchanged, %(refused)s refused."
        )
        % {
            "rows": report.rows,
            "created": report.created,
            "updated": report.updated,
            "unchanged": report.unchanged,
            "refused": report.refused,
        }
    )
    for code, count in report.by_reason().most_common():
        say(f"  {count:>6}  {code}")
    faults = report.faults if everything else report.faults[:SHOWN]
    for fault in faults:
        facts = {"line": fault.line, "column": fault.column, "message": fault.message}
        say(_("  line %(line)s, %(column)s: %(message)s") % facts)
    if len(faults) < len(report.faults):
        say(_("  … and more; --all-faults prints every one."))
