"""What this module tells on the timelines of customers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.formats import day
from customers.models import TimelineEntry
from customers.timeline.telling import Teller, Telling, add_teller

from .models import Diligence, ScreeningHit

Kind = TimelineEntry.Kind
QUIET, GOOD, BAD = "ic-n", "ic-ok", "ic-bad"


def list_and_name(hit: ScreeningHit) -> str:
    """On which list somebody stands, and under which name."""
    return f"{hit.entry.watchlist} · {hit.listed_name}"


def level_and_review(diligence: Diligence) -> str:
    """The level of a customer, and by when it is reviewed."""
    return f"{diligence.shown_level} · {day(diligence.due_on)}"


HITS = Teller(
    ScreeningHit,
    {
        "confirm": Telling(_("Confirmed a match with a watchlist"), Kind.CASE, "shield-x", BAD),
        "dismiss": Telling(_("Found a hit to be somebody else"), Kind.CASE, "shield-check", QUIET),
        "release": Telling(_("Released what a watchlist blocks"), Kind.CASE, "shield-check", GOOD),
    },
    gist=list_and_name,
)


RATINGS = Teller(
    Diligence,
    {
        "rate": Telling(_("Rated the risk of the customer"), Kind.CHANGE, "shield-check"),
        "override": Telling(_("Set another risk level"), Kind.CHANGE, "shield-alert"),
    },
    gist=level_and_review,
)


def register() -> None:
    """Let timelines tell of what happens in this module."""
    add_teller(HITS)
    add_teller(RATINGS)
