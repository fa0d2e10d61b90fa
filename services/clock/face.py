"""What the clock of a request shows: how much is left or over, in two units, and its colour."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from config_admin.calendars.working_time import Timetable
from crm.core.clock import now
from crm.core.formats import last_moment
from services.models import ServiceRequest

from . import due
from .setting import Step, next_step, promise_of, timetable_of
from .words import DAY, MINUTE, in_words

AMBER = Decimal("0.25")
DAYS_OF_WEEK = 7


@dataclass(frozen=True)
class Face:
    """What is said of a deadline: the words, the share that is left, and how it is coloured."""

    words: str
    share: Decimal
    tone: str
    is_paused: bool = False
    is_done: bool = False
    title: str = ""


def face_of(request: ServiceRequest) -> Face:
    """What the clock of a request shows now."""
    if not request.is_at_work:
        return _done(request)
    step = next_step(request)
    promise = promise_of(request, step)
    at = request.stopped_at or now()
    hours = timetable_of(request)
    rest = due.left(promise, at, request.due_at, hours)
    share = _share(promise, rest)
    words = _said(promise, rest, hours, request.due_at)
    title = _title(step, request.due_at)
    if at >= request.due_at:
        return Face(words, Decimal(0), "bad", bool(request.stopped_at), title=title)
    if request.stopped_at:
        words = _("Paused, %(left)s") % {"left": words}
        return Face(words, share, "", is_paused=True, title=title)
    return Face(words, share, "warn" if share <= AMBER else "", title=title)


def _done(request: ServiceRequest) -> Face:
    is_late = request.resolved_at is not None and request.resolved_at > request.resolution_due_at
    words = _("Done late") if is_late else _("Done in time")
    tone = "bad" if is_late else ""
    if not is_late and is_answer_late(request):
        words, tone = _("Done, first answer late"), "warn"
    title = _title(Step.RESOLUTION, request.resolution_due_at)
    return Face(words, Decimal(0), tone, is_done=True, title=title)


def is_answer_late(request: ServiceRequest) -> bool:
    """Whether the first answer was given after its deadline."""
    answered = request.responded_at
    return answered is not None and answered > request.response_due_at


def late_answer(request: ServiceRequest) -> str:
    """By how much the first answer was late; empty if it came in time or is still owed."""
    answered = request.responded_at
    if answered is None or not is_answer_late(request):
        return ""
    promise, hours = promise_of(request, Step.RESPONSE), timetable_of(request)
    rest = due.left(promise, answered, request.response_due_at, hours)
    return _("First answer %(over)s") % {"over": _said(promise, rest, hours, answered)}


def _title(step: str, at: dt.datetime) -> str:
    said = _("First response by %(at)s") if step == Step.RESPONSE else _("Resolution by %(at)s")
    return said % {"at": last_moment(at)}


def _share(promise: due.Promise, rest: dt.timedelta) -> Decimal:
    whole = promise.amount * (MINUTE if promise.is_working_time else DAY)
    return min(max(Decimal(rest / whole), Decimal(0)), Decimal(1)).quantize(Decimal("0.01"))


def _said(promise: due.Promise, rest: dt.timedelta, hours: Timetable, at: dt.datetime) -> str:
    return in_words(rest, working_day(hours, at) if promise.is_working_time else DAY)


def working_day(hours: Timetable, at: dt.datetime) -> dt.timedelta:
    """How long a full working day is about a moment; a whole day where nobody works."""
    day = at.astimezone(hours.zone).date()
    week = [hours.hours_of(day - n * DAY) for n in range(DAYS_OF_WEEK)]
    return max(sum(last - first for first, last in spans) for spans in week) * MINUTE or DAY
