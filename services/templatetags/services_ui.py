"""Template helpers of the pages about requests."""

from __future__ import annotations

from django import template

from services.clock.ring import clock
from services.requests.tables import PRIORITY_TONES, TONES

register = template.Library()
register.filter("clock", clock)


@register.filter
def request_tag(status: str) -> str:
    """The colour of a request's status."""
    return _tag(TONES.get(status))


@register.filter
def priority_tag(priority: str) -> str:
    """The colour of a request's priority."""
    return _tag(PRIORITY_TONES.get(priority))


def _tag(tone: str | None) -> str:
    return f"tag-{tone}" if tone else ""
