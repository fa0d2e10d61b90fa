"""What happens to tasks, and to the address at which a calendar is fetched."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from crm.core.clock import bank_today, now
from crm.core.operations import (
    DomainError,
    Stale,
    insert,
    move,
    operation,
    refuse_past,
    save_changes,
    save_new,
    write,
)
from services import notices
from services.models import CalendarFeed, Task

if TYPE_CHECKING:
    from sysadmin.models import User

DUE = {"due_on", "due_at", "remind_before"}
TOKEN_BYTES = 32


@operation
def give(task: Task, *, by: User) -> Task:
    """Enter what somebody has to do: oneself, or a colleague, who sees who gave it."""
    refuse_past(task.due_on, "due_on")
    task.author = by
    task.set_reminder()
    save_new(task)
    notices.given(task, task.member, by=by)
    return task


@operation
def amend(task: Task, *, by: User, fields: list[str], version: int) -> Task:
    """Change what is to be done, by whom or by when."""
    changed = set(fields)
    if changed & DUE:
        task.set_reminder()
        changed.add("remind_at")
    save_changes(task, sorted(changed), version=version)
    if "member" in changed:
        notices.given(task, task.member, by=by)
    return task


@operation
def postpone(task: Task, *, by: User, due_on: dt.date) -> Task:
    """Put off an open task to a later day, its reminder with it."""
    task.refresh_from_db(from_queryset=Task.objects.select_for_update())
    if task.status != Task.Status.OPEN:
        raise DomainError(task.sentence(task.MOVES["finish"].refused))
    if due_on <= max(bank_today(), task.due_on):
        raise DomainError(_("A task is put off to a later day than its own."), "to")
    task.due_on = due_on
    task.set_reminder()
    write(task, ["due_on", "remind_at"], version=task.version)
    return task


@operation
def bring_back(task: Task, *, by: User, due_on: dt.date, version: int) -> Task:
    """Take back that a task was put off, unless something has happened to it since."""
    task.refresh_from_db(from_queryset=Task.objects.select_for_update())
    if task.version != version or task.status != Task.Status.OPEN:
        raise Stale
    task.due_on = due_on
    task.set_reminder()
    write(task, ["due_on", "remind_at"], version=version)
    return task


@operation
def heed(task: Task, *, by: User) -> Task:
    """Note that a reminder has been seen: it comes no more."""
    task.refresh_from_db(from_queryset=Task.objects.select_for_update())
    task.remind_before = task.remind_at = None
    write(task, ["remind_before", "remind_at"], version=task.version)
    return task


@operation
def finish(task: Task, *, by: User, reason: str = "") -> None:
    """Mark a task as done."""
    move(task, "finish", by=by, reason=reason)


@operation
def drop(task: Task, *, by: User, reason: str) -> None:
    """Drop a task of which nothing will come."""
    move(task, "drop", by=by, reason=reason)


@operation
def reopen(task: Task, *, by: User, reason: str = "") -> None:
    """Open a task again that was done or dropped."""
    move(task, "reopen", by=by, reason=reason)


def tomorrow() -> dt.date:
    """The day after the bank's today."""
    return bank_today() + dt.timedelta(days=1)


def next_week() -> dt.date:
    """The Monday after the bank's today."""
    today = bank_today()
    return today + dt.timedelta(days=7 - today.weekday())


# --- the calendar's address -----------------------------------------------------------------


def digest_of(token: str) -> str:
    """What is kept of a token: it cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


@operation
def renew_feed(user: User, *, by: User) -> str:
    """Give a user a new calendar address; the one before leads nowhere from now on.

    The token is returned this once and is kept nowhere.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = CalendarFeed.objects.select_for_update().filter(user=user).first()
    known = feed or CalendarFeed(user=user)
    known.digest, known.renewed_at = digest_of(token), now()
    if feed is None:
        insert(known)
    else:
        write(known, ["digest", "renewed_at"], version=known.version)
    return token


@operation
def revoke_feed(user: User, *, by: User) -> None:
    """Let a user's calendar address lead nowhere."""
    feed = CalendarFeed.objects.select_for_update().filter(user=user).first()
    if feed is None or feed.digest is None:
        raise Stale
    feed.digest = feed.renewed_at = None
    write(feed, ["digest", "renewed_at"], version=feed.version)
