"""Roles that one person may not hold at the same time."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL
from crm.core.formats import day
from crm.core.models import Move, Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import System

from .users import Role, can_end


class IncompatibleDuties(Record):
    """Two roles that nobody may hold at the same time, from one day to another, and why.

    The order of the two says nothing, so the one with the smaller key stands first.
    """

    first = models.ForeignKey(
        Role, models.PROTECT, related_name="apart_from", verbose_name=_("role")
    )
    second = models.ForeignKey(
        Role, models.PROTECT, related_name="apart_to", verbose_name=_("not together with")
    )
    valid = DateRangeField(_("valid"))
    ground = models.CharField(
        _("ground"),
        max_length=200,
        help_text=pgettext_lazy(
            "incompatible duties", "The rule of the bank or of the regulator that asks for it."
        ),
    )

    MOVES = {
        "end": Move(
            label=_("End rule"),
            question=_("End the rule %(name)s today?"),
            done=_("The rule %(name)s has ended."),
            refused=_("This rule has ended already."),
            grave=True,
        )
    }
    SCOPE = System()
    CLASSES = dict.fromkeys(["first", "second", "valid", "ground"], INTERNAL)
    objects = ScopedQuerySet["IncompatibleDuties"].as_manager()

    class Meta:
        db_table = "sysadmin_incompatible_duties"
        verbose_name = _("rule on incompatible duties")
        verbose_name_plural = _("incompatible duties")
        default_permissions = ("view", "add")
        permissions = [("end_incompatibleduties", _("End a rule on incompatible duties"))]
        constraints = [
            ExclusionConstraint(
                name="sysadmin_duties_once",
                expressions=[
                    ("first", RangeOperators.EQUAL),
                    ("second", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("These two roles are kept apart in that period already."),
            ),
            models.CheckConstraint(
                name="sysadmin_duties_two_roles",
                condition=Q(first__lt=F("second")),
                violation_error_message=_("Choose two different roles."),
            ),
            models.CheckConstraint(
                name="sysadmin_duties_not_empty",
                condition=Q(valid__isempty=False),
                violation_error_message=_("The rule must begin before it ends."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} · {self.second}"

    def can(self, verb: str) -> bool:
        """Whether the rule could end sooner than it does."""
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
