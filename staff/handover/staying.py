"""Foreign keys of this module to members of staff that no handover moves, and why."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .parts import records, stays


def register() -> None:
    """Make known what stays with somebody who hands over."""
    stays("staff.licence.member", _("A licence is the person's own."))
    stays("staff.staffassignment.member", _("The post stays; another one is given on their page."))
    stays(
        "staff.staffassignment.supervisor",
        _("Assignments with them as supervisor change on the page of whoever holds the post."),
    )
    stays(
        "staff.staffmember.supervisor",
        _("Who reports to them gets another supervisor on their own page."),
    )
    records("staff.handover.from_member", "staff.handover.to_member")
