"""How the system is and what happens in it, as cards and charts."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.core.charts import Series, bar_chart, line_chart
from crm.core.clock import bank_today, midnight
from crm.core.formats import number, short_day
from crm.core.models import AccessEvent, Job

from .health.readings import Reading, readings, seal_readings

DAY = dt.timedelta(days=1)
WEEK = 7


def health_card(_user: Any) -> SafeString:
    """What of the system is not as it should be."""
    return readings_card(_("Health of the system"), readings(), reverse("sysadmin:health"))


def seals_card(_user: Any) -> SafeString:
    """Whether the trails are sealed, and the seals checked."""
    return readings_card(_("Seals of the trails"), [*seal_readings()], reverse("sysadmin:seals"))


def readings_card(heading: str, read: list[Reading], address: str) -> SafeString:
    """What was read, those first that somebody has to look into."""
    in_order = sorted(read, key=lambda reading: reading.is_well)
    return render_to_string(
        "sysadmin/_readings.html", {"heading": heading, "readings": in_order, "address": address}
    )


def trail_chart(user: Any) -> SafeString:
    """What people looked at, revealed and were refused in a week, by kind."""
    since = bank_today() - WEEK * DAY
    rows = AccessEvent.objects.permitted(user).filter(at__gte=midnight(since)).order_by()
    found = dict(rows.values_list("kind").annotate(Count("pk")))
    kinds = sorted(map(AccessEvent.Kind, found), key=lambda kind: (-found[kind], kind))
    address = reverse("sysadmin:accessevent_list")
    return bar_chart(
        _("Access trail of 7 days, by kind"),
        [
            Series(
                _("Entries"),
                [found[kind] for kind in kinds],
                [f"{address}?{urlencode({'kind': kind, 'at_after': since})}" for kind in kinds],
            )
        ],
        [str(kind.label) for kind in kinds],
    )


def jobs_chart(user: Any) -> str:
    """How many jobs within reach were done and failed, day by day for a week."""
    days = [bank_today() - place * DAY for place in reversed(range(WEEK))]
    rows = Job.objects.permitted(user).filter(created_at__gte=midnight(days[0])).order_by()
    on = TruncDate("created_at", tzinfo=timezone.get_default_timezone())
    counted = rows.annotate(day=on).values_list("status", "day").annotate(n=Count("pk"))
    found = {(status, day): n for status, day, n in counted}
    if not found:
        return ""
    done, failed = (
        [found.get((status, day), 0) for day in days]
        for status in (Job.Status.DONE, Job.Status.FAILED)
    )
    return line_chart(
        _("Jobs of 7 days: %(done)s done, %(failed)s failed")
        % {"done": number(sum(done)), "failed": number(sum(failed))},
        [
            Series(_("Done"), done, [jobs_at(Job.Status.DONE, day) for day in days]),
            Series(_("Failed"), failed, [jobs_at(Job.Status.FAILED, day) for day in days]),
        ],
        [short_day(day) for day in days],
    )


def jobs_at(status: Job.Status, day: dt.date) -> str:
    """The list of the jobs of a day that ended so."""
    asked = {"status": status, "created_at_after": day, "created_at_before": day}
    return f"{reverse('sysadmin:job_list')}?{urlencode(asked)}"
