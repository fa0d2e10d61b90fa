"""By when a case of a service is to be answered."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from config_admin.calendars.working_time import add_working_minutes
from config_admin.models import ServiceDeadline, ServiceType
from crm.core.operations import DomainError

DAY = dt.timedelta(days=1)


def promised(service: ServiceType, step: str, priority: str) -> ServiceDeadline:
    """How long a step may take: the deadline of the priority, or the usual one if it has none."""
    usual = ServiceDeadline.Priority.NORMAL
    rows = {row.priority: row for row in service.deadlines.filter(step=step)}
    found = rows.get(priority) or rows.get(usual)
    if found is None:
        raise DomainError(
            _("%(name)s has no deadline for this step. Enter one in the service catalogue.")
            % {"name": service}
        )
    return found


def deadline_of(service: ServiceType, step: str, priority: str, start: dt.datetime) -> dt.datetime:
    """The moment by which a step is done: of the priority, or of the usual one if it has none.

    Calendar days end with the bank's day; the day on which it began is not counted.
    """
    found = promised(service, step, priority)
    if found.unit == ServiceDeadline.Unit.WORKING_MINUTES:
        return add_working_minutes(service.queue.calendar.code, start, found.amount)
    zone = timezone.get_default_timezone()
    day = start.astimezone(zone).date() + (found.amount + 1) * DAY
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
