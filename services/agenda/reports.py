"""What a user has to do and whom they meet: today by rank, and by the day."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from config_admin.calendars.months import month_of
from config_admin.figures.values import value_of
from crm.core.clock import bank_today, midnight, now
from crm.core.formats import in_bank_zone
from customers.models import ListedCustomer
from services.appointments.hours import hours_of
from services.complaints.parameters import REMIND
from services.models import Appointment, Complaint, Task
from services.named import name_customers

MOST_TASKS, MOST_APPOINTMENTS = 200, 200
DAY, WEEK = dt.timedelta(days=1), 7
LAST_MINUTE = dt.time(23, 59)


@dataclass(frozen=True)
class Today:
    """What there is to do today, in ranks, and the appointments of the day."""

    reminders: list[Task]
    overdue: list[Task]
    due: list[Task]
    appointments: list[Appointment]
    complaints: list[Complaint]

    @property
    def groups(self) -> list[tuple[str, list[Task]]]:
        """Each rank that holds something."""
        named = [("overdue", self.overdue), ("due", self.due), ("reminders", self.reminders)]
        return [(name, tasks) for name, tasks in named if tasks]


def today_of(user: Any) -> Today:
    """A user's list of today: overdue first, then by priority and by the customer's assets."""
    today = bank_today()
    rows = Task.objects.permitted(user).of(user).open()
    rows = rows.filter(Q(due_on__lte=today) | Q(remind_at__lte=now())).select_related("author")
    tasks = list(rows.order_by("due_on", "id")[:MOST_TASKS])
    appointments = appointments_of(user, today, today + DAY)
    lines = name_customers([*tasks, *appointments], user)
    tasks.sort(key=lambda task: rank(task, lines.get(task.customer_id or 0)))
    return Today(
        reminders=[task for task in tasks if task.due_on > today],
        overdue=[task for task in tasks if task.due_on < today],
        due=[task for task in tasks if task.due_on == today],
        appointments=appointments,
        complaints=list(complaints_of(user).order_by("due_on", "id")[:MOST_TASKS]),
    )


def complaints_of(user: Any) -> QuerySet[Complaint]:
    """The complaints that a user is to answer soon or should have answered."""
    last = bank_today() + int(value_of(REMIND)) * DAY
    return Complaint.objects.permitted(user).open().in_charge_of(user).filter(due_on__lte=last)


def rank(task: Task, line: ListedCustomer | None) -> tuple[Any, ...]:
    """Where a task stands among others of its day: what comes first is the smallest."""
    return (task.priority, -band(line), task.due_on, task.due_at or LAST_MINUTE, task.pk)


def band(line: ListedCustomer | None) -> int:
    """How large a customer's assets are, by their number of digits: it orders and says no more."""
    return len(str(int(line.assets))) if line and line.assets >= 1 else 0


def appointments_of(user: Any, first: dt.date, beyond: dt.date) -> list[Appointment]:
    """A user's appointments from one day up to, and without, another, in their order."""
    if not user.has_action("services.view_appointment"):
        return []
    rows = Appointment.objects.permitted(user).of(user).kept()
    rows = rows.between(midnight(first), midnight(beyond)).select_related("branch")
    return list(rows.order_by("begins_at", "id")[:MOST_APPOINTMENTS])


@dataclass(frozen=True)
class Day:
    """A day of the calendar with what falls on it."""

    day: dt.date
    is_today: bool
    is_of_month: bool
    is_off: bool
    items: list[Any]

    @property
    def first(self) -> list[Any]:
        """What a small square shows."""
        return self.items[:3]

    @property
    def more(self) -> int:
        """How many a small square does not show."""
        return len(self.items) - len(self.first)


def days_of(user: Any, days: list[dt.date], month: int = 0) -> list[Day]:
    """A user's calendar on some days that follow each other."""
    first, beyond = days[0], days[-1] + DAY
    rows = Task.objects.permitted(user).of(user).exclude(status=Task.Status.DROPPED)
    rows = rows.filter(due_on__gte=first, due_on__lt=beyond)
    tasks = list(rows.order_by("due_on", "id")[:MOST_TASKS])
    items = [*tasks, *appointments_of(user, first, beyond)]
    name_customers(items, user)
    held = by_day(items)
    today = bank_today()
    return [
        Day(
            day,
            day == today,
            not month or day.month == month,
            not hours_of(day),
            sorted(held[day], key=time_of),
        )
        for day in days
    ]


def by_day(items: Iterable[Any]) -> dict[dt.date, list[Any]]:
    """Tasks and appointments under the day on which they fall."""
    held: dict[dt.date, list[Any]] = defaultdict(list)
    for item in items:
        is_task = isinstance(item, Task)
        held[item.due_on if is_task else in_bank_zone(item.begins_at).date()].append(item)
    return held


def time_of(item: Any) -> tuple[Any, ...]:
    """Where a thing stands within its day: what has a time first, in order, then the tasks."""
    if isinstance(item, Task):
        return (item.due_at or LAST_MINUTE, item.priority, item.pk)
    return (in_bank_zone(item.begins_at).time(), 0, item.pk)


def week_of(text: str) -> list[dt.date]:
    """The seven days of the week with a day that an address names, or of the present one."""
    day = day_of(text)
    monday = day - dt.timedelta(days=day.weekday())
    return [monday + dt.timedelta(days=place) for place in range(WEEK)]


def day_of(text: str) -> dt.date:
    """The day that an address names, or the bank's today; years beyond any calendar are none."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return bank_today()
    return day if 1990 <= day.year < 2100 else bank_today()


def grid_of(text: str) -> tuple[dt.date, list[dt.date]]:
    """The month that an address names, and the days of the weeks that it touches."""
    month = month_of(text, bank_today())
    weeks = calendar.Calendar().monthdatescalendar(month.year, month.month)
    return month, [day for week in weeks for day in week]
