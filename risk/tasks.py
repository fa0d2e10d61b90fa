"""Work of this module that nobody waits for."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from sysadmin.models import system_user

from .diligence import operations as diligence
from .screening import run


@app.periodic(cron="25 * * * *")
@app.task(queueing_lock="screen_missed")
def screen_missed(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Screen customers whom nothing has screened yet."""
    run.screen_missed(by=system_user())


@app.task(retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def screen_customers(customer_ids: list[int]) -> None:
    """Screen customers who are new or whose identity has changed."""
    run.screen(customer_ids, by=system_user())


@app.periodic(cron="35 * * * *")  # every hour: the queue counts in UTC, the bank's day does not
@app.task(queueing_lock="watch_diligence")
def watch_diligence(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Have new customers rated, end other levels, and stop service where a review is overdue."""
    system = system_user()
    diligence.begin_missed(by=system)
    diligence.end_overrides(by=system)
    diligence.stop_overdue(by=system)
