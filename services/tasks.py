"""Work of this module that nobody waits for."""

from __future__ import annotations

from procrastinate.contrib.django import app

from .clock import watch


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="mark_requests")
def mark_requests(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Mark the requests that are at risk or breached."""
    watch.mark()


@app.task
def reckon_requests(calendar_id: int) -> None:
    """Work out anew by when the open requests of a calendar are due."""
    watch.reckon(calendar_id)
