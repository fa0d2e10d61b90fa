"""The clock of a request as the pages draw it: a ring of what is left, with its words."""

from __future__ import annotations

from django.utils.safestring import SafeString

from crm.core.formats import markup
from crm.core.icons import icon

from .face import Face

RING = (
    '<svg class="ring{}" viewBox="0 0 20 20" aria-hidden="true"><circle class="track" cx="10"'
    ' cy="10" r="8"/><circle class="left" cx="10" cy="10" r="8" pathLength="100"'
    ' stroke-dasharray="{} 100" transform="rotate(-90 10 10)"/></svg>'
)


def clock(face: Face) -> SafeString:
    """A ring, or an icon where the clock does not run, and the words beside it."""
    return markup(
        '<span class="sla sla-{}" title="{}">{}{}</span>',
        face.tone or "ok",
        face.title,
        _mark(face),
        face.words,
    )


def _mark(face: Face) -> SafeString:
    if face.is_done:
        return icon("circle-check" if not face.tone else "circle-alert", 14)
    if face.is_paused:
        return icon("pause", 14)
    tone = f" ring-{face.tone}" if face.tone else ""
    # after the deadline the ring is full, so that its colour is seen
    return markup(RING, tone, int(face.share * 100) if face.tone != "bad" else 100)
