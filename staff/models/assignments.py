"""Where somebody works, as what and for whom, from one day to another."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL
from crm.core.clock import bank_today
from crm.core.formats import day
from crm.core.models import Move, Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import BankWide
from sysadmin.models import Grant, Role

from .organisation import Branch
from .people import StaffMember


class StaffAssignmentQuerySet(ScopedQuerySet["StaffAssignment"]):
    """Assignments of members of staff."""

    def standing(self) -> Self:
        """Those that nobody has withdrawn."""
        return self.filter(withdrawn_on=None)

    def on(self, date: dt.date) -> Self:
        """Those in force on a day."""
        return self.standing().filter(valid__contains=date)


class StaffAssignment(Record):
    """A post at a branch, held from one day to another; the present one shows on the member.

    `grant` is the right that came with the post, if the table of posts gives one.
    """

    member = models.ForeignKey(
        StaffMember,
        models.PROTECT,
        related_name="assignments",
        verbose_name=_("member of staff"),
        editable=False,
    )
    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="assignments", verbose_name=_("branch")
    )
    post = models.CharField(_("post"), max_length=40, choices=StaffMember.Post)
    supervisor = models.ForeignKey(
        StaffMember,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_reports",
        verbose_name=_("reports to"),
    )
    valid = DateRangeField(_("valid"), editable=False)
    decision = models.CharField(
        _("appointment order"),
        max_length=60,
        blank=True,
        help_text=_("Number of the order or decision by which it is given."),
    )
    grant = models.OneToOneField(
        Grant,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignment",
        verbose_name=_("grant"),
        editable=False,
    )
    withdrawn_on = models.DateField(
        pgettext_lazy("assignment", "withdrawn on"), null=True, blank=True, editable=False
    )

    MOVES = {
        "withdraw": Move(
            label=pgettext_lazy("assignment", "Withdraw"),
            question=_("Withdraw %(name)s? The assignment before it goes on."),
            done=_("%(name)s is withdrawn."),
            refused=_("This assignment has begun, or it is withdrawn already."),
            grave=True,
        )
    }
    SCOPE = BankWide()
    CLASSES = dict.fromkeys(
        ["member", "branch", "post", "supervisor", "valid", "decision", "grant", "withdrawn_on"],
        INTERNAL,
    )
    objects = StaffAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        default_permissions = ("view", "change")
        permissions = [("withdraw_staffassignment", _("Withdraw a planned assignment"))]
        constraints = [
            ExclusionConstraint(
                name="staff_assignment_one_at_a_time",
                expressions=[("member", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
                condition=Q(withdrawn_on__isnull=True),
                violation_error_message=_(
                    "The member of staff has another assignment in that period. Change that one."
                ),
            ),
            models.CheckConstraint(
                name="staff_assignment_not_empty",
                condition=Q(valid__isempty=False),
                violation_error_message=_("The assignment must begin before it ends."),
            ),
            models.CheckConstraint(
                name="staff_assignment_not_own_supervisor",
                condition=Q(supervisor__isnull=True) | ~Q(supervisor=F("member")),
                violation_error_message=_("Nobody reports to themselves."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.get_post_display()}"

    @property
    def is_ahead(self) -> bool:
        """Whether the assignment has not begun and nobody has withdrawn it."""
        return self.withdrawn_on is None and bool(self.valid.lower > bank_today())

    def can(self, verb: str) -> bool:
        """Whether the assignment can still be withdrawn."""
        return self.is_ahead

    @property
    def last_day(self) -> dt.date | None:
        """The last day on which it is in force; None without an end."""
        return self.valid.upper - dt.timedelta(days=1) if self.valid.upper else None

    @property
    def shown_period(self) -> str:
        """From which day until which."""
        first, last = day(self.valid.lower), self.last_day
        if last:
            return _("%(first)s to %(last)s") % {"first": first, "last": day(last)}
        return _("from %(first)s") % {"first": first}

    shown_period.fget.label = _("valid")  # type: ignore[attr-defined]


class PostRole(Record):
    """The role that comes with a post, and how far it reaches: whoever gets the post gets both."""

    post = models.CharField(
        _("post"),
        max_length=40,
        choices=StaffMember.Post,
        unique=True,
        error_messages={"unique": _("This post has a role already. Change that entry.")},
    )
    role = models.ForeignKey(Role, models.PROTECT, related_name="posts", verbose_name=_("role"))
    extent = models.CharField(_("reach"), max_length=16, choices=Grant.Reach)
    by_hand = models.BooleanField(
        _("given by hand"),
        default=False,
        help_text=_("A system administrator gives it; it ends with the post all the same."),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["post", "role", "extent", "by_hand", "note"], INTERNAL)
    objects: Any = ScopedQuerySet["PostRole"].as_manager()

    class Meta:
        verbose_name = _("right of a post")
        verbose_name_plural = _("rights of posts")
        default_permissions = ("view", "add", "change")
        ordering = ["post"]

    def __str__(self) -> str:
        return f"{self.get_post_display()} · {self.role}"
