"""The clock of a complaint: it runs in calendar days from receipt, and nothing stops it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from config_admin.figures.declared import Parameter
from config_admin.figures.values import value_of
from crm.core import formats
from crm.core.clock import now
from services.clock.words import DAY, in_words
from services.models import Complaint

# below this share of the time the clock warns
SOON = Decimal("0.25")


def bank_day(moment: dt.datetime) -> dt.date:
    """The bank's day on which a moment lies."""
    return formats.in_bank_zone(moment).date()


def due_day(since: dt.datetime, allowed: Parameter) -> dt.date:
    """The last day of the time that is allowed; the day on which it begins is not counted."""
    first = bank_day(since)
    return first + int(value_of(allowed, first)) * DAY


def end_of(day: dt.date) -> dt.datetime:
    """The moment at which the bank's day is over."""
    return dt.datetime.combine(day + DAY, dt.time(), timezone.get_default_timezone())


@dataclass(frozen=True)
class Clock:
    """How much time is left, in words and as a share of all of it."""

    words: str
    title: str
    share: Decimal
    tone: str


def clock_of(complaint: Complaint) -> Clock | None:
    """The clock of a complaint to which an answer is owed; None if none is."""
    if not complaint.is_open:
        return None
    is_review = complaint.status in Complaint.UNDER_REVIEW
    begun = (complaint.disputed_at if is_review else None) or complaint.received_at
    end = end_of(complaint.due_on)
    left = end - now()
    share = max(Decimal(left / (end - begun)), Decimal(0)) if end > begun else Decimal(0)
    tone = "bad" if left <= dt.timedelta(0) else "warn" if share < SOON else ""
    words = in_words(left)
    by = _("To be answered by %(day)s") % {"day": formats.day(complaint.due_on)}
    return Clock(words, f"{by} · {words}", share, tone)
