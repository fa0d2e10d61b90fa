"""When customers meet members of staff."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    DateTimeRangeField,
    RangeBoundary,
    RangeOperators,
)
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.dictionaries.entries import EntryField
from crm.core.classes import INTERNAL, PERSONAL
from crm.core.formats import day, in_bank_zone
from crm.core.models import Move, Workflow
from crm.core.querysets import ScopedQuerySet
from customers.models import Customer
from staff.models import Branch, StaffMember

from .agenda import InSomebodysHands

# the time from the beginning up to, and without, the end
SPAN = Func(
    "begins_at",
    "ends_at",
    RangeBoundary(),
    function="tstzrange",
    output_field=DateTimeRangeField(),
)
ENDS_FIRST = _("It ends before it begins. Enter a later end.")


class AppointmentQuerySet(ScopedQuerySet["Appointment"]):
    """Appointments with customers."""

    def of(self, user: Any) -> Self:
        """Those of a user."""
        return self.filter(member__user=user.pk)

    def kept(self) -> Self:
        """Those that are not cancelled."""
        return self.exclude(status=Appointment.Status.CANCELLED)

    def between(self, first: dt.datetime, beyond: dt.datetime) -> Self:
        """Those of which some part lies between two moments."""
        return self.filter(begins_at__lt=beyond, ends_at__gt=first)


class Appointment(Workflow):
    """A customer meets a member of staff at a time, about something."""

    class Status(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("appointment", "Planned")
        HELD = "held", pgettext_lazy("appointment", "Held")
        MISSED = "missed", pgettext_lazy("appointment", "Missed")
        CANCELLED = "cancelled", pgettext_lazy("appointment", "Cancelled")

    _OVER = _("This can no longer be done with the appointment. Status now: %(status)s.")
    MOVES = {
        "hold": Move(
            leaves=frozenset({Status.PLANNED}),
            enters=Status.HELD,
            label=pgettext_lazy("appointment", "Was held"),
            question=_("Was the appointment “%(name)s” held?"),
            done=_("“%(name)s” was held."),
            refused=_OVER,
        ),
        "miss": Move(
            leaves=frozenset({Status.PLANNED}),
            enters=Status.MISSED,
            label=pgettext_lazy("appointment", "Was missed"),
            question=_("Did the customer miss the appointment “%(name)s”?"),
            done=_("“%(name)s” was missed."),
            refused=_OVER,
        ),
        "cancel": Move(
            leaves=frozenset({Status.PLANNED}),
            enters=Status.CANCELLED,
            label=pgettext_lazy("appointment", "Cancel appointment"),
            question=_("Cancel the appointment “%(name)s”?"),
            done=_("“%(name)s” is cancelled."),
            refused=_OVER,
            grave=True,
        ),
    }

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="appointments", verbose_name=_("customer")
    )
    member = models.ForeignKey(
        StaffMember,
        models.PROTECT,
        related_name="appointments",
        verbose_name=_("member of staff"),
    )
    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="appointments", verbose_name=_("branch")
    )
    begins_at = models.DateTimeField(pgettext_lazy("appointment", "from"))
    ends_at = models.DateTimeField(pgettext_lazy("appointment", "until"))
    purpose = EntryField(pgettext_lazy("appointment", "purpose"), dictionary="contact_purpose")
    place = models.CharField(
        _("place"),
        max_length=120,
        blank=True,
        help_text=_("Left empty, the customer comes to the branch."),
    )
    note = models.CharField(pgettext_lazy("appointment", "note"), max_length=1000, blank=True)
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.PLANNED, editable=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="appointments_booked",
        verbose_name=_("booked by"),
        editable=False,
    )

    SCOPE = InSomebodysHands(
        "branch", owner="member__user", leader="member__supervisor__user", author="author"
    )
    AUDIT_SUBJECT = "customer_id"
    CONFIDENTIAL = True
    CLASSES = dict.fromkeys(
        ["customer", "member", "branch", "begins_at", "ends_at", "purpose", "author"], INTERNAL
    ) | dict.fromkeys(["place", "note"], PERSONAL)
    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        default_permissions = ("view", "add", "change")
        permissions = [
            ("hold_appointment", _("Enter that an appointment was held")),
            ("miss_appointment", _("Enter that an appointment was missed")),
            ("cancel_appointment", _("Cancel an appointment")),
        ]
        indexes = [
            models.Index(fields=["begins_at", "id"], name="services_appointment_by_time"),
            models.Index(fields=["branch", "begins_at"], name="services_appointment_of_branch"),
            models.Index(fields=["member", "begins_at"], name="services_appointment_of_member"),
            models.Index(
                fields=["customer", "-begins_at", "-id"], name="services_appointment_of_cust"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="services_appointment_ends_later",
                condition=Q(ends_at__gt=F("begins_at")),
                violation_error_message=ENDS_FIRST,
            ),
            ExclusionConstraint(
                name="services_appointment_not_double",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    (SPAN, RangeOperators.OVERLAPS),
                ],
                condition=~Q(status="cancelled"),
                violation_error_message=_(
                    "The member of staff has another appointment at this time. Choose another time."
                ),
            ),
        ]

    def clean(self) -> None:
        """Refuse an end that does not lie after the beginning, beside the end."""
        begins: dt.datetime | None = self.begins_at  # an unfinished form leaves both empty
        ends: dt.datetime | None = self.ends_at
        if begins and ends and ends <= begins:
            raise ValidationError({"ends_at": ENDS_FIRST})

    def __str__(self) -> str:
        return f"{self.shown_purpose} · {self.shown_time}"

    @property
    def shown_purpose(self) -> str:
        """The purpose in words."""
        said: str = self.get_purpose_display()  # type: ignore[attr-defined]
        return said

    @property
    def shown_hours(self) -> str:
        """From which time of the day until which."""
        begins, ends = in_bank_zone(self.begins_at), in_bank_zone(self.ends_at)
        return f"{begins:%H:%M}–{ends:%H:%M}"

    @property
    def shown_time(self) -> str:
        """On which day, from when until when."""
        return f"{day(self.begins_at)} {self.shown_hours}"

    shown_time.fget.label = _("time")  # type: ignore[attr-defined]

    @property
    def shown_place(self) -> str:
        """Where they meet."""
        return self.place or self.branch.shown_name

    shown_place.fget.label = _("place")  # type: ignore[attr-defined]
