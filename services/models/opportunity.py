"""What the bank hopes to sell, and the stages through which it comes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.dictionaries.entries import EntryField
from config_admin.figures.currencies import currency_choices
from config_admin.models import Product
from config_admin.models.names import Bilingual, Retirable, RetirableQuerySet, code_field
from crm.core.classes import INTERNAL, PERSONAL
from crm.core.clock import bank_today
from crm.core.formats import money, percent
from crm.core.models import Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import BankWide
from customers.models import Customer
from services.opportunities.reach import OfSellers
from staff.models import Branch, StaffMember

SOURCES, LOSSES = "opportunity_source", "opportunity_loss"
# nobody has moved it along for so long
STALE = dt.timedelta(days=30)


class Outcome(models.TextChoices):
    """What has become of an opportunity."""

    OPEN = "open", pgettext_lazy("opportunity", "Open")
    WON = "won", pgettext_lazy("opportunity", "Won")
    LOST = "lost", pgettext_lazy("opportunity", "Lost")


class OpportunityStage(Bilingual, Retirable):
    """How far an opportunity is, and how likely it then comes to a sale."""

    Outcome = Outcome
    code = code_field(unique=True, error_messages={"unique": _("Another stage has this code.")})
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.OPEN)
    position = models.PositiveIntegerField(
        _("position"),
        default=0,
        validators=[MaxValueValidator(1_000_000)],
        help_text=_("Entries with smaller numbers come first."),
    )
    probability = models.PositiveSmallIntegerField(
        _("probability in per cent"),
        default=0,
        validators=[MaxValueValidator(100)],
        help_text=_("How many of a hundred come to a sale from here."),
    )

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["code", "outcome", "position", "probability"], INTERNAL)
    objects = RetirableQuerySet["OpportunityStage"].as_manager()

    class Meta:
        verbose_name = _("opportunity stage")
        verbose_name_plural = _("opportunity stages")
        default_permissions = ("view", "add", "change")
        permissions = [
            ("retire_opportunitystage", _("Retire an opportunity stage")),
            ("restore_opportunitystage", _("Take an opportunity stage into use again")),
        ]
        constraints = [
            models.CheckConstraint(
                name="services_stage_probability",
                condition=Q(outcome="open", probability__lte=100)
                | Q(outcome="won", probability=100)
                | Q(outcome="lost", probability=0),
                violation_error_message=_(
                    "What is won has a probability of 100 per cent, what is lost one of 0."
                ),
            )
        ]

    @property
    def shown_probability(self) -> str:
        """How likely it comes to a sale from here."""
        return percent(Decimal(self.probability) / 100, 0)

    @property
    def is_open(self) -> bool:
        """Whether an opportunity in this stage is still to be won."""
        return self.outcome == Outcome.OPEN


class OpportunityQuerySet(ScopedQuerySet["Opportunity"]):
    """Opportunities."""

    def open(self) -> Self:
        """Those still to be won."""
        return self.filter(outcome=Outcome.OPEN)


class Opportunity(Record):
    """A sale that a member of staff hopes for, of a product or a kind of product."""

    Outcome = Outcome
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="opportunities", verbose_name=_("customer")
    )
    product_kind = models.CharField(
        _("kind of product"), max_length=12, choices=Product.Kind, blank=True
    )
    product = models.ForeignKey(
        Product,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name=_("product"),
    )
    amount = models.DecimalField(
        _("expected amount"),
        max_digits=18,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    currency = models.CharField(_("currency"), max_length=3, choices=currency_choices)
    # by the rate of the day on which the amount was entered; what sums and sorts go by
    amount_base = models.DecimalField(
        _("in base currency"), max_digits=18, decimal_places=2, editable=False
    )
    closes_on = models.DateField(_("expected on"))
    stage = models.ForeignKey(
        OpportunityStage, models.PROTECT, related_name="opportunities", verbose_name=_("stage")
    )
    outcome = models.CharField(
        _("outcome"), max_length=8, choices=Outcome, default=Outcome.OPEN, editable=False
    )
    owner = models.ForeignKey(
        StaffMember,
        models.PROTECT,
        related_name="opportunities",
        verbose_name=pgettext_lazy("opportunity", "sold by"),
        db_index=False,
    )
    branch = models.ForeignKey(
        Branch,
        models.PROTECT,
        related_name="opportunities",
        verbose_name=_("branch"),
        db_index=False,
        editable=False,
    )
    source = EntryField(pgettext_lazy("opportunity", "source"), dictionary=SOURCES, blank=True)
    lost_reason = EntryField(_("why it was lost"), dictionary=LOSSES, blank=True)
    remark = models.TextField(pgettext_lazy("opportunity", "remark"), max_length=500, blank=True)
    staged_on = models.DateField(_("in this stage since"), default=bank_today, editable=False)
    closed_on = models.DateField(
        pgettext_lazy("opportunity", "closed on"), null=True, editable=False
    )
    referral = models.OneToOneField(
        "services.Referral",
        models.PROTECT,
        null=True,
        related_name="opportunity",
        verbose_name=_("referral"),
        editable=False,
    )

    SCOPE = OfSellers("branch", owner="owner__user", leader="owner__supervisor__user")
    AUDIT_SUBJECT = "customer_id"
    CONFIDENTIAL = True
    CLASSES = dict.fromkeys(
        [
            "customer",
            "product_kind",
            "product",
            "amount",
            "currency",
            "amount_base",
            "closes_on",
            "stage",
            "outcome",
            "owner",
            "branch",
            "source",
            "lost_reason",
            "staged_on",
            "closed_on",
            "referral",
        ],
        INTERNAL,
    ) | {"remark": PERSONAL}
    objects = OpportunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        default_permissions = ("view", "add", "change")
        permissions = [("move_opportunity", _("Move an opportunity to another stage"))]
        indexes = [
            models.Index(
                fields=["owner", "outcome", "closes_on", "id"], name="services_opp_by_owner"
            ),
            models.Index(
                fields=["branch", "outcome", "closes_on", "id"], name="services_opp_by_branch"
            ),
            models.Index(fields=["outcome", "closes_on", "id"], name="services_opp_by_day"),
            models.Index(fields=["closes_on", "id"], name="services_opp_by_closing"),
            models.Index(fields=["amount_base", "id"], name="services_opp_by_amount"),
            models.Index(fields=["stage", "closes_on", "id"], name="services_opp_by_stage"),
            models.Index(
                fields=["stage", "closed_on"],
                name="services_opp_closed",
                condition=Q(closed_on__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="services_opp_amount_above_zero",
                condition=Q(amount__gt=0, amount_base__gte=0),
                violation_error_message=_("Enter an amount above zero."),
            ),
            models.CheckConstraint(
                name="services_opp_kind_known",
                condition=~Q(product_kind=""),
                violation_error_message=_("Choose a product or a kind of product."),
            ),
            models.CheckConstraint(
                name="services_opp_closed",
                condition=Q(outcome="open", closed_on__isnull=True)
                | (~Q(outcome="open") & Q(closed_on__isnull=False)),
                violation_error_message=_("What is won or lost has the day of its end."),
            ),
            models.CheckConstraint(
                name="services_opp_lost_for_a_reason",
                condition=Q(outcome="lost") & ~Q(lost_reason="")
                | ~Q(outcome="lost") & Q(lost_reason=""),
                violation_error_message=_("What is lost has a reason, and nothing else has."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.shown_product}"

    def can(self, verb: str) -> bool:
        """Whether it is still to be won, and so can be changed or moved."""
        return self.outcome == Outcome.OPEN

    @property
    def shown_product(self) -> str:
        """The product, or else its kind."""
        return str(self.product or self.get_product_kind_display())

    shown_product.fget.label = _("product")  # type: ignore[attr-defined]

    @property
    def shown_amount(self) -> str:
        """The amount in its own currency."""
        return money(self.amount, self.currency)

    shown_amount.fget.label = _("expected amount")  # type: ignore[attr-defined]

    @property
    def shown_probability(self) -> str:
        """How likely it comes to a sale from its stage."""
        return self.stage.shown_probability

    shown_probability.fget.label = _("probability")  # type: ignore[attr-defined]

    @property
    def referred_by(self) -> StaffMember | None:
        """Who pointed the customer out, and is credited with it."""
        return self.referral.from_member if self.referral else None

    referred_by.fget.label = _("referred by")  # type: ignore[attr-defined]

    @property
    def is_late(self) -> bool:
        """Whether the day on which it was expected is over."""
        return self.can("move") and self.closes_on < bank_today()

    @property
    def is_stale(self) -> bool:
        """Whether nobody has moved it along for long."""
        return self.can("move") and self.staged_on <= bank_today() - STALE
