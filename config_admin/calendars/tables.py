"""Tables of calendars."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2 import A, Column

from config_admin.models import Calendar, CalendarDay, WorkingWeek
from crm.core.columns import BadgeColumn, DateColumn, MomentColumn, NameColumn
from crm.core.tables import FastTable


class CalendarTable(FastTable):
    name = NameColumn(
        accessor="shown_name",
        verbose_name=_("Calendar"),
        second="code",
        view="config_admin:calendar_view",
    )
    status = BadgeColumn(tones={"live": "ok"})
    updated_at = MomentColumn()

    class Meta:
        model = Calendar
        fields = ("name", "status", "updated_at")


class WorkingWeekTable(FastTable):
    period = Column(
        accessor="shown_period",
        verbose_name=_("Valid"),
        linkify=("config_admin:workingweek_view", [A("pk")]),
    )
    calendar = Column(accessor="calendar__shown_name", verbose_name=_("Calendar"))

    class Meta:
        model = WorkingWeek
        fields = ("period", "calendar", "note", "monday", "saturday", "sunday")


class CalendarDayTable(FastTable):
    on = DateColumn(linkify=("config_admin:calendarday_view", [A("pk")]))
    name = Column(accessor="shown_name", verbose_name=pgettext_lazy("configuration", "Name"))
    calendar = Column(accessor="calendar__shown_name", verbose_name=_("Calendar"))
    kind = BadgeColumn(tones={"holiday": "ok", "working": "info"})

    class Meta:
        model = CalendarDay
        fields = ("on", "name", "calendar", "kind", "hours")
