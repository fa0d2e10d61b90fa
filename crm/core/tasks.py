"""Work that nobody waits for, run by the worker."""

from __future__ import annotations

import datetime as dt
import logging

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.utils.translation import gettext_lazy as _
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from . import approvals, jobs
from .clock import now
from .models import IdempotencyKey, JobRow, StoredQuery
from .registry import sweepers
from .regular import name_work
from .seals.sealing import seal_trails
from .seals.verifying import findings_of, verify

logger = logging.getLogger(__name__)
ATTEMPTS = 5
KEPT_DAYS = 90


@app.task(
    pass_context=True,
    # the database was restarted, or two jobs wanted the same rows: worth another try
    retry=RetryStrategy(
        max_attempts=ATTEMPTS, exponential_wait=2, retry_exceptions={OperationalError}
    ),
)
def run_job(context: JobContext, job_id: int) -> None:
    """Do what is left of a job; what stops it is kept with it, in words."""
    try:
        jobs.run(job_id)
    except OperationalError:
        if context.job.attempts >= ATTEMPTS:
            jobs.fail(job_id, jobs.UNREACHABLE)
        raise
    except Exception:
        logger.exception("The job %s failed.", job_id)
        jobs.fail(job_id, jobs.BROKEN)


@app.periodic(cron=f"* * * * * */{max(min(settings.STALLED_SECONDS // 2, 30), 1)}")
@app.task(queueing_lock="stalled_jobs", pass_context=True)
async def stalled_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Give work back to the queue whose worker is gone, and tidy up after what will not go on."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=settings.STALLED_SECONDS):
        await manager.retry_job(job)
    await sync_to_async(jobs.tidy)()


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="housekeeping")
def housekeeping(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Make the trails' months ahead, and sweep what has expired."""
    with connection.cursor() as cursor:
        cursor.execute("select core_make_partitions(3)")
        # the cache itself does so only when it is full
        cursor.execute("delete from core_cache where expires < %s", [now()])
    IdempotencyKey.objects.filter(at__lt=now() - dt.timedelta(days=2)).delete()
    old = StoredQuery.objects.filter(at__lt=now() - dt.timedelta(days=31))
    old.filter(saved_views=None).delete()
    JobRow.objects.filter(job__created_at__lt=now() - dt.timedelta(days=KEPT_DAYS)).delete()
    Session.objects.filter(expire_date__lt=now()).delete()
    approvals.expire(by=get_user_model().objects.get(is_system=True))
    for sweep in sweepers():
        sweep()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="seal")
def seal(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Seal what the trails have taken up since the last time."""
    seal_trails()


@app.periodic(cron="35 18 * * *")  # the queue counts in UTC: at night in the bank's home
@app.task(queueing_lock="check_trails")
def check_trails(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Check the trails against their seals each night; what is found goes to the log as well."""
    for finding in findings_of(verify()):
        logger.error("The trails are not as they were sealed: %s", finding.words)


name_work(
    {
        stalled_jobs: _("Jobs whose worker is gone go back into the queue"),
        housekeeping: _("Months of the trails are made ahead, what has expired is swept"),
        seal: _("The trails are sealed"),
        check_trails: _("The trails are checked against their seals"),
    }
)
