"""What this module tells on the timelines of customers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.formats import day
from customers.models import TimelineEntry
from customers.timeline.telling import Teller, Telling, add_teller, leave_untold

from .models import (
    Alert,
    AlertCase,
    CaseProposal,
    CaseQuestion,
    Claim,
    Classification,
    Diligence,
    ScreeningHit,
)

Kind = TimelineEntry.Kind
QUIET, GOOD, WARN, BAD = "ic-n", "ic-ok", "ic-warn", "ic-bad"


def list_and_name(hit: ScreeningHit) -> str:
    """On which list somebody stands, under which name, and who behind the customer it is."""
    facts = (hit.entry.watchlist, hit.listed_name, hit.person)
    return " · ".join(str(fact) for fact in facts if fact)


def number_and_family(case: AlertCase) -> str:
    """Which case it is, and about what."""
    return f"{case.number} · {case.get_family_display()}"


def level_and_review(diligence: Diligence) -> str:
    """The level of a customer, and by when it is reviewed."""
    return f"{diligence.shown_level} · {day(diligence.due_on)}"


HITS = Teller(
    ScreeningHit,
    {
        "confirm": Telling(_("Confirmed a match with a watchlist"), Kind.CASE, "shield-x", BAD),
        "dismiss": Telling(_("Found a hit to be somebody else"), Kind.CASE, "shield-check", QUIET),
        "reopen": Telling(_("Opened a hit again"), Kind.CASE, "rotate-ccw", WARN),
        "release": Telling(_("Released what a watchlist blocks"), Kind.CASE, "shield-check", GOOD),
        "lift": Telling(_("Took up service again by authority"), Kind.CASE, "shield-check", GOOD),
    },
    gist=list_and_name,
)
CASES = Teller(
    AlertCase,
    {
        "open": Telling(_("Opened an alert case after a warning"), Kind.CASE, "siren", WARN),
        "assign": Telling(_("Assigned an alert case"), Kind.CASE, "user-round-cog", QUIET),
        "ask": Telling(
            _("Asked for information about a warning"), Kind.CASE, "circle-question-mark", WARN
        ),
        "answer": Telling(_("Gave information about a warning"), Kind.CASE, "reply"),
        "escalate": Telling(_("Escalated an alert case"), Kind.CASE, "triangle-alert", BAD),
        "propose": Telling(_("Proposed a decision on a warning"), Kind.CASE, "file-pen", QUIET),
        "approve": Telling(_("Closed an alert case"), Kind.CASE, "archive", GOOD),
        "send_back": Telling(_("Sent a decision on a warning back"), Kind.CASE, "undo-2", QUIET),
        "reopen": Telling(_("Opened an alert case again"), Kind.CASE, "rotate-ccw", WARN),
    },
    gist=number_and_family,
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
    add_teller(CASES)
    leave_untold([Alert], "the case that it stands in is told of")
    leave_untold([CaseQuestion, CaseProposal], "the case is told to be asked about and decided")
    add_teller(CLAIMS)
    leave_untold([Classification], "the claim is told to fall, to be proposed and approved")
    add_teller(RATINGS)
