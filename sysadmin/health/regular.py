"""What is done regularly: when it was due, when it really began, how long it took, how it ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from crm.core.clock import now
from crm.core.formats import lasted
from crm.core.models import RegularRun
from crm.core.regular import work_words

# so much later than planned it is overdue: whoever works off the queue may be busy
WAITS = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Work:
    """Regular work, the last time it was done, and since when all of it is noted."""

    task: str
    schedule: Any
    run: RegularRun | None
    since: dt.datetime | None

    @property
    def words(self) -> str:
        """What is done."""
        return work_words(self.task)

    @cached_property
    def wanted(self) -> dt.datetime:
        """The newest moment at which it was due and by now would have begun."""
        return self._around(now() - WAITS, back=True)

    @property
    def next_at(self) -> dt.datetime:
        """When it is due again."""
        return self._around(now(), back=False)

    def _around(self, at: dt.datetime, *, back: bool) -> dt.datetime:
        step = self.schedule.get_prev if back else self.schedule.get_next
        return dt.datetime.fromtimestamp(step(float, start_time=at.timestamp()), tz=dt.UTC)

    @property
    def is_late(self) -> bool:
        """Whether it should have begun since; in a young installation it may not have been due."""
        if self.run is None:
            return self.since is not None and self.since < self.wanted
        return self.run.began_at < self.wanted

    @property
    def has_failed(self) -> bool:
        """Whether it failed the last time."""
        return self.run is not None and self.run.has_failed

    @property
    def is_well(self) -> bool:
        """Whether nobody has to look into it."""
        return not (self.is_late or self.has_failed)

    @property
    def state(self) -> str:
        """How it stands, the worst first."""
        if self.has_failed:
            return _("Failed")
        if self.is_late and self.is_running:
            return _("Running, and overdue again")
        if self.is_late:
            return _("Overdue")
        if self.is_running:
            return _("Running")
        return _("Done") if self.run else _("Not due yet")

    @property
    def due_at(self) -> dt.datetime | None:
        """When it was due the last time that it began."""
        return self.run.due_at if self.run else None

    @property
    def began_at(self) -> dt.datetime | None:
        """When it really began."""
        return self.run.began_at if self.run else None

    @property
    def is_running(self) -> bool:
        """Whether it has begun and not ended."""
        return self.run is not None and self.run.ended_at is None

    @property
    def took(self) -> str:
        """How long it took, or takes up to now."""
        return lasted((self.run.ended_at or now()) - self.run.began_at) if self.run else ""


def regular_work() -> list[Work]:
    """All of it, what somebody has to look into first."""
    runs = {run.task: run for run in RegularRun.objects.all()}
    since = min((run.first_at for run in runs.values()), default=None)
    found = [
        Work(known.task.name, known.croniter, runs.get(known.task.name), since)
        for known in app.periodic_registry.periodic_tasks.values()
    ]
    return sorted(found, key=lambda work: (work.is_well, work.words))
