"""Calendars: on which days and at which hours the bank works."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.calendars import hours
from crm.core.classes import INTERNAL
from crm.core.formats import day
from crm.core.models import Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import BankWide

from .names import Bilingual, Retirable, RetirableQuerySet, code_field

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def hours_field(label: object) -> models.CharField[str, str]:
    """The working hours of a weekday; empty where nobody works."""
    return models.CharField(label, max_length=80, blank=True, validators=[hours.check])  # type: ignore[arg-type]


class Calendar(Bilingual, Retirable):
    """A calendar by which deadlines are counted, such as that of the outlets or of the hotline."""

    code = code_field(unique=True, error_messages={"unique": _("Another calendar has this code.")})

    SCOPE = BankWide()
    CLASSES = {"code": INTERNAL, "status": INTERNAL}
    objects = RetirableQuerySet["Calendar"].as_manager()

    class Meta:
        db_table = "config_admin_calendar"
        verbose_name = pgettext_lazy("working time", "calendar")
        verbose_name_plural = pgettext_lazy("working time", "calendars")
        ordering = ["code"]
        default_permissions = ("view", "add", "change")
        permissions = [
            ("retire_calendar", _("Retire a calendar")),
            ("restore_calendar", _("Take a calendar into use again")),
        ]


class WorkingWeek(Record):
    """The working hours of each weekday, from one day to another."""

    calendar = models.ForeignKey(
        Calendar, models.PROTECT, related_name="weeks", verbose_name=_("calendar")
    )
    valid = DateRangeField(_("valid"))
    note = models.CharField(
        pgettext_lazy("working week", "note"),
        max_length=80,
        blank=True,
        help_text=_("What these hours are, such as summer hours."),
    )
    monday = hours_field(_("Monday"))
    tuesday = hours_field(_("Tuesday"))
    wednesday = hours_field(_("Wednesday"))
    thursday = hours_field(_("Thursday"))
    friday = hours_field(_("Friday"))
    saturday = hours_field(_("Saturday"))
    sunday = hours_field(_("Sunday"))

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["calendar", "valid", "note", *WEEKDAYS], INTERNAL)
    objects = ScopedQuerySet["WorkingWeek"].as_manager()

    class Meta:
        db_table = "config_admin_working_week"
        verbose_name = _("working week")
        verbose_name_plural = _("working weeks")
        ordering = ["calendar", "valid"]
        default_permissions = ("view", "add", "change")
        constraints = [
            ExclusionConstraint(
                name="config_admin_week_not_twice",
                expressions=[
                    ("calendar", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_(
                    "Another working week of this calendar is valid in that time."
                    " Let it end first, or choose other days."
                ),
            ),
            models.CheckConstraint(
                name="config_admin_week_not_empty",
                condition=models.Q(valid__isempty=False),
                violation_error_message=_("The last day lies before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar} · {self.shown_period}"

    @property
    def first_day(self) -> dt.date:
        """The first day on which these hours hold."""
        first: dt.date = self.valid.lower
        return first

    @property
    def last_day(self) -> dt.date | None:
        """The last day on which these hours hold; None without end."""
        beyond: dt.date | None = self.valid.upper
        return beyond - dt.timedelta(days=1) if beyond else None

    @property
    def shown_period(self) -> str:
        """From which day until which."""
        if self.last_day:
            return _("%(first)s to %(last)s") % {
                "first": day(self.first_day),
                "last": day(self.last_day),
            }
        return _("from %(first)s") % {"first": day(self.first_day)}

    shown_period.fget.label = _("valid")  # type: ignore[attr-defined]

    def clean(self) -> None:
        """Refuse a week in which nobody ever works: no deadline would ever come."""
        if not any(getattr(self, name).strip() for name in WEEKDAYS):
            raise ValidationError(
                {"monday": _("Enter the hours of one day at least, such as 09:00-17:00.")}
            )


class CalendarDay(Bilingual, Record):
    """A day that is not as its weekday is: a holiday, or a day on which others make up for one."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("Holiday")
        WORKING = "working", _("Working day")

    calendar = models.ForeignKey(
        Calendar, models.PROTECT, related_name="days", verbose_name=_("calendar")
    )
    on = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    hours = models.CharField(
        _("working hours"),
        max_length=80,
        blank=True,
        validators=[hours.check],
        help_text=_("Of a working day. Left empty, those of Monday hold."),
    )

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["calendar", "on", "kind", "hours"], INTERNAL)
    objects = ScopedQuerySet["CalendarDay"].as_manager()

    class Meta:
        db_table = "config_admin_calendar_day"
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        ordering = ["calendar", "on"]
        default_permissions = ("view", "add", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "on"],
                name="config_admin_calendar_day_once",
                violation_error_message=_("The calendar has this day already. Change it there."),
            )
        ]

    def __str__(self) -> str:
        return f"{day(self.on)} {self.shown_name}"

    def clean(self) -> None:
        """Refuse hours of a day on which nobody works."""
        if self.kind == self.Kind.HOLIDAY and self.hours.strip():
            raise ValidationError(
                {"hours": _("Nobody works on a holiday. Empty the hours, or choose a working day.")}
            )
