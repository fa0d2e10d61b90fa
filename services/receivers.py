"""What happens here when something changes in a module below."""

from __future__ import annotations

from typing import Any


def reckon_anew(calendar: Any, **_signal: Any) -> None:
    """Let the clocks that run by a calendar be worked out anew once its change is stored."""
    from .tasks import reckon_requests  # noqa: PLC0415  (the queue loads after the models)

    reckon_requests.defer(calendar_id=calendar.pk)
