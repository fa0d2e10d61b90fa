"""To whom customers are too close to be looked after by them."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL, PERSONAL
from crm.core.clock import bank_today
from crm.core.models import Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import InTree
from staff.models import StaffMember

from .customer import Customer
from .ownership import Dated


class ConflictQuerySet(ScopedQuerySet["ConflictOfInterest"]):
    """Conflicts of interest."""

    def on(self, date: dt.date) -> Self:
        """Those in force on a day."""
        return self.filter(valid__contains=date)


class ConflictOfInterest(Dated, Record):
    """A member of staff to whom a customer is too close to be looked after by them."""

    class Relation(models.TextChoices):
        SELF = "self", _("The member of staff")
        SPOUSE = "spouse", _("Spouse")
        RELATIVE = "relative", _("Relative")
        COMPANY = "company", _("Own company")
        INTEREST = "interest", _("Other interest")

    member = models.ForeignKey(
        StaffMember,
        models.PROTECT,
        related_name="conflicts",
        verbose_name=_("member of staff"),
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="conflicts", verbose_name=_("customer")
    )
    relation = models.CharField(_("the customer is"), max_length=12, choices=Relation)
    declared_on = models.DateField(_("declared on"), default=bank_today)
    remark = models.CharField(pgettext_lazy("conflict", "remark"), max_length=200, blank=True)

    # those who keep the staff of a branch, not those who see the customer
    SCOPE = InTree("member__branch")
    AUDIT_SUBJECT = "customer_id"
    CONFIDENTIAL = True
    CLASSES = dict.fromkeys(
        ["member", "customer", "relation", "valid", "declared_on"], INTERNAL
    ) | {"remark": PERSONAL}
    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        default_permissions = ("view", "add")
        permissions = [("end_conflictofinterest", _("End a conflict of interest"))]
        constraints = [
            ExclusionConstraint(
                name="customers_conflict_once",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("customer", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This conflict of interest is declared already."),
            ),
            models.CheckConstraint(
                name="customers_conflict_not_empty",
                condition=Q(valid__isempty=False, valid__startswith__isnull=False),
                violation_error_message=_("The last day is before the first. Enter a later day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.customer}"

    def can(self, verb: str) -> bool:
        """Whether it can still get a last day."""
        return verb == "end" and not self.is_over
