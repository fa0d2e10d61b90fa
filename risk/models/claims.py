"""What customers owe the bank, in the five classes of risk, and the decisions that put it there."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL, PERSONAL
from crm.core.models import Move, Record, Workflow
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Through
from customers.models import Customer, Holding


class RiskClass(models.IntegerChoices):
    """The classes of a claim, the worse the higher."""

    PASS = 1, pgettext_lazy("classification", "Pass")
    SPECIAL_MENTION = 2, pgettext_lazy("classification", "Special mention")
    SUBSTANDARD = 3, pgettext_lazy("classification", "Substandard")
    DOUBTFUL = 4, pgettext_lazy("classification", "Doubtful")
    LOSS = 5, pgettext_lazy("classification", "Loss")


NON_PERFORMING = (RiskClass.SUBSTANDARD, RiskClass.DOUBTFUL, RiskClass.LOSS)


def class_field(label: Any, *, null: bool = False) -> models.PositiveSmallIntegerField[Any, Any]:
    """A column for a class of risk."""
    return models.PositiveSmallIntegerField(label, choices=RiskClass, null=null, editable=False)


class ClaimQuerySet(ScopedQuerySet["Claim"]):
    """Claims of the bank."""

    def moved_since(self, first: dt.date) -> Self:
        """Those that decisions since a day have moved, with the class that they had before."""
        moves = Classification.objects.filter(claim=OuterRef("pk"), decided_on__gte=first)
        before = moves.order_by("id").values("from_class")[:1]
        return self.alias(moved_from=Subquery(before)).filter(moved_from__isnull=False)


class Claim(Workflow):
    """A loan or a credit card in its class of risk: never better than its floor.

    The floor is what the facts leave no choice about; a class better than the present one comes by
    a proposal that a second and a third person have agreed to.
    """

    class Status(models.TextChoices):
        CLASSIFIED = "classified", pgettext_lazy("claim", "Classified")
        PROPOSED = "proposed", pgettext_lazy("claim", "To be reviewed")
        REVIEWED = "reviewed", pgettext_lazy("claim", "To be approved")

    UNDECIDED = (Status.PROPOSED, Status.REVIEWED)
    MOVES = {
        "propose": Move(
            leaves=frozenset({Status.CLASSIFIED}),
            enters=Status.PROPOSED,
            label=_("Propose a class"),
            question=_("Which class do you propose for “%(name)s”?"),
            done=_("The class of “%(name)s” is proposed and waits for its review."),
            refused=_("A class is proposed already. Status now: %(status)s."),
        ),
        "review": Move(
            leaves=frozenset({Status.PROPOSED}),
            enters=Status.REVIEWED,
            label=pgettext_lazy("claim", "Review"),
            question=_("Do the facts bear the class proposed for “%(name)s”?"),
            done=_("The class of “%(name)s” is reviewed and waits for its approval."),
            refused=_("There is nothing to review. Status now: %(status)s."),
        ),
        "approve": Move(
            leaves=frozenset({Status.REVIEWED}),
            enters=Status.CLASSIFIED,
            label=pgettext_lazy("claim", "Approve"),
            question=_("Put “%(name)s” into the class that was reviewed?"),
            done=_("“%(name)s” is in its new class."),
            refused=_("Only what was reviewed can be approved. Status now: %(status)s."),
            grave=True,
        ),
        "send_back": Move(
            leaves=frozenset({Status.PROPOSED, Status.REVIEWED}),
            enters=Status.CLASSIFIED,
            label=pgettext_lazy("claim", "Send back"),
            question=_("Send the class proposed for “%(name)s” back?"),
            done=_("The proposal for “%(name)s” is sent back; the class stays."),
            refused=_("There is no proposal to send back. Status now: %(status)s."),
        ),
    }

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="claims", verbose_name=_("customer")
    )
    holding = models.OneToOneField(
        Holding, models.PROTECT, related_name="claim", verbose_name=_("holding")
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.CLASSIFIED, editable=False
    )
    risk_class = class_field(pgettext_lazy("claim", "class"))
    floor = class_field(_("floor"))
    since = models.DateField(pgettext_lazy("claim", "since"), editable=False)
    is_overdue = models.BooleanField(pgettext_lazy("claim", "overdue"), default=False)
    cleared_on = models.DateField(_("arrears cleared on"), null=True, editable=False)
    is_impaired = models.BooleanField(_("credit-impaired"), default=False)
    observed_from = models.DateField(_("under observation since"), null=True, editable=False)
    due_every = models.PositiveSmallIntegerField(_("months from due date to due date"), default=1)
    is_pulled = models.BooleanField(_("pulled along"), default=False)

    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    TOLD = frozenset({"status", "risk_class", "floor"})
    CLASSES = dict.fromkeys(["customer", "holding", "status", "since", "due_every"], INTERNAL) | (
        dict.fromkeys(
            [
                "risk_class",
                "floor",
                "is_overdue",
                "cleared_on",
                "is_impaired",
                "observed_from",
                "is_pulled",
            ],
            PERSONAL,
        )
    )
    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        default_permissions = ("view",)
        permissions = [
            ("propose_claim", _("Propose the class of a claim")),
            ("review_claim", _("Review the class proposed for a claim")),
            ("approve_claim", _("Approve the class of a claim")),
            ("send_back_claim", _("Send back the class proposed for a claim")),
        ]
        indexes = [
            models.Index(fields=["-risk_class", "id"], name="risk_claim_by_class"),
            models.Index(fields=["status", "-risk_class", "id"], name="risk_claim_by_status"),
            models.Index(fields=["-since", "-id"], name="risk_claim_by_since"),
        ]
        constraints = [
            models.CheckConstraint(
                name="risk_claim_not_better_than_floor",
                condition=Q(risk_class__gte=F("floor")),
                violation_error_message=_("The class is better than its floor."),
            ),
            models.CheckConstraint(
                name="risk_claim_in_classes",
                condition=Q(floor__gte=1, risk_class__lte=5),
                violation_error_message=_("There is no such class."),
            ),
            models.CheckConstraint(
                name="risk_claim_cleared",
                condition=Q(is_overdue=False) | Q(cleared_on=None),
                violation_error_message=_("What is overdue is not cleared."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.holding)

    @property
    def is_non_performing(self) -> bool:
        """Whether the claim is in one of the last three classes."""
        return self.risk_class in NON_PERFORMING


class Classification(Record):
    """A decision about the class of a claim: by the facts, or proposed, reviewed and approved."""

    class Cause(models.TextChoices):
        FACTS = "facts", _("Facts of the feed")
        PULLED = "pulled", _("Other claims on the debtor")
        PROPOSAL = "proposal", _("Proposal")

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("classification", "Open")
        DECIDED = "decided", pgettext_lazy("classification", "Decided")
        SENT_BACK = "sent_back", pgettext_lazy("classification", "Sent back")

    claim = models.ForeignKey(
        Claim, models.PROTECT, related_name="classifications", verbose_name=_("claim")
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, editable=False)
    cause = models.CharField(_("cause"), max_length=12, choices=Cause, editable=False)
    from_class = class_field(pgettext_lazy("classification", "from"))
    proposed_class = class_field(_("proposed class"), null=True)
    # a proposal is only ever made worse: what each of the first two said stays
    first_class = class_field(_("class proposed first"), null=True)
    reviewed_class = class_field(_("class reviewed"), null=True)
    risk_class = class_field(pgettext_lazy("classification", "to"), null=True)
    floor = class_field(_("floor"))
    overdue_days = models.PositiveIntegerField(_("days overdue"), editable=False)
    business_date = models.DateField(_("business date"), editable=False)
    decided_on = models.DateField(_("decided on"), null=True, editable=False)
    facts = models.CharField(_("facts"), max_length=500, blank=True, editable=False)
    facts_on = models.DateField(_("day of the facts"), null=True, editable=False)
    is_impaired = models.BooleanField(_("credit-impaired"), default=False)
    observed_from = models.DateField(_("under observation since"), null=True, editable=False)
    due_every = models.PositiveSmallIntegerField(_("months from due date to due date"), default=1)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("proposed by"),
        editable=False,
    )
    proposed_at = models.DateTimeField(_("proposed"), null=True, editable=False)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("classification", "reviewed by"),
        editable=False,
    )
    reviewed_at = models.DateTimeField(
        pgettext_lazy("classification", "reviewed"), null=True, editable=False
    )
    review = models.CharField(
        pgettext_lazy("classification", "review"), max_length=500, blank=True, editable=False
    )
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("classification", "closed by"),
        editable=False,
    )
    closed_at = models.DateTimeField(
        pgettext_lazy("classification", "closed"), null=True, editable=False
    )
    closing = models.CharField(
        pgettext_lazy("classification", "closing reason"),
        max_length=500,
        blank=True,
        editable=False,
    )

    RIGHTS_OF = Claim
    SCOPE = Through("claim")
    CLASSES = dict.fromkeys(
        [
            "claim",
            "status",
            "cause",
            "business_date",
            "decided_on",
            "facts_on",
            "due_every",
            "proposed_by",
            "proposed_at",
            "reviewed_by",
            "reviewed_at",
            "closed_by",
            "closed_at",
        ],
        INTERNAL,
    ) | dict.fromkeys(
        [
            "from_class",
            "proposed_class",
            "first_class",
            "reviewed_class",
            "risk_class",
            "floor",
            "overdue_days",
            "facts",
            "is_impaired",
            "observed_from",
            "review",
            "closing",
        ],
        PERSONAL,
    )
    objects = ScopedQuerySet["Classification"].as_manager()

    class Meta:
        verbose_name = _("risk classification")
        verbose_name_plural = _("risk classifications")
        default_permissions = ()
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["claim", "decided_on", "id"], name="risk_classification_moves")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["claim"],
                condition=Q(status="open"),
                name="risk_classification_open_once",
                violation_error_message=_("A class is proposed for this claim already."),
            ),
            models.CheckConstraint(
                name="risk_classification_decided",
                condition=~Q(status="decided")
                | Q(risk_class__isnull=False, decided_on__isnull=False, risk_class__gte=F("floor")),
                violation_error_message=_("The class is better than its floor."),
            ),
            models.CheckConstraint(
                name="risk_classification_three_apart",
                condition=(Q(reviewed_by=None) | ~Q(reviewed_by=F("proposed_by")))
                & (
                    ~Q(status="decided")
                    | Q(closed_by=None)
                    | ~(Q(closed_by=F("proposed_by")) | Q(closed_by=F("reviewed_by")))
                ),
                violation_error_message=_(
                    "Who proposes, who reviews and who approves are three persons."
                ),
            ),
            models.CheckConstraint(
                name="risk_classification_by_three",
                condition=~Q(cause="proposal", status="decided")
                | Q(
                    proposed_by__isnull=False,
                    reviewed_by__isnull=False,
                    closed_by__isnull=False,
                ),
                violation_error_message=_("A class is proposed, reviewed and approved."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_cause_display()
