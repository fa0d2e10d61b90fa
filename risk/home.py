"""What this module shows on homes: what those who decide about risks decide next."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.home import Figure, add_figure

from .cases.resources import case
from .classification.resources import claim
from .screening.resources import hit

FIGURES = (
    Figure(_("Hits to decide"), hit, "status=open", 42, "risk.confirm_screeninghit", "warn"),
    Figure(_("Cases to assign"), case, "status=new", 44, "risk.assign_alertcase", "warn"),
    Figure(_("Classes to review"), claim, "status=proposed", 46, "risk.review_claim", "warn"),
    Figure(_("Classes to approve"), claim, "status=reviewed", 47, "risk.approve_claim", "warn"),
)


def register() -> None:
    """Show the figures on homes."""
    for figure in FIGURES:
        add_figure(figure)
