"""What moved on holdings: balances month by month, and single bookings."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL, PERSONAL
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Through

from .customer import Customer
from .feeds import FedByBatch
from .holdings import Holding, money

MONTHS = 12


class HoldingYear(FedByBatch):
    """Month-end and average balances of a holding in one year, in base currency; January first."""

    holding = models.ForeignKey(
        Holding,
        models.PROTECT,
        related_name="years",
        db_index=False,
        verbose_name=_("holding"),
    )
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("account holder"),
    )
    year = models.PositiveSmallIntegerField(_("year"))
    month_end = ArrayField(
        money(None, null=True), size=MONTHS, verbose_name=_("month-end balances")
    )
    average = ArrayField(money(None, null=True), size=MONTHS, verbose_name=_("average balances"))

    RIGHTS_OF = Holding
    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    CLASSES = dict.fromkeys(["holding", "customer", "year"], INTERNAL) | dict.fromkeys(
        ["month_end", "average"], PERSONAL
    )
    objects = ScopedQuerySet["HoldingYear"].as_manager()

    class Meta:
        verbose_name = _("year of a holding")
        verbose_name_plural = _("years of holdings")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "holding", "year"],
                name="customers_year_once",
                violation_error_message=_("The balances of this year are there already."),
            ),
            models.CheckConstraint(
                name="customers_year_of_twelve_months",
                condition=Q(month_end__len=MONTHS, average__len=MONTHS),
                violation_error_message=_("A year has twelve months."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)


class Transaction(FedByBatch):
    """One booking on a holding; incoming amounts are positive, outgoing ones negative."""

    class Kind(models.TextChoices):
        SALARY = "salary", _("Salary")
        RENT = "rent", _("Rent")
        CARD_PAYMENT = "card_payment", _("Card payment")
        TRANSFER_IN = "transfer_in", _("Transfer received")
        TRANSFER_OUT = "transfer_out", _("Transfer sent")
        CASH_IN = "cash_in", _("Cash paid in")
        CASH_OUT = "cash_out", _("Cash withdrawn")
        SUPPLIER = "supplier", _("Payment to a supplier")
        SALES = "sales", _("Payment from a buyer")
        TAX = "tax", _("Tax")
        PAYROLL = "payroll", _("Payroll")
        INTEREST = "interest", _("Interest")
        FEE = "fee", _("Fee")
        REPAYMENT = "repayment", _("Loan repayment")
        DISBURSEMENT = "disbursement", _("Loan paid out")
        PURCHASE = "purchase", _("Purchase of an investment")
        REDEMPTION = "redemption", _("Redemption of an investment")
        OTHER = "other", pgettext_lazy("transaction", "Other")

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(
        Customer, models.DO_NOTHING, related_name="+", verbose_name=_("account holder")
    )
    holding = models.ForeignKey(
        Holding, models.DO_NOTHING, related_name="transactions", verbose_name=_("holding")
    )
    booked_on = models.DateField(_("booked on"))
    amount = money(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    counterparty = models.CharField(_("counterparty"), max_length=120)
    description = models.CharField(_("description"), max_length=200)
    source_system = models.CharField(_("source system"), max_length=20)
    source_key = models.CharField(_("key in the source system"), max_length=60)

    RIGHTS_OF = Holding
    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    CLASSES = dict.fromkeys(
        ["id", "customer", "holding", "booked_on", "currency", "kind"], INTERNAL
    ) | dict.fromkeys(["amount", "counterparty", "description"], PERSONAL)
    CLASSES |= dict.fromkeys(["source_system", "source_key"], INTERNAL)
    objects = ScopedQuerySet["Transaction"].as_manager()

    class Meta:
        managed = False  # partitioned by month; made by a migration in SQL
        db_table = "customers_transaction"
        default_permissions = ()
        verbose_name = _("transaction")
        verbose_name_plural = _("transactions")

    def __str__(self) -> str:
        return f"{self.booked_on} {self.amount} {self.currency}"
