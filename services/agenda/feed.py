"""A user's calendar as other programs read it (RFC 5545): it names no customer.

Whoever has the address reads it without signing in, and it lies about on telephones; so it says
when and where, and leads to the page that tells the rest to those who are signed in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from crm.core.clock import bank_today, now
from services.models import Appointment, CalendarFeed, Task

from .operations import digest_of
from .reports import appointments_of

Address = Callable[[Any], str]
BACK, AHEAD = dt.timedelta(days=30), dt.timedelta(days=180)
MOST_TASKS = 200
TASK_LENGTH = dt.timedelta(minutes=15)
# a calendar asks a few times an hour; more is a fault or a misuse
MOST_AN_HOUR, HOUR = 60, 3600
LONGEST_TOKEN = 100


def feed_of(token: str) -> CalendarFeed | None:
    """The calendar of a token, if its user still works here and may see tasks."""
    if len(token) > LONGEST_TOKEN:
        return None
    feeds = CalendarFeed.objects.select_related("user")
    feed = feeds.filter(digest=digest_of(token), user__is_active=True).first()
    return feed if feed and feed.user.has_action("services.view_task") else None


def asks_too_often(feed: CalendarFeed) -> bool:
    """Whether a calendar has been fetched too often in this hour."""
    key = f"calendar-feed:{feed.pk}:{now():%Y%m%d%H}"
    cache.add(key, 0, HOUR)
    return cache.incr(key) > MOST_AN_HOUR


def calendar_of(user: Any, address: Address) -> bytes:
    """The calendar as a file; `address` gives the page of a task or an appointment."""
    calendar = Calendar()
    calendar.add("prodid", "-//Meridian//CRM//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Meridian: tasks and appointments"))
    first, beyond = bank_today() - BACK, bank_today() + AHEAD
    for appointment in appointments_of(user, first, beyond):
        calendar.add_component(meeting(appointment, address))
    rows = Task.objects.permitted(user).of(user).open()
    rows = rows.filter(due_on__gte=first, due_on__lt=beyond)
    for task in rows.order_by("due_on", "id")[:MOST_TASKS]:
        calendar.add_component(reminder(task, address))
    written: bytes = calendar.to_ical()
    return written


def meeting(appointment: Appointment, address: Address) -> Event:
    """An appointment, without the customer's name, the purpose or what was noted."""
    event = _event("appointment", appointment, address)
    event.add("summary", _("Meeting with a customer"))
    event.add("dtstart", appointment.begins_at.astimezone(dt.UTC))
    event.add("dtend", appointment.ends_at.astimezone(dt.UTC))
    # a place that was typed may be where the customer lives
    event.add("location", "" if appointment.place else appointment.branch.shown_name)
    return event


def reminder(task: Task, address: Address) -> Event:
    """A task, without its words: they may name somebody."""
    event = _event("task", task, address)
    event.add("summary", _("A task is due"))
    event.add("transp", "TRANSPARENT")
    if task.due_at:
        event.add("dtstart", task.due.astimezone(dt.UTC))
        event.add("dtend", task.due.astimezone(dt.UTC) + TASK_LENGTH)
    else:
        event.add("dtstart", task.due_on)
    return event


def _event(kind: str, row: Any, address: Address) -> Event:
    event = Event()
    event.add("uid", f"{kind}-{row.pk}@meridian")
    event.add("dtstamp", row.updated_at.astimezone(dt.UTC))
    event.add("sequence", row.version - 1)
    event.add("url", address(row))
    return event
