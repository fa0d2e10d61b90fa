"""The conversation of a request by days, with the times in which its clock stood."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from crm.core.formats import in_bank_zone
from services.models import ClockStop, RequestEntry, ServiceRequest

ICONS = {"reply": "reply", "message": "message-square", "note": "sticky-note"}
TONES = {"reply": "", "message": "ic-vi", "note": "ic-n"}


@dataclass(frozen=True)
class Line:
    """One thing that was said or happened."""

    at: dt.datetime
    icon: str
    tone: str
    title: str
    text: str
    who: str

    @property
    def day(self) -> dt.date:
        """The bank's day."""
        return in_bank_zone(self.at).date()


def timeline(request: ServiceRequest) -> list[Line]:
    """What was said and when the clock stood, newest first."""
    entries = RequestEntry.objects.filter(request=request).select_related("author")
    lines = [
        Line(one.at, ICONS[one.kind], TONES[one.kind], str(one), one.text, _author(one))
        for one in entries
    ]
    for stop in ClockStop.objects.filter(request=request):
        lines += _of_stop(stop)
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _author(entry: RequestEntry) -> str:
    author: Any = entry.author
    return str(author.shown_name)


def _of_stop(stop: ClockStop) -> list[Line]:
    title = _("Clock stopped: %(cause)s") % {"cause": stop}
    lines = [Line(stop.started_at, "pause", "ic-warn", title, stop.remark, "")]
    if stop.ended_at:
        lines.append(Line(stop.ended_at, "play", "ic-ok", _("Clock went on"), "", ""))
    return lines
