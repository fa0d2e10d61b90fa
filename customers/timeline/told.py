"""What this module tells of customers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from customers.models import (
    ConflictOfInterest,
    ContactPoint,
    Customer,
    HandedCustomer,
    Holding,
    IdentityDocument,
    IdentityKey,
    LifeFact,
    Link,
    Ownership,
    RelatedPerson,
    Restriction,
    SourceKey,
    TimelineEntry,
)

from .telling import SEE_CUSTOMERS, Teller, Telling, add_teller, leave_untold

# who may see what was changed and who looked at what
HISTORY = "customers.history_customer"
Kind = TimelineEntry.Kind
QUIET, GOOD, BAD = "ic-n", "ic-ok", "ic-bad"
REVEAL = {"reveal": Telling(_("Revealed a sealed value"), Kind.REVEAL, "eye", QUIET)}


def nothing(_record: object) -> str:
    """What is left to say of a record whose page it is: nothing."""
    return ""


TELLERS = (
    Teller(
        Customer,
        {
            "register": Telling(_("Registered the customer"), Kind.CHANGE, "user-plus"),
            "describe": Telling(_("Changed details"), Kind.CHANGE, "pencil", QUIET),
            "identify": Telling(
                _("Changed the name or who looks after the customer"), Kind.CHANGE, "pencil"
            ),
            "assign": Telling(_("Assigned another lead manager"), Kind.CHANGE, "user-round-cog"),
            "hand_over": Telling(
                _("Handed over to another manager"), Kind.CHANGE, "arrow-right-left"
            ),
            "activate": Telling(_("Activated the customer"), Kind.CHANGE, "check", GOOD),
            "make_dormant": Telling(_("Made the customer dormant"), Kind.CHANGE, "moon", QUIET),
            "close": Telling(_("Closed the relationship"), Kind.CHANGE, "x", BAD),
            "reopen": Telling(_("Took up the relationship again"), Kind.CHANGE, "rotate-ccw"),
        },
        # told as parts of it, or of the record that came of it
        silent=frozenset({"amend", "add_document", "add_contact", "restrict"}),
        gist=nothing,
        action=HISTORY,
    ),
    Teller(
        IdentityDocument,
        {
            "add_document": Telling(_("Added an identity document"), Kind.CHANGE, "id-card", QUIET),
            **REVEAL,
        },
        action=HISTORY,
    ),
    Teller(
        ContactPoint,
        {
            "add_contact": Telling(_("Added a contact point"), Kind.CHANGE, "phone", QUIET),
            **REVEAL,
        },
        action=HISTORY,
    ),
    Teller(Holding, REVEAL),
    Teller(
        Ownership,
        {
            "engage": Telling(_("Entered another manager"), Kind.CHANGE, "user-plus"),
            "end": Telling(_("Ended the work of another manager"), Kind.CHANGE, "user-minus"),
            "withdraw": Telling(_("Withdrew another manager"), Kind.CHANGE, "user-minus", QUIET),
        },
    ),
    Teller(
        RelatedPerson,
        {
            "correct_person": Telling(
                _("Corrected who stands behind the customer"), Kind.CHANGE, "pencil", QUIET
            ),
            **REVEAL,
        },
        action=HISTORY,
    ),
    Teller(
        LifeFact,
        {
            "establish": Telling(_("Entered life or capacity"), Kind.CHANGE, "heart-crack", BAD),
            "lift": Telling(_("Lifted what limited the customer"), Kind.CHANGE, "heart", GOOD),
        },
        gist=LifeFact.get_kind_display,
        # whoever opens the customer reads it there
        action=SEE_CUSTOMERS,
    ),
    Teller(
        Link,
        {
            "connect": Telling(_("Entered a relationship"), Kind.CHANGE, "waypoints"),
            "end": Telling(_("Ended a relationship"), Kind.CHANGE, "waypoints", QUIET),
        },
        # whoever opens the customer reads it there
        action=SEE_CUSTOMERS,
    ),
    Teller(
        Restriction,
        {
            "restrict": Telling(_("Stopped service"), Kind.CHANGE, "ban", BAD),
            "release": Telling(_("Let business go on until a day"), Kind.CHANGE, "shield-check"),
            "end": Telling(_("Took up service again"), Kind.CHANGE, "check", GOOD),
        },
        gist=Restriction.get_cause_display,
        # whoever opens the customer reads it in the banner
        action=SEE_CUSTOMERS,
    ),
    Teller(
        ConflictOfInterest,
        {
            "declare": Telling(_("Declared a conflict of interest"), Kind.CHANGE, "shield-alert"),
            "end": Telling(_("Ended a conflict of interest"), Kind.CHANGE, "shield-check"),
        },
    ),
)


def register() -> None:
    """Let timelines tell of what happens in this module."""
    for teller in TELLERS:
        add_teller(teller)
    leave_untold([SourceKey], "the number of a source system comes with the customer")
    leave_untold([IdentityKey], "guards the numbers of documents, which are told")
    leave_untold([HandedCustomer], "the customer is told to be handed over, once it is")
