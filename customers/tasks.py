"""Nightly work of this module."""

from __future__ import annotations

from procrastinate.contrib.django import app

from . import listing


@app.periodic(cron="40 18 * * *")  # at night in the bank's first home; the queue counts in UTC
@app.task(queueing_lock="rebuild_listing")
def rebuild_listing(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Build the list of customers anew."""
    listing.rebuild()
