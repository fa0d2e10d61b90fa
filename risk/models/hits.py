"""Customers, and people behind them, whose name may be on a watchlist; what was decided."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL, PERSONAL
from crm.core.models import Derived, Move, Workflow
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Through
from customers.models import Customer, RelatedPerson

from .watchlists import WatchlistEntry


class HitQuerySet(ScopedQuerySet["ScreeningHit"]):
    """Hits of the screening."""

    def undecided(self) -> Self:
        """Those that nobody has decided."""
        return self.filter(status=ScreeningHit.Status.OPEN)

    def decided(self) -> Self:
        """Those that somebody has decided."""
        status = ScreeningHit.Status
        return self.filter(status__in=[status.CONFIRMED, status.DISMISSED, status.LIFTED])

    def confirmed(self) -> Self:
        """Those of customers who are on the list."""
        return self.filter(status=ScreeningHit.Status.CONFIRMED)


class ScreeningHit(Workflow):
    """A customer who may be somebody on a watchlist: to be decided, with a reason.

    With a `person` it is somebody behind the customer, and no customer.
    """

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("hit", "To be decided")
        CONFIRMED = "confirmed", pgettext_lazy("hit", "Confirmed")
        DISMISSED = "dismissed", _("False positive")
        LIFTED = "lifted", _("Lifted by the authority")
        OVER = "over", pgettext_lazy("hit", "Over")

    _DECIDED = _("This hit has been decided already. Status now: %(status)s.")
    MOVES = {
        "confirm": Move(
            leaves=frozenset({Status.OPEN}),
            enters=Status.CONFIRMED,
            label=pgettext_lazy("hit", "Confirm"),
            question=_(
                "Is this the one on the list? Service stops at once for a customer and, by a "
                "statutory list, for whomever “%(name)s” rules or acts for."
            ),
            done=_("“%(name)s” is confirmed."),
            refused=_DECIDED,
            grave=True,
        ),
        "dismiss": Move(
            leaves=frozenset({Status.OPEN}),
            enters=Status.DISMISSED,
            label=_("False positive"),
            question=_("Is this somebody else? “%(name)s” stays silent until either side changes."),
            done=_("“%(name)s” is a false positive."),
            refused=_DECIDED,
        ),
        "reopen": Move(
            leaves=frozenset({Status.DISMISSED}),
            enters=Status.OPEN,
            label=pgettext_lazy("hit", "Reopen"),
            question=_("Decide “%(name)s” once more? What was decided stays on record."),
            done=_("“%(name)s” is to be decided once more."),
            refused=_("Only a false positive is opened again. Status now: %(status)s."),
        ),
        "release": Move(
            leaves=frozenset({Status.CONFIRMED}),
            enters=Status.CONFIRMED,
            label=_("Release for a time"),
            question=_("Let business with the customer go on although “%(name)s” is confirmed?"),
            done=_("Business with the customer of “%(name)s” may go on until that day."),
            refused=_("Only a confirmed hit can be released. Status now: %(status)s."),
        ),
        "lift": Move(
            leaves=frozenset({Status.CONFIRMED}),
            enters=Status.LIFTED,
            label=_("Lifted by the authority"),
            question=_(
                "Has the authority lifted what stops “%(name)s”? Name its decision, with number "
                "and day, as the reason."
            ),
            done=_("Service that “%(name)s” had stopped goes on."),
            refused=_("Only a confirmed hit can be lifted. Status now: %(status)s."),
        ),
    }

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="screening_hits", verbose_name=_("customer")
    )
    person = models.ForeignKey(
        RelatedPerson,
        models.PROTECT,
        null=True,
        related_name="screening_hits",
        verbose_name=_("person behind the customer"),
        editable=False,
    )
    entry = models.ForeignKey(
        WatchlistEntry, models.PROTECT, related_name="hits", verbose_name=_("entry")
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.OPEN, editable=False
    )
    score = models.PositiveSmallIntegerField(pgettext_lazy("hit", "score"), editable=False)
    customer_name = models.CharField(_("name of the customer"), max_length=160, editable=False)
    listed_name = models.CharField(_("name on the list"), max_length=400, editable=False)
    explanation = models.JSONField(_("explanation"), editable=False)
    customer_digest = models.CharField(
        _("digest of the customer's identity"), max_length=64, editable=False
    )
    entry_digest = models.CharField(_("digest of the entry"), max_length=64, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("hit", "decided by"),
        editable=False,
    )
    decided_at = models.DateTimeField(pgettext_lazy("hit", "decided"), null=True, editable=False)
    decision = models.CharField(_("reason"), max_length=500, blank=True, editable=False)

    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    CONFIDENTIAL = True
    CLASSES = dict.fromkeys(
        [
            "customer",
            "person",
            "entry",
            "status",
            "score",
            "customer_digest",
            "entry_digest",
            "decided_by",
            "decided_at",
        ],
        INTERNAL,
    ) | dict.fromkeys(["customer_name", "listed_name", "explanation", "decision"], PERSONAL)
    objects = HitQuerySet.as_manager()

    class Meta:
        verbose_name = _("screening hit")
        verbose_name_plural = _("screening hits")
        default_permissions = ("view",)
        permissions = [
            ("confirm_screeninghit", _("Confirm a screening hit")),
            ("dismiss_screeninghit", _("Decide that a screening hit is a false positive")),
            ("reopen_screeninghit", _("Open a false positive again")),
            ("release_screeninghit", _("Release what a match with an own list blocks")),
            ("lift_screeninghit", _("Take up service again by decision of the authority")),
        ]
        indexes = [
            models.Index(fields=["-score", "id"], name="risk_hit_by_score"),
            models.Index(fields=["status", "-score", "id"], name="risk_hit_by_status"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "person", "entry"],
                condition=Q(status="open"),
                nulls_distinct=False,
                name="risk_hit_open_once",
                violation_error_message=_("This hit is open already."),
            ),
            models.CheckConstraint(
                name="risk_hit_decided",
                condition=Q(status__in=["open", "over"])
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decision=""),
                violation_error_message=_("Who decides says why."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_name} · {self.listed_name}"

    @property
    def screened(self) -> str:
        """Which of the two was screened: the customer, or the person behind."""
        return "customer" if self.person_id is None else "person"

    @property
    def source(self) -> str:
        """What a restriction names that goes back to this hit."""
        return f"{self._meta.label_lower}:{self.pk}"


class ScreenedCustomer(Derived):
    """The keys by which a customer is found when a list changes, and the identity they are of."""

    customer = models.OneToOneField(
        Customer, models.CASCADE, primary_key=True, related_name="screened"
    )
    digest = models.CharField(max_length=64)
    keys = ArrayField(models.TextField())

    CLASSES = {"customer": INTERNAL, "digest": INTERNAL, "keys": PERSONAL}
    UNSHOWN = "by which screening finds; the customers themselves are shown"

    class Meta:
        db_table = "risk_screened_customer"
        default_permissions = ()
        indexes = [GinIndex(fields=["keys"], name="risk_screened_keys", fastupdate=True)]

    def __str__(self) -> str:
        return f"{self.customer_id}"


class ScreenedPerson(Derived):
    """The same of a person behind a customer who is none."""

    person = models.OneToOneField(
        RelatedPerson, models.CASCADE, primary_key=True, related_name="screened"
    )
    digest = models.CharField(max_length=64)
    keys = ArrayField(models.TextField())

    CLASSES = {"person": INTERNAL, "digest": INTERNAL, "keys": PERSONAL}
    UNSHOWN = "by which screening finds; the people themselves are shown"

    class Meta:
        db_table = "risk_screened_person"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.person_id}"
