"""Work of this module that nobody waits for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from crm.core.regular import name_work

from . import effective
from .handover import due


@app.periodic(cron="5 * * * *")  # every hour: the queue counts in UTC, the bank's day does not
@app.task(queueing_lock="effective_today")
def effective_today(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Apply what is in force from the bank's today on."""
    effective.apply()


@app.periodic(cron="10 * * * *")
@app.task(queueing_lock="handovers_due")
def handovers_due(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Carry out what is handed over on the bank's today."""
    due.carry_out_today()


name_work(
    {
        effective_today: _("Assignments of the day take effect, leavers are seen off"),
        handovers_due: _("Handovers of the day are carried out"),
    }
)
