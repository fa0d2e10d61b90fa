"""Files that other systems feed, and the base of all rows that come by them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.core.classes import INTERNAL
from crm.core.models import Record
from crm.core.models.records import Fed
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import System


class FeedBatch(Record):
    """One file that another system fed: what it was, who loaded it, and what came of its rows."""

    class Kind(models.TextChoices):
        HOLDINGS = "holdings", _("Holdings")
        PARTIES = "parties", _("Parties to holdings")
        BALANCES = "balances", _("Balances by month")
        TRANSACTIONS = "transactions", _("Transactions")

    kind = models.CharField(_("file"), max_length=16, choices=Kind)
    system = models.SlugField(_("source system"), max_length=20)
    business_date = models.DateField(_("business date"))
    checksum = models.CharField(_("checksum"), max_length=64)
    rows = models.PositiveBigIntegerField(_("rows read"), default=0)
    new = models.PositiveBigIntegerField(_("rows new"), default=0)
    changed = models.PositiveBigIntegerField(_("rows changed"), default=0)
    unchanged = models.PositiveBigIntegerField(_("rows unchanged"), default=0)
    refused = models.PositiveBigIntegerField(_("rows refused"), default=0)
    reasons = models.JSONField(_("reasons"), default=dict)
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("loaded by")
    )

    SCOPE = System()
    CLASSES = dict.fromkeys(
        [
            "kind",
            "system",
            "business_date",
            "checksum",
            "rows",
            "new",
            "changed",
            "unchanged",
            "refused",
            "reasons",
            "loaded_by",
        ],
        INTERNAL,
    )
    objects = ScopedQuerySet["FeedBatch"].as_manager()

    class Meta:
        verbose_name = _("fed file")
        verbose_name_plural = _("fed files")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                name="customers_feed_adds_up",
                condition=Q(rows=F("new") + F("changed") + F("unchanged") + F("refused")),
                violation_error_message=_(
                    "Every row of a file is new, changed, unchanged or refused."
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.business_date}"


class FedByBatch(Fed):
    """A row with the file that brought it, or last changed it."""

    batch = models.ForeignKey(
        FeedBatch, models.PROTECT, related_name="+", db_index=False, verbose_name=_("fed file")
    )

    CLASSES = {"batch": INTERNAL}

    class Meta:
        abstract = True
