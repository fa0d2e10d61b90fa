"""What the worker does for this module by the clock."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from config_admin.figures.values import value_of
from crm.core.regular import name_work
from staff.models import Handover

from . import notices
from .clock import watch
from .complaints import handover
from .complaints.parameters import REMIND
from .models import Complaint
from .promises.operations import break_overdue


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="mark_requests")
def mark_requests(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Mark the requests that are at risk or breached."""
    watch.mark()


@app.task
def reckon_requests(calendar_id: int) -> None:
    """Work out anew by when the open requests of a calendar are due."""
    watch.reckon(calendar_id)


@app.task
def put_back_complaints(handover_id: int) -> None:
    """Put back the complaints that a successor had to keep away from."""
    handover.put_back(Handover.objects.select_related("from_member").get(pk=handover_id))


@app.periodic(cron="3 * * * *")  # every hour: the queue counts in UTC, the bank's day does not
@app.task(queueing_lock="promises_due")
def promises_due(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Enter as broken what was promised until yesterday, and tell of what is due today."""
    break_overdue()
    notices.promises_due()


@app.periodic(cron="5 * * * *")
@app.task(queueing_lock="watch_complaints")
def watch_complaints(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Tell of the complaints that are to be answered soon, and of those that are late."""
    notices.watch_complaints(
        Complaint.objects.due_within(int(value_of(REMIND))), notices.COMPLAINT_DUE
    )
    notices.watch_complaints(Complaint.objects.overdue(), notices.COMPLAINT_OVERDUE)


name_work(
    {
        mark_requests: _("Requests at risk or breached are marked"),
        promises_due: _("Promises of the day are told of, those of yesterday entered as broken"),
        watch_complaints: _("Complaints to be answered soon are told of"),
    }
)
