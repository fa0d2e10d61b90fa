"""Pages of calendars."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.models import Calendar, CalendarDay, WorkingWeek
from config_admin.models.calendars import WEEKDAYS
from crm.core.resources import Resource, Section, Transition
from crm.core.saved_views import View

from . import operations, views
from .filters import CalendarDayFilter, CalendarFilter, WorkingWeekFilter
from .forms import CalendarDayForm, CalendarForm, WorkingWeekForm
from .tables import CalendarDayTable, CalendarTable, WorkingWeekTable

calendar = Resource(
    Calendar,
    route="calendars/",
    table=CalendarTable,
    sorts={"code": ("code",)},
    filterset=CalendarFilter,
    form=CalendarForm,
    sections=(Section(_("Calendar"), ("code", "name", "name_zh", "status")),),
    transitions=(
        Transition("retire", operations.retire_calendar),
        Transition("restore", operations.restore_calendar),
    ),
    views=(View("live", pgettext_lazy("entries", "In use"), "status=live"),),
    search=("code", "name", "name_zh"),
    overrides={"view": views.CalendarPage},
)
working_week = Resource(
    WorkingWeek,
    route="working-weeks/",
    table=WorkingWeekTable,
    sorts={"newest": ("-id",)},
    filterset=WorkingWeekFilter,
    form=WorkingWeekForm,
    sections=(
        Section(_("Working week"), ("calendar", "shown_period", "note")),
        Section(_("Hours"), WEEKDAYS),
    ),
    joins=("calendar",),
    overrides={"add": views.AddToCalendarPage},
)
calendar_day = Resource(
    CalendarDay,
    route="special-days/",
    table=CalendarDayTable,
    sorts={"newest": ("-on", "-id"), "on": ("on", "id")},
    filterset=CalendarDayFilter,
    form=CalendarDayForm,
    sections=(Section(_("Special day"), ("calendar", "on", "name", "name_zh", "kind", "hours")),),
    joins=("calendar",),
    views=(
        View("holidays", _("Holidays"), "kind=holiday"),
        View("working", _("Make-up working days"), "kind=working"),
    ),
    overrides={"add": views.AddToCalendarPage},
)
RESOURCES = (calendar, working_week, calendar_day)
