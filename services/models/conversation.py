"""What is said about a request, and what is checked before it is done."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.models import ChecklistItem
from crm.core.classes import INTERNAL, PERSONAL
from crm.core.models import Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Through
from customers.models import Customer

from .requests import ServiceRequest


class RequestEntry(Record):
    """A note among colleagues, a reply to the customer, or what the customer said; it stays."""

    class Kind(models.TextChoices):
        REPLY = "reply", _("Reply to the customer")
        MESSAGE = "message", _("Message from the customer")
        NOTE = "note", _("Note for colleagues")

    TRIGGERS = {
        "services_entry_kept": _(
            "What is said in a conversation stays as it is. Write another one."
        )
    }

    request = models.ForeignKey(
        ServiceRequest, models.PROTECT, related_name="entries", verbose_name=_("service request")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="+", db_index=False, verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    text = models.TextField(pgettext_lazy("conversation", "text"), max_length=4000)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("entered by"),
        editable=False,
    )
    at = models.DateTimeField(pgettext_lazy("conversation", "at"), editable=False)

    RIGHTS_OF = ServiceRequest
    SCOPE = Through("request")
    AUDIT_SUBJECT = "customer_id"
    CLASSES = dict.fromkeys(["request", "customer", "kind", "author", "at"], INTERNAL) | {
        "text": PERSONAL
    }
    objects = ScopedQuerySet["RequestEntry"].as_manager()

    class Meta:
        db_table = "services_entry"
        verbose_name = _("entry of a conversation")
        verbose_name_plural = _("entries of a conversation")
        ordering = ["at", "id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="services_entry_not_empty",
                condition=~Q(text=""),
                violation_error_message=_("Write what was said."),
            )
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class RequestCheck(Record):
    """An item of the checklist as it stood when the request was entered, ticked or not."""

    request = models.ForeignKey(
        ServiceRequest, models.PROTECT, related_name="checks", verbose_name=_("service request")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="+", db_index=False, verbose_name=_("customer")
    )
    item = models.ForeignKey(
        ChecklistItem, models.PROTECT, related_name="+", verbose_name=_("checklist item")
    )
    is_required = models.BooleanField(_("must be ticked"))
    ticked_at = models.DateTimeField(_("ticked"), null=True)
    ticked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("ticked by"),
    )

    RIGHTS_OF = ServiceRequest
    SCOPE = Through("request")
    AUDIT_SUBJECT = "customer_id"
    CLASSES = dict.fromkeys(
        ["request", "customer", "item", "is_required", "ticked_at", "ticked_by"], INTERNAL
    )
    objects = ScopedQuerySet["RequestCheck"].as_manager()

    class Meta:
        db_table = "services_check"
        verbose_name = _("check of a request")
        verbose_name_plural = _("checks of a request")
        ordering = ["item__position", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["request", "item"], name="services_check_once"),
            models.CheckConstraint(
                name="services_check_by_somebody",
                condition=Q(ticked_at__isnull=True, ticked_by__isnull=True)
                | Q(ticked_at__isnull=False, ticked_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.item)
