"""The catalogue: what the bank sells, from when to when, and to whom."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.dictionaries.entries import EntryField
from config_admin.figures.currencies import currency_choices
from crm.core.classes import INTERNAL
from crm.core.models import Move, Workflow
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import BankWide

from .names import Bilingual, code_field


class Product(Bilingual, Workflow):
    """Something that the bank sells or has sold; holdings know it by its code."""

    class Kind(models.TextChoices):
        DEPOSIT = "deposit", _("Deposits")
        WEALTH = "wealth", pgettext_lazy("product kind", "Wealth products")
        AGENCY = "agency", _("Agency products")
        LOAN = "loan", _("Loans")
        OFF_BALANCE = "off_balance", _("Off-balance products")
        CARD = "card", _("Cards")
        SERVICE = "service", _("Services")

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("product", "Draft")
        ON_SALE = "on_sale", pgettext_lazy("product", "On sale")
        WITHDRAWN = "withdrawn", pgettext_lazy("product", "Withdrawn")

    # what an investor buys is sold only with the risk that it carries
    INVESTMENTS = (Kind.WEALTH, Kind.AGENCY)
    MOVES = {
        "launch": Move(
            leaves=frozenset({Status.DRAFT}),
            enters=Status.ON_SALE,
            label=pgettext_lazy("product", "Put on sale"),
            question=_("Put %(name)s on sale?"),
            done=_("%(name)s is on sale."),
            refused=_("Only a draft can be put on sale. Status now: %(status)s."),
        ),
        "withdraw": Move(
            leaves=frozenset({Status.ON_SALE}),
            enters=Status.WITHDRAWN,
            label=pgettext_lazy("product", "Withdraw from sale"),
            question=_("Withdraw %(name)s from sale?"),
            done=_("%(name)s is withdrawn from sale."),
            refused=_("Only a product on sale can be withdrawn. Status now: %(status)s."),
            grave=True,
        ),
    }

    code = code_field(unique=True, error_messages={"unique": _("Another product has this code.")})
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.DRAFT, editable=False
    )
    sold_from = models.DateField(pgettext_lazy("product", "sold from"))
    sold_until = models.DateField(
        pgettext_lazy("product", "sold until"),
        null=True,
        blank=True,
        help_text=_("The last day. Left empty, it has no end."),
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{3}\Z", _("Enter three capital letters, as CNY."))],
        help_text=_("Left empty, it is sold in any currency."),
    )
    risk_level = EntryField(_("risk level"), dictionary="product_risk", blank=True)
    owner = models.CharField(pgettext_lazy("product", "department in charge"), max_length=80)
    eligibility = models.TextField(_("who may have it"), max_length=1000, blank=True)

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(
        [
            "code",
            "kind",
            "status",
            "sold_from",
            "sold_until",
            "currency",
            "risk_level",
            "owner",
            "eligibility",
        ],
        INTERNAL,
    )
    objects = ScopedQuerySet["Product"].as_manager()

    class Meta:
        db_table = "config_admin_product"
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["code"]
        default_permissions = ("view", "add", "change")
        permissions = [
            ("launch_product", _("Put a product on sale")),
            ("withdraw_product", _("Withdraw a product from sale")),
        ]
        constraints = [
            models.CheckConstraint(
                name="config_admin_product_period",
                condition=Q(sold_until__isnull=True) | Q(sold_until__gte=models.F("sold_from")),
                violation_error_message=_("The last day lies before the first."),
            )
        ]

    def clean(self) -> None:
        """Refuse what contradicts itself, beside its field."""
        first: dt.date | None = self.sold_from  # an unfinished form leaves it empty
        if first and self.sold_until and self.sold_until < first:
            raise ValidationError(
                {"sold_until": _("The last day lies before the first. Enter a later day.")}
            )
        if self.currency and self.currency not in dict(currency_choices()):
            raise ValidationError({"currency": _("Enter the code of a currency, such as CNY.")})
        if self.kind in self.INVESTMENTS and not self.risk_level and self.status != "draft":
            raise ValidationError({"risk_level": _("A product for investors needs a risk level.")})
