"""What stops service for a customer."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL
from crm.core.clock import bank_today
from crm.core.models import Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Through

from .customer import Customer


class RestrictionQuerySet(ScopedQuerySet["Restriction"]):
    """Restrictions."""

    def in_force(self) -> Self:
        """Those that stop service today."""
        released = Q(released_until__gte=bank_today())
        return self.filter(ended_on=None).exclude(released)


class Restriction(Record):
    """A customer with whom nothing new is begun, by law, by a list or a rule of the bank's own."""

    class Cause(models.TextChoices):
        STATUTORY = "statutory", _("Statutory list")
        OWN_LIST = "own_list", _("Own list")
        TIED = "tied", _("Tie to a statutory list")
        DILIGENCE = "diligence", _("Overdue due diligence")
        LIFE = "life", _("Life or capacity")

    BY_LAW = frozenset({Cause.STATUTORY, Cause.TIED})

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="restrictions", verbose_name=_("customer")
    )
    cause = models.CharField(_("cause"), max_length=16, choices=Cause)
    source = models.CharField(_("what it goes back to"), max_length=60)
    tied_to = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        related_name="ties_stopped",
        verbose_name=_("tied to"),
        editable=False,
    )
    began_on = models.DateField(pgettext_lazy("restriction", "since"), default=bank_today)
    released_until = models.DateField(_("released until"), null=True, blank=True)
    ended_on = models.DateField(pgettext_lazy("restriction", "ended on"), null=True, blank=True)

    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    TOLD = frozenset({"cause", "began_on", "released_until", "ended_on"})
    CLASSES = dict.fromkeys(
        ["customer", "cause", "source", "tied_to", "began_on", "released_until", "ended_on"],
        INTERNAL,
    )
    objects = RestrictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("restriction")
        verbose_name_plural = _("restrictions")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "source"],
                condition=Q(ended_on=None),
                name="customers_restriction_once",
                violation_error_message=_("This customer is restricted for this already."),
            ),
            models.CheckConstraint(
                name="customers_restriction_tied",
                condition=Q(cause="tied", tied_to__isnull=False)
                | ~Q(cause="tied") & Q(tied_to=None),
                violation_error_message=_("A tie is to a customer, and nothing else is."),
            ),
            models.CheckConstraint(
                name="customers_restriction_released",
                condition=Q(released_until=None) | Q(cause="own_list"),
                violation_error_message=_(
                    "What the law stops ends by delisting or by the authority alone."
                ),
            ),
            models.CheckConstraint(
                name="customers_restriction_in_order",
                condition=Q(ended_on=None) | Q(ended_on__gte=F("began_on")),
                violation_error_message=_("The end is before the beginning."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.get_cause_display()}"

    @property
    def is_in_force(self) -> bool:
        """Whether it stops service today."""
        released = self.released_until is not None and self.released_until >= bank_today()
        return self.ended_on is None and not released
