"""Work of this module that nobody waits for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from crm.core.regular import name_work

from . import follow, listing


@app.periodic(cron="40 * * * *")  # the queue counts in UTC; the night is the bank's own
@app.task(queueing_lock="rebuild_listing")
def rebuild_listing(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Build the list of customers anew when it is night in the bank."""
    listing.rebuild_tonight()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="follow_tree")
def follow_tree(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Let the search keys follow branches that have moved."""
    follow.search_keys()


name_work(
    {
        rebuild_listing: _("The list of customers is built anew at night"),
        follow_tree: _("Search follows branches that have moved"),
    }
)
