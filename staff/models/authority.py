"""How much a post may decide on, from one day to another."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.core.approvals import label_of
from crm.core.classes import INTERNAL
from crm.core.formats import day
from crm.core.models import Move, Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import BankWide
from sysadmin.models import can_end

from .people import StaffMember


class AuthorityLimitQuerySet(ScopedQuerySet["AuthorityLimit"]):
    """Limits of posts."""

    def on(self, date: dt.date) -> Self:
        """Those in force on a day."""
        return self.filter(valid__contains=date)


class AuthorityLimit(Record):
    """Up to which amount those who hold a post decide on what others ask for.

    `operation` is the key of one kind of request; empty, the limit holds for all that have none of
    their own.
    """

    post = models.CharField(_("post"), max_length=40, choices=StaffMember.Post)
    operation = models.CharField(_("operation"), max_length=60, blank=True)
    amount = models.DecimalField(
        _("limit"),
        max_digits=18,
        decimal_places=2,
        validators=[MinValueValidator(0)],
        help_text=_("In the bank's own currency."),
    )
    valid = DateRangeField(_("valid"))
    decision = models.CharField(
        _("decision"),
        max_length=60,
        help_text=_("Number of the decision by which the limit is delegated."),
    )

    MOVES = {
        "end": Move(
            label=_("End limit"),
            question=_("End the limit %(name)s today?"),
            done=_("The limit %(name)s has ended."),
            refused=_("This limit has ended already."),
            grave=True,
        )
    }
    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["post", "operation", "amount", "valid", "decision"], INTERNAL)
    objects = AuthorityLimitQuerySet.as_manager()

    class Meta:
        verbose_name = _("limit of a post")
        verbose_name_plural = _("limits of posts")
        default_permissions = ("view", "add")
        permissions = [("end_authoritylimit", _("End a limit"))]
        constraints = [
            ExclusionConstraint(
                name="staff_limit_one_at_a_time",
                expressions=[
                    ("post", RangeOperators.EQUAL),
                    ("operation", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_(
                    "The post has another limit for this in that period. End that one first."
                ),
            ),
            models.CheckConstraint(
                name="staff_limit_not_empty",
                condition=Q(valid__isempty=False),
                violation_error_message=_("The limit must begin before it ends."),
            ),
            models.CheckConstraint(
                name="staff_limit_not_negative",
                condition=Q(amount__gte=0),
                violation_error_message=_("A limit is not below zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_post_display()} · {self.shown_operation}"

    @property
    def shown_operation(self) -> str:
        """The kind of request in words."""
        return label_of(self.operation) if self.operation else str(_("All operations"))

    shown_operation.fget.label = _("operation")  # type: ignore[attr-defined]

    def can(self, verb: str) -> bool:
        """Whether the limit could end sooner than it does."""
        return can_end(self.valid)

    @property
    def shown_period(self) -> str:
        """From which day until which."""
        first = day(self.valid.lower)
        if self.valid.upper:
            last = day(self.valid.upper - dt.timedelta(days=1))
            return _("%(first)s to %(last)s") % {"first": first, "last": last}
        return _("from %(first)s") % {"first": first}

    shown_period.fget.label = _("valid")  # type: ignore[attr-defined]
