"""Working hours of a day as people write them: "09:00-12:00, 13:30-17:30"."""

from __future__ import annotations

import re
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

DAY = 24 * 60
SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", re.ASCII)
SEPARATORS = re.compile(r"[,;，；、]")
MOST_SPANS = 6
# each span as minutes from midnight: its first minute, and the one after its last
Spans = tuple[tuple[int, int], ...]


def parse(text: str) -> Spans:
    """The spans of a day in order; nothing written is a day without work."""
    plain = text.replace("：", ":").replace("–", "-").replace("—", "-").replace("~", "-")
    written = ["".join(part.split()) for part in SEPARATORS.split(plain)]
    spans = tuple(sorted(_span(part) for part in written if part))
    if len(spans) > MOST_SPANS:
        raise ValidationError(_("Enter at most %(n)d spans.") % {"n": MOST_SPANS})
    for (_first, last), (following, _end) in pairwise(spans):
        if following < last:
            raise ValidationError(_("Two spans overlap. End the first before the next one begins."))
    return spans


def _span(text: str) -> tuple[int, int]:
    found = SPAN.fullmatch(text)
    if not found:
        raise ValidationError(
            _("“%(text)s” is no span. Write spans as 09:00-12:00, 13:30-17:30.") % {"text": text}
        )
    hours, minutes, end_hours, end_minutes = (int(part) for part in found.groups())
    first, last = hours * 60 + minutes, end_hours * 60 + end_minutes
    if minutes > 59 or end_minutes > 59 or last > DAY:
        raise ValidationError(_("“%(text)s” is no time of a day.") % {"text": text})
    if first >= last:
        raise ValidationError(
            _("“%(text)s” ends before it begins. Write a span over midnight as two.")
            % {"text": text}
        )
    return first, last


def written(spans: Spans) -> str:
    """The spans as they are stored and shown."""
    return ", ".join(f"{_time(first)}-{_time(last)}" for first, last in spans)


def _time(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def check(text: str) -> None:
    """Refuse what cannot be read as working hours."""
    parse(text)
