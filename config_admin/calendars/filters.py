"""Filters of calendars."""

import django_filters
from django.utils.translation import gettext_lazy as _

from config_admin.models import Calendar, CalendarDay, WorkingWeek
from crm.core.filter_kinds import DaysFilter, LookupFilter
from crm.core.filters import LeanFilterSet


def of_calendar():
    """What belongs to one calendar."""
    return LookupFilter(
        label=_("Calendar"),
        queryset=Calendar.objects.all(),
        url_name="config_admin:calendar_lookup",
    )


class CalendarFilter(LeanFilterSet):
    code = django_filters.CharFilter(label=_("Code begins with"), lookup_expr="istartswith")
    status = django_filters.ChoiceFilter(label=_("Status"), choices=Calendar.Status)

    class Meta:
        model = Calendar
        fields = ()


class WorkingWeekFilter(LeanFilterSet):
    calendar = of_calendar()

    class Meta:
        model = WorkingWeek
        fields = ()


class CalendarDayFilter(LeanFilterSet):
    calendar = of_calendar()
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=CalendarDay.Kind)
    on = DaysFilter(label=_("Day"))

    class Meta:
        model = CalendarDay
        fields = ()
