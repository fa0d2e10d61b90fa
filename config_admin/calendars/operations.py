"""What happens to calendars, their working weeks and their special days."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from config_admin.models import Calendar, CalendarDay, WorkingWeek
from config_admin.models.calendars import WEEKDAYS
from config_admin.models.names import hold
from config_admin.signals import working_time_changed
from crm.core.formats import day as shown_day
from crm.core.operations import DomainError, move, operation, save_changes, save_new

from .hours import parse, written
from .working_time import TIMETABLES


@operation
def enter_calendar(calendar: Calendar, *, by: Any) -> Calendar:
    """Enter a calendar; it has working time once it has a working week."""
    save_new(calendar)
    TIMETABLES.forget()
    return calendar


@operation
def retire_calendar(calendar: Calendar, *, by: Any, reason: str) -> None:
    """Count nothing new by a calendar, once no queue in use does; what runs is counted on."""
    hold(calendar)
    if calendar.can("retire") and calendar.queues.live().exists():
        raise DomainError(_("Queues in use count by it. Give them another calendar first."))
    move(calendar, "retire", by=by, reason=reason)


def restore_calendar(calendar: Calendar, *, by: Any, reason: str) -> None:
    """Count by a calendar again."""
    move(calendar, "restore", by=by, reason=reason)


@operation
def enter_week(week: WorkingWeek, *, by: Any) -> WorkingWeek:
    """Enter the working hours that hold from one day to another."""
    _refuse_overlap(week)
    tidy_week(week)
    save_new(week)
    tell(week.calendar)
    return week


@operation
def change_week(week: WorkingWeek, *, by: Any, fields: Iterable[str], version: int) -> WorkingWeek:
    """Change working hours, or the days on which they hold."""
    _refuse_overlap(week)
    tidy_week(week)
    save_changes(week, set(fields) - {"calendar"}, version=version)
    tell(week.calendar)
    return week


@operation
def enter_day(day: CalendarDay, *, by: Any) -> CalendarDay:
    """Enter a holiday or a make-up working day."""
    _refuse_twice(day)
    _refuse_before_weeks(day)
    tidy_day(day)
    save_new(day)
    tell(day.calendar)
    return day


@operation
def change_day(day: CalendarDay, *, by: Any, fields: Iterable[str], version: int) -> CalendarDay:
    """Change a special day."""
    _refuse_twice(day)
    _refuse_before_weeks(day)
    tidy_day(day)
    save_changes(day, set(fields) - {"calendar"}, version=version)
    tell(day.calendar)
    return day


def tell(calendar: Calendar) -> None:
    """Let everybody who counts by a calendar know that its working time has changed."""
    TIMETABLES.forget()
    working_time_changed.send(Calendar, calendar=calendar)


def tidy_week(week: WorkingWeek) -> None:
    """Write hours in one way, whatever the way in which they were typed."""
    for name in WEEKDAYS:
        setattr(week, name, written(parse(getattr(week, name))))


def tidy_day(day: CalendarDay) -> None:
    """Write hours in one way, whatever the way in which they were typed."""
    day.hours = written(parse(day.hours))


def _refuse_overlap(week: WorkingWeek) -> None:
    others = WorkingWeek.objects.filter(calendar=week.calendar_id, valid__overlap=week.valid)
    other = others.exclude(pk=week.pk).order_by("valid").first()
    if other:
        raise DomainError(
            _("The working week %(period)s holds in that time. Let it end first.")
            % {"period": other.shown_period},
            "first_day",
        )


def _refuse_twice(day: CalendarDay) -> None:
    same = CalendarDay.objects.filter(calendar=day.calendar_id, on=day.on).exclude(pk=day.pk)
    if same.exists():
        raise DomainError(_("The calendar has this day already. Change it there."), "on")


def _refuse_before_weeks(day: CalendarDay) -> None:
    first = WorkingWeek.objects.filter(calendar=day.calendar_id).order_by("valid").first()
    if first and day.on < first.first_day:
        raise DomainError(
            _("The working weeks of this calendar begin on %(day)s. Enter that day or a later one.")
            % {"day": shown_day(first.first_day)},
            "on",
        )
