"""Forms of calendars."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from config_admin.dictionaries.forms import NAMED, keep
from config_admin.models import Calendar, CalendarDay, WorkingWeek
from config_admin.models.calendars import WEEKDAYS
from crm.core.clock import bank_today
from crm.core.forms import LookupField, RecordForm
from sysadmin.forms import day_field
from sysadmin.models import period

from . import operations


def calendar_field() -> LookupField:
    """The calendar that a week or a day belongs to."""
    return LookupField(
        Calendar.objects.all(), url_name="config_admin:calendar_lookup", label=_("Calendar")
    )


class CalendarForm(RecordForm):
    class Meta:
        model = Calendar
        fields = ("name", "name_zh", "code")
        error_messages = NAMED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep(self, "code")

    def apply(self, *, by: Any, version: int | None) -> Calendar:
        if self.instance.pk is None:
            return operations.enter_calendar(self.instance, by=by)
        return super().apply(by=by, version=version)


class WorkingWeekForm(RecordForm):
    calendar = calendar_field()
    first_day = day_field(
        _("From"),
        initial=bank_today,
        error_messages={"required": _("Enter the first day on which these hours hold.")},
    )
    last_day = day_field(
        _("Until"), required=False, help_text=_("The last day. Left empty, it has no end.")
    )

    class Meta:
        model = WorkingWeek
        fields = ("calendar", "note", *WEEKDAYS)
        help_texts = {"monday": _("As 09:00-12:00, 13:30-17:30. Left empty, nobody works.")}

    SECTIONS = (
        (_("Working week"), ("calendar", "note", "first_day", "last_day")),
        (_("Hours"), WEEKDAYS),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep(self, "calendar")
        if self.instance.pk:
            self.initial["first_day"] = self.instance.first_day
            self.initial["last_day"] = self.instance.last_day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day lies before the first. Enter a later day."))
        elif first:
            beyond = last + dt.timedelta(days=1) if last else None
            self.instance.valid = period(first, beyond)
        return cleaned

    def apply(self, *, by: Any, version: int | None) -> WorkingWeek:
        if self.instance.pk is None:
            return operations.enter_week(self.instance, by=by)
        named = {name for name in self.changed_data if name in self.Meta.fields}
        return operations.change_week(
            self.instance, by=by, fields=named | {"valid"}, version=version or 0
        )


class CalendarDayForm(RecordForm):
    calendar = calendar_field()
    on = day_field(_("Day"), error_messages={"required": _("Enter the day.")})

    class Meta:
        model = CalendarDay
        fields = ("calendar", "on", "name", "name_zh", "kind", "hours")
        error_messages = NAMED | {
            "kind": {"required": _("Choose whether it is a holiday or a working day.")}
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep(self, "calendar")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        on, counts = cleaned.get("on"), {"on", "kind", "hours"} & set(self.changed_data)
        if on and on < bank_today() and counts:
            self.ask_again(
                "on",
                _(
                    "This day is over; working time that has passed would be counted anew."
                    " Tick below if it is meant."
                ),
            )
        return cleaned

    def apply(self, *, by: Any, version: int | None) -> CalendarDay:
        if self.instance.pk is None:
            return operations.enter_day(self.instance, by=by)
        return operations.change_day(
            self.instance, by=by, fields=self.changed_columns, version=version or 0
        )
