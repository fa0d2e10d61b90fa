"""What this module tells on the timelines of customers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from customers.models import TimelineEntry
from customers.timeline.telling import Teller, Telling, add_teller, leave_untold

from .models import Claim, Classification, ScreeningHit

Kind = TimelineEntry.Kind
QUIET, GOOD, BAD = "ic-n", "ic-ok", "ic-bad"


def list_and_name(hit: ScreeningHit) -> str:
    """On which list somebody stands, and under which name."""
    return f"{hit.entry.watchlist} · {hit.listed_name}"


HITS = Teller(
    ScreeningHit,
    {
        "confirm": Telling(_("Confirmed a match with a watchlist"), Kind.CASE, "shield-x", BAD),
        "dismiss": Telling(_("Found a hit to be somebody else"), Kind.CASE, "shield-check", QUIET),
        "release": Telling(_("Released what a watchlist blocks"), Kind.CASE, "shield-check", GOOD),
    },
    gist=list_and_name,
)


CLAIMS = Teller(
    Claim,
    {
        "worsen": Telling(_("A claim fell into a worse class"), Kind.CASE, "trending-down", BAD),
        "propose": Telling(_("Proposed the class of a claim"), Kind.CASE, "scale", QUIET),
        "approve": Telling(_("Approved the class of a claim"), Kind.CASE, "scale", GOOD),
        "send_back": Telling(_("Sent the class of a claim back"), Kind.CASE, "undo-2", QUIET),
    },
    # between the proposal and its approval nothing has happened to the customer
    silent=frozenset({"review"}),
)


def register() -> None:
    """Let timelines tell of what happens in this module."""
    add_teller(HITS)
    add_teller(CLAIMS)
    leave_untold([Classification], "the claim is told to fall, to be proposed and approved")
