"""Pages of calendars: the month on the wall."""

from __future__ import annotations

import datetime as dt

from config_admin.dictionaries.views import AddFromPage
from config_admin.figures.own import CALENDAR_WARNING
from config_admin.figures.values import value_of
from config_admin.models import CalendarDay
from crm.core.clock import bank_today
from crm.core.pages import DetailPage

from .months import beside, month_of, weeks_of
from .working_time import timetable


class CalendarPage(DetailPage):
    def facts(self):
        calendar, today = self.object, bank_today()
        month = month_of(self.request.GET.get("month", ""), today)
        laid_out = timetable(calendar.code)
        last = max(laid_out.special, default=None)
        before, after = beside(month)
        ahead = dt.timedelta(days=int(value_of(CALENDAR_WARNING)))
        return super().facts() | {
            "month": month,
            "weeks": weeks_of(month, laid_out, self.special(month), today),
            "before": before,
            "after": after,
            "last_special": last if last and last < today + ahead else None,
            "opens_days": self.request.user.has_action("config_admin.view_calendarday"),
            "may_enter_day": self.request.user.has_action("config_admin.add_calendarday"),
            "may_enter_week": self.request.user.has_action("config_admin.add_workingweek"),
        }

    def special(self, month):
        around = dt.timedelta(days=7)
        days = CalendarDay.objects.filter(
            calendar=self.object, on__range=(month - around, month + 6 * around)
        )
        return {day.on: day for day in days}


class AddToCalendarPage(AddFromPage):
    filled = ("calendar",)
