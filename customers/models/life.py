"""What ends or limits that a customer can act: dated, with evidence."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL, PERSONAL
from crm.core.models import Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Through

from .customer import Customer
from .ownership import Dated


class LifeFact(Dated, Record):
    """Why a customer cannot act any more, or not alone: nothing is sold from that day on."""

    class Kind(models.TextChoices):
        DECEASED = "deceased", pgettext_lazy("life", "Deceased")
        MISSING = "missing", pgettext_lazy("life", "Missing")
        LIMITED = "limited", _("Limited capacity")
        GUARDIANSHIP = "guardianship", _("Under guardianship")
        BANKRUPT = "bankrupt", pgettext_lazy("life", "Bankrupt")
        DISSOLVED = "dissolved", pgettext_lazy("life", "Dissolved")

    OF_ORGANISATIONS = frozenset({Kind.BANKRUPT, Kind.DISSOLVED})

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="life_facts", verbose_name=_("customer")
    )
    kind = models.CharField(pgettext_lazy("life", "what has happened"), max_length=16, choices=Kind)
    evidence = models.CharField(_("evidence"), max_length=200)

    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    CLASSES = dict.fromkeys(["customer", "kind", "valid"], INTERNAL) | {"evidence": PERSONAL}
    objects = ScopedQuerySet["LifeFact"].as_manager()

    class Meta:
        db_table = "customers_life_fact"
        verbose_name = _("life or capacity of a customer")
        verbose_name_plural = _("life and capacity")
        default_permissions = ("view",)
        constraints = [
            ExclusionConstraint(
                name="customers_life_once",
                expressions=[
                    ("customer", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This is entered already."),
            ),
            models.CheckConstraint(
                name="customers_life_not_empty",
                condition=Q(valid__isempty=False, valid__startswith__isnull=False),
                violation_error_message=_("The last day is before the first. Enter a later day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.get_kind_display()}"

    @property
    def source(self) -> str:
        """What a restriction names that goes back to this."""
        return f"{self._meta.label_lower}:{self.pk}"
