"""What customers have with the bank; fed from the bank's other systems and never edited here."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL, PERSONAL, SENSITIVE
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Through
from crm.core.sealed import SealedField
from customers.products import DEBTS, HoldingKind, product_choices, product_name
from staff.models import Branch

from .customer import Customer
from .feeds import FedByBatch


def money(label: Any, *, null: bool = False) -> models.DecimalField[Any, Any]:
    """A column for amounts."""
    return models.DecimalField(label, max_digits=18, decimal_places=2, null=null)


class Holding(FedByBatch):
    """A product that a customer holds: an account, a loan, a card, an investment.

    The customer is the account holder; others who have to do with it are its parties. What changes
    every night stands in no index, so that the feed can write it in place.
    """

    Kind = HoldingKind

    class Status(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("account", "Active")
        DORMANT = "dormant", pgettext_lazy("account", "Dormant")
        FROZEN = "frozen", _("Frozen")
        CLOSED = "closed", pgettext_lazy("account", "Closed")

    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        related_name="holdings",
        db_index=False,
        verbose_name=_("account holder"),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    product_code = models.CharField(_("product"), max_length=32, choices=product_choices)
    source_system = models.SlugField(_("source system"), max_length=20, db_index=False)
    source_key = models.CharField(_("key in the source system"), max_length=40)
    number = SealedField(_("account number"))
    number_index = models.BinaryField(editable=False)
    mask = models.CharField(_("account number"), max_length=40, editable=False)
    currency = models.CharField(_("currency"), max_length=3)
    balance = money(_("balance"))
    balance_base = money(_("balance in base currency"))
    credit_limit = money(_("credit limit"), null=True)
    principal = money(_("principal"), null=True)
    rate = models.DecimalField(_("rate"), max_digits=9, decimal_places=6, null=True)
    account_branch = models.ForeignKey(
        Branch,
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("account-opening branch"),
    )
    opened_on = models.DateField(pgettext_lazy("account", "opened on"))
    matures_on = models.DateField(_("matures on"), null=True)
    closed_on = models.DateField(_("closed on"), null=True)
    status = models.CharField(_("status"), max_length=8, choices=Status)
    overdue_days = models.PositiveIntegerField(_("days overdue"), default=0)
    business_date = models.DateField(_("business date"))

    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    CLASSES = dict.fromkeys(
        [
            "customer",
            "kind",
            "product_code",
            "source_system",
            "source_key",
            "currency",
            "account_branch",
            "opened_on",
            "matures_on",
            "closed_on",
            "status",
            "business_date",
        ],
        INTERNAL,
    ) | {
        "number": SENSITIVE,
        "number_index": SENSITIVE,
        "mask": PERSONAL,
        "balance": PERSONAL,
        "balance_base": PERSONAL,
        "credit_limit": PERSONAL,
        "principal": PERSONAL,
        "rate": PERSONAL,
        "overdue_days": PERSONAL,
    }
    objects = ScopedQuerySet["Holding"].as_manager()

    class Meta:
        verbose_name = _("holding")
        verbose_name_plural = _("holdings")
        default_permissions = ("view",)
        permissions = [("load_holding", _("Load holdings from files"))]
        indexes = [
            models.Index(fields=["customer", "kind"], name="customers_holding_customer"),
            models.Index(fields=["number_index"], name="customers_holding_number"),
            models.Index(fields=["opened_on", "id"], name="customers_holding_opened"),
            models.Index(fields=["matures_on", "id"], name="customers_holding_matures"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source_system", "source_key"],
                name="customers_holding_once",
                violation_error_message=_("The source system has given this key already."),
            ),
            models.CheckConstraint(
                name="customers_holding_closing",
                condition=Q(status="closed") | Q(closed_on__isnull=True),
                violation_error_message=_("Only a closed holding has a closing day."),
            ),
            models.CheckConstraint(
                name="customers_holding_maturity",
                condition=Q(matures_on__isnull=True) | Q(matures_on__gte=F("opened_on")),
                violation_error_message=_("A holding matures after it was opened."),
            ),
            models.CheckConstraint(
                name="customers_holding_overdue",
                condition=Q(overdue_days=0) | Q(kind__in=[kind.value for kind in DEBTS]),
                violation_error_message=_("Only what is owed can be overdue."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_product_code_display()} {self.mask}"

    def get_product_code_display(self) -> str:  # type: ignore[no-redef]
        """The product as the bank's catalogue calls it."""
        return product_name(self.product_code)

    @property
    def is_debt(self) -> bool:
        """Whether the balance is what the customer owes."""
        return self.kind in DEBTS

    @property
    def is_closed(self) -> bool:
        """Whether the holding has come to its end."""
        return self.status == self.Status.CLOSED


class HoldingParty(FedByBatch):
    """What a customer is to a holding: its holder, a guarantor, an agent."""

    class Role(models.TextChoices):
        ACCOUNT_HOLDER = "account_holder", _("Account holder")
        JOINT_HOLDER = "joint_holder", _("Joint holder")
        BORROWER = "borrower", _("Borrower")
        CO_BORROWER = "co_borrower", _("Co-borrower")
        GUARANTOR = "guarantor", _("Guarantor")
        MORTGAGOR = "mortgagor", _("Mortgagor")
        PLEDGOR = "pledgor", _("Pledgor")
        MAIN_CARDHOLDER = "main_cardholder", _("Main cardholder")
        SUPPLEMENTARY_CARDHOLDER = "supplementary_cardholder", _("Supplementary cardholder")
        AGENT = "agent", _("Agent")
        POLICYHOLDER = "policyholder", _("Policyholder")
        INSURED = "insured", _("Insured")
        BENEFICIARY = "beneficiary", _("Beneficiary")

    # who has the holding, or owes it: only their totals count it
    OWNING = frozenset(
        {
            Role.ACCOUNT_HOLDER,
            Role.JOINT_HOLDER,
            Role.BORROWER,
            Role.CO_BORROWER,
            Role.MAIN_CARDHOLDER,
        }
    )
    HOLDERS = {
        HoldingKind.DEPOSIT: Role.ACCOUNT_HOLDER,
        HoldingKind.INVESTMENT: Role.ACCOUNT_HOLDER,
        HoldingKind.LOAN: Role.BORROWER,
        HoldingKind.CARD: Role.MAIN_CARDHOLDER,
    }

    holding = models.ForeignKey(
        Holding, models.PROTECT, related_name="parties", verbose_name=_("holding")
    )
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("customer"),
    )
    role = models.CharField(pgettext_lazy("party", "role"), max_length=24, choices=Role)
    valid = DateRangeField(_("valid"))

    RIGHTS_OF = Holding
    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    CLASSES = dict.fromkeys(["holding", "customer", "role", "valid"], INTERNAL)
    objects = ScopedQuerySet["HoldingParty"].as_manager()

    class Meta:
        verbose_name = _("party to a holding")
        verbose_name_plural = _("parties to holdings")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "holding", "role"],
                name="customers_party_once",
                violation_error_message=_("The customer has this role in the holding already."),
            ),
            models.CheckConstraint(
                name="customers_party_not_empty",
                condition=Q(valid__isempty=False),
                violation_error_message=_("A role must begin before it ends."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_role_display()
