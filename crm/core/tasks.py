"""Work that nobody waits for, run by the worker."""

from __future__ import annotations

import datetime as dt

from django.contrib.sessions.models import Session
from django.db import connection
from procrastinate.contrib.django import app

from .clock import now
from .models import IdempotencyKey, StoredQuery


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="housekeeping")
def housekeeping(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Make the trails' months ahead, and sweep what has expired."""
    with connection.cursor() as cursor:
        cursor.execute("select core_make_partitions(3)")
    IdempotencyKey.objects.filter(at__lt=now() - dt.timedelta(days=2)).delete()
    StoredQuery.objects.filter(at__lt=now() - dt.timedelta(days=31)).delete()
    Session.objects.filter(expire_date__lt=now()).delete()
