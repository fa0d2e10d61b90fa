"""Work of this module that nobody waits for."""

from __future__ import annotations

from procrastinate.contrib.django import app

from .promises.operations import break_overdue


@app.periodic(cron="3 * * * *")  # every hour: the queue counts in UTC, the bank's day does not
@app.task(queueing_lock="promises_due")
def promises_due(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Enter as broken what was promised until yesterday."""
    break_overdue()
