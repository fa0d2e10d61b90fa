"""The calendars that a new installation begins with, and the public holidays of its country."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import holidays
from django.conf import settings

from config_admin.models import Calendar, CalendarDay, WorkingWeek
from config_admin.models.calendars import WEEKDAYS
from crm.core.clock import bank_today
from crm.core.operations import save_new
from sysadmin.models import period

from .operations import tell
from .working_time import TIMETABLES

FIRST_DAY = dt.date(2020, 1, 1)
WORKDAY = "09:00-12:00, 13:30-17:30"
ROUND_THE_CLOCK = "00:00-24:00"
# code, English, Chinese, hours from Monday to Friday, at weekends, whether holidays are kept
CALENDARS = (
    ("office", "Offices", "机关办公日历", WORKDAY, "", True),
    ("outlet", "Outlets", "网点营业日历", "09:00-17:00", "", True),
    ("hotline", "Customer hotline", "客服热线日历", ROUND_THE_CLOCK, ROUND_THE_CLOCK, False),
)
YEARS_BACK, YEARS_AHEAD = 2, 1
DAY, SATURDAY = dt.timedelta(days=1), 5
ENGLISH, CHINESE = "en_US", "zh_CN"


def enter_missing() -> int:
    """Enter the calendars, and the published holidays, that are not there yet; the caller acts.

    Run again after an update of the package of holidays, it enters what was published meanwhile.
    """
    entered = 0
    for code, name, name_zh, weekday, weekend, keeps_holidays in CALENDARS:
        calendar = Calendar.objects.filter(code=code).first()
        if calendar is None:
            calendar = Calendar(code=code, name=name, name_zh=name_zh)
            save_new(calendar)
            hours = dict.fromkeys(WEEKDAYS[:5], weekday) | dict.fromkeys(WEEKDAYS[5:], weekend)
            save_new(WorkingWeek(calendar=calendar, valid=period(FIRST_DAY), **hours))
            entered += 1
        if keeps_holidays:
            entered += enter_holidays(calendar)
    TIMETABLES.forget()
    return entered


def enter_holidays(calendar: Calendar) -> int:
    """Enter the public holidays and make-up working days that the calendar does not have yet.

    What is promised by the calendar is worked out anew with them.
    """
    year = bank_today().year
    years = range(year - YEARS_BACK, year + YEARS_AHEAD + 1)
    known = set(CalendarDay.objects.filter(calendar=calendar).values_list("on", flat=True))
    missing = [day for day in public_days(settings.HOME_COUNTRY, years) if day.on not in known]
    for day in missing:
        day.calendar = calendar
        save_new(day)
    if missing:
        tell(calendar)
    return len(missing)


def public_days(country: str, years: range) -> Iterator[CalendarDay]:
    """The public holidays of a country and the days on which people make up for them."""
    english, chinese = (_named(country, years, language) for language in (ENGLISH, CHINESE))
    made_up = set(getattr(english, "weekend_workdays", ()))
    for on in sorted(english):
        # what is exchanged for a weekend has no name of its own
        exchanged = "substituted" in english[on]
        yield holiday(
            on,
            "Day off in exchange" if exchanged else english[on],
            "调休" if exchanged else chinese[on],
        )
    for on in sorted(weekends_beside(set(english), made_up) if made_up else ()):
        yield holiday(on, "Holiday weekend", "假期周末")
    for on in sorted(made_up):
        if on.year in years:
            day = holiday(on, "Working day in exchange", "调休上班")
            day.kind = CalendarDay.Kind.WORKING
            yield day


def holiday(on: dt.date, name: str, name_zh: str) -> CalendarDay:
    """A day on which nobody works."""
    return CalendarDay(on=on, kind=CalendarDay.Kind.HOLIDAY, name=name, name_zh=name_zh)


def weekends_beside(free: set[dt.date], made_up: set[dt.date]) -> set[dt.date]:
    """The weekend days that belong to a holiday because they touch it.

    Where weekends are worked in exchange, a holiday is announced with the weekends that it meets:
    on these, those who work on other Saturdays are free as well.
    """
    found: set[dt.date] = set()
    for day in free:
        for step in (DAY, -DAY):
            beside = day + step
            while beside.weekday() >= SATURDAY and beside not in free | made_up:
                found.add(beside)
                beside += step
    return found


def _named(country: str, years: range, language: str) -> holidays.HolidayBase:
    spoken = (
        language if language in holidays.country_holidays(country).supported_languages else None
    )
    return holidays.country_holidays(country, years=years, language=spoken)
