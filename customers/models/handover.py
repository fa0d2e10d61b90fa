"""Customers who are handed from one manager to another."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL
from crm.core.models import Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Through
from staff.models import Handover

from .customer import Customer


class HandedCustomer(Record):
    """A customer in a handover: waiting, moved, or left where they were, with the cause."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("handed customer", "Waiting")
        MOVED = "moved", pgettext_lazy("handed customer", "Moved")
        LEFT = "left", pgettext_lazy("handed customer", "Left out")
        DROPPED = "dropped", pgettext_lazy("handed customer", "Not handed over")

    class Cause(models.TextChoices):
        ENDED = "ended", _("The relationship with the customer has ended.")
        MERGED = "merged", _("The customer was merged with another one.")
        OTHER_MANAGER = "other_manager", _("The customer got another lead manager meanwhile.")
        WAITS = "waits", _("A change of the customer waits for a second person.")
        CONFLICT = (
            "conflict",
            _("A conflict of interest with the customer is declared for this manager."),
        )

    handover = models.ForeignKey(
        Handover, models.PROTECT, related_name="customers", verbose_name=_("handover")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="handovers", verbose_name=_("customer")
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    cause = models.CharField(_("cause"), max_length=16, choices=Cause, blank=True)

    RIGHTS_OF = Handover
    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    CLASSES = dict.fromkeys(["handover", "customer", "state", "cause"], INTERNAL)
    objects = ScopedQuerySet["HandedCustomer"].as_manager()

    class Meta:
        verbose_name = _("customer handed over")
        verbose_name_plural = _("customers handed over")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["handover", "customer"],
                name="customers_handed_once",
                violation_error_message=_("The customer is in this handover already."),
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(state="waiting"),
                name="customers_handed_once_open",
                violation_error_message=_(
                    "One of these customers has just been proposed in another handover. Open the "
                    "form again."
                ),
            ),
            models.CheckConstraint(
                name="customers_handed_left_with_cause",
                condition=Q(state="left") & ~Q(cause="") | ~Q(state="left") & Q(cause=""),
                violation_error_message=_("Who is left out is left out for a cause."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer}"
