"""Who looks after a customer in which line of business, from one day to another."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config_admin.dictionaries.entries import EntryField, name_of
from crm.core.classes import INTERNAL
from crm.core.clock import bank_today
from crm.core.formats import day
from crm.core.labels import Labelled
from crm.core.models import Move, Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Asker, Through
from staff.models import Branch, Handover, StaffMember

from .customer import Customer

LINES = "business_line"
# the line in which the customer's own lead manager leads; the database knows it too
MAIN_LINES = {Customer.Kind.PERSON: "retail", Customer.Kind.ORGANISATION: "corporate"}


def main_line_of(customer: Customer) -> str:
    """The code of the customer's main line of business."""
    return MAIN_LINES[Customer.Kind(customer.kind)]


class Role(models.TextChoices):
    """What somebody is to a customer in a line of business."""

    LEAD = "lead", _("Leads")
    ASSISTING = "assisting", _("Assists")


def days_in_words(first: dt.date, beyond: dt.date | None) -> str:
    """From the first day on, until the day before the one beyond."""
    if beyond is None:
        return _("from %(first)s") % {"first": day(first)}
    last = beyond - dt.timedelta(days=1)
    return _("%(first)s to %(last)s") % {"first": day(first), "last": day(last)}


class Dated(models.Model):
    """What is valid from one day to another."""

    valid = DateRangeField(_("valid"), editable=False)

    class Meta:
        abstract = True

    @property
    def last_day(self) -> dt.date | None:
        """The last day on which it is in force; None without an end."""
        return self.valid.upper - dt.timedelta(days=1) if self.valid.upper else None

    @property
    def is_ahead(self) -> bool:
        """Whether it has not begun."""
        return bool(self.valid.lower > bank_today())

    @property
    def is_over(self) -> bool:
        """Whether the last day has passed."""
        return self.last_day is not None and self.last_day < bank_today()

    @property
    def shown_period(self) -> str:
        """From which day until which."""
        return days_in_words(self.valid.lower, self.valid.upper)

    shown_period.fget.label = _("valid")  # type: ignore[attr-defined]


class OwnershipQuerySet(ScopedQuerySet["Ownership"]):
    """Who looks after customers beside the present lead manager of the main line."""

    def on(self, date: dt.date) -> Self:
        """Those in force on a day."""
        return self.filter(is_withdrawn=False, valid__contains=date)

    def taken_by(self, handover: Handover) -> Self:
        """Those that a handover takes along."""
        return self.filter(pk__in=handover.held.get(self.model._meta.label_lower, []))

    def visible_to(self, user: Asker) -> Self:
        """What was entered by hand: the history of the main line is read with the customer."""
        return self.filter(is_main=False)


class Ownership(Dated, Record):
    """A member of staff who leads or assists a customer in a line of business, for some days.

    The present lead of the main line stands on the customer. The database keeps here when that
    changed (`is_main`); what is entered by hand are leads of other lines and those who assist.
    """

    Role = Role
    MOVES = {
        "withdraw": Move(
            label=_("Withdraw"),
            question=_("Withdraw %(name)s before it begins?"),
            done=_("%(name)s is withdrawn."),
            refused=_("This has begun, or it is withdrawn already."),
            grave=True,
        ),
    }

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="ownerships", verbose_name=_("customer")
    )
    line = EntryField(_("line of business"), dictionary=LINES)
    role = models.CharField(_("role"), max_length=12, choices=Role)
    member = models.ForeignKey(
        StaffMember,
        models.PROTECT,
        null=True,
        related_name="ownerships",
        verbose_name=_("member of staff"),
    )
    branch = models.ForeignKey(
        Branch,
        models.PROTECT,
        related_name="+",
        verbose_name=_("branch"),
        db_index=False,
        editable=False,
    )
    is_main = models.BooleanField(_("lead of the main line"), default=False, editable=False)
    is_withdrawn = models.BooleanField(_("withdrawn"), default=False, editable=False)

    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    CLASSES = dict.fromkeys(
        ["customer", "line", "role", "member", "branch", "valid", "is_main", "is_withdrawn"],
        INTERNAL,
    )
    objects = OwnershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("manager of a customer")
        verbose_name_plural = _("managers of customers")
        default_permissions = ("view", "add")
        permissions = [
            ("end_ownership", _("End that somebody looks after a customer")),
            ("withdraw_ownership", _("Withdraw that somebody will look after a customer")),
        ]
        indexes = [
            models.Index(
                fields=["member", "customer"],
                name="customers_ownership_by_hand",
                condition=Q(is_main=False),
            )
        ]
        constraints = [
            ExclusionConstraint(
                name="customers_ownership_one_lead",
                expressions=[
                    ("customer", RangeOperators.EQUAL),
                    ("line", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=Q(role="lead", is_withdrawn=False),
                violation_error_message=_(
                    "Somebody else leads this line in that period. End that first."
                ),
            ),
            ExclusionConstraint(
                name="customers_ownership_assists_once",
                expressions=[
                    ("customer", RangeOperators.EQUAL),
                    ("line", RangeOperators.EQUAL),
                    ("member", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=Q(role="assisting", is_withdrawn=False),
                violation_error_message=_(
                    "This member of staff assists in this line in that period already."
                ),
            ),
            models.CheckConstraint(
                name="customers_ownership_not_empty",
                condition=Q(valid__isempty=False, valid__startswith__isnull=False),
                violation_error_message=_("The last day is before the first. Enter a later day."),
            ),
            models.CheckConstraint(
                name="customers_ownership_by_somebody",
                condition=Q(member__isnull=False) | Q(is_main=True),
                violation_error_message=_("Choose a member of staff."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {name_of(LINES, self.line)} · {self.get_role_display()}"

    def can(self, verb: str) -> bool:
        """Whether it can still get a last day, or be withdrawn before it begins."""
        if self.is_main or self.is_withdrawn:
            return False
        return self.is_ahead if verb == "withdraw" else not self.is_over

    @property
    def stands(self) -> bool:
        """Whether it is in force or ahead, of a customer whose relationship has not ended."""
        return not (self.is_withdrawn or self.is_over) and self.customer.status in Customer.OPEN

    def meets(self, other: Ownership) -> bool:
        """Whether both are in force on some day."""
        mine, theirs = self.valid, other.valid
        return (mine.upper is None or theirs.lower < mine.upper) and (
            theirs.upper is None or mine.lower < theirs.upper
        )

    @property
    def state(self) -> str:
        """Whether it is ahead, in force, over, or withdrawn."""
        if self.is_withdrawn:
            return "withdrawn"
        return "ahead" if self.is_ahead else "over" if self.is_over else "now"

    @property
    def shown_state(self) -> str:
        """The state in words."""
        words = {
            "withdrawn": _("Withdrawn"),
            "ahead": _("Planned"),
            "over": _("Ended"),
            "now": _("Today"),
        }
        return str(words[self.state])

    shown_state.fget.label = _("state")  # type: ignore[attr-defined]


class OwnershipPeriodQuerySet(ScopedQuerySet["OwnershipPeriod"]):
    """Everybody who looks after customers, looked after them, or will."""

    def on(self, date: dt.date) -> Self:
        """Those in force on a day: who managed a customer then."""
        return self.filter(valid__contains=date)


class OwnershipPeriod(Dated, Labelled):
    """Who looked after a customer when: what is kept and what the customer says of today, in one.

    A view of the database; the present lead of the main line has no end and the customer's key
    below zero.
    """

    customer = models.ForeignKey(
        Customer, models.DO_NOTHING, db_constraint=False, related_name="periods"
    )
    line = EntryField(_("line of business"), dictionary=LINES)
    role = models.CharField(_("role"), max_length=12, choices=Role)
    member = models.ForeignKey(
        StaffMember, models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    branch = models.ForeignKey(Branch, models.DO_NOTHING, db_constraint=False, related_name="+")
    is_main = models.BooleanField()

    RIGHTS_OF = Customer
    UNSHOWN = "a view of the customers and of those who assist them, who are shown"
    SCOPE = Through("customer")
    CLASSES = dict.fromkeys(
        ["id", "customer", "line", "role", "member", "branch", "is_main", "valid"], INTERNAL
    )
    objects: Any = OwnershipPeriodQuerySet.as_manager()

    class Meta:
        managed = False  # a view; made by a migration in SQL
        db_table = "customers_ownership_period"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.member} · {name_of(LINES, self.line)}"
