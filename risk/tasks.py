"""Work of this module that nobody waits for."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from crm.core.regular import name_work
from sysadmin.models import system_user

from .cases import overdue
from .classification import night
from .diligence import escalation
from .diligence import operations as diligence
from .screening import run
from .screening.operations import expire
from .screening.screened import PEOPLE
from .screening.ties import follow_ties
from .warnings.run import start_nightly


@app.periodic(cron="25 * * * *")
@app.task(queueing_lock="screen_missed")
def screen_missed(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Screen customers whom nothing has screened yet."""
    run.screen_missed(by=system_user())


@app.task(retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def screen_customers(customer_ids: list[int]) -> None:
    """Screen customers who are new or whose identity has changed."""
    run.screen(customer_ids, by=system_user())


@app.task(retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def screen_people(person_ids: list[int]) -> None:
    """Screen people who stand behind a customer from now on, or do so no longer."""
    run.screen(person_ids, by=system_user(), among=PEOPLE)


@app.periodic(cron="5 * * * *")  # every hour: the queue counts in UTC, the bank's day does not
@app.task(queueing_lock="screen_nightly")
def screen_nightly(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Begin with the screening of all customers when it is night in the bank."""
    run.screen_tonight(by=system_user())


@app.periodic(cron="20 * * * *")
@app.task(queueing_lock="watch_ties")
def watch_ties(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """See who is tied to a statutory match today."""
    with transaction.atomic():
        follow_ties(by=system_user())


@app.periodic(cron="1 * * * *")  # every hour: the queue counts in UTC, the bank's day does not
@app.task(queueing_lock="expire_entries")
def expire_entries(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """End what entries had stopped that have expired."""
    expire(by=system_user())


@app.periodic(cron="35 * * * *")  # every hour: the queue counts in UTC, the bank's day does not
@app.task(queueing_lock="warn_nightly")
def warn_nightly(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Begin with the early warnings of the bank's day."""
    start_nightly(by=system_user())


@app.periodic(cron="50 * * * *")  # the queue counts in UTC; the night is the bank's own
@app.task(queueing_lock="classify_claims")
def classify_claims(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Classify all claims when it is night in the bank."""
    night.classify_tonight()


@app.periodic(cron="40 * * * *")  # every hour: the queue counts in UTC, the bank's day does not
@app.task(queueing_lock="watch_diligence")
def watch_diligence(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Have new customers rated, end other levels, tell of overdue reviews, and stop service."""
    system = system_user()
    diligence.begin_missed(by=system)
    diligence.end_overrides(by=system)
    diligence.stop_overdue(by=system)
    escalation.tell_in_the_morning()


@app.periodic(cron="45 * * * *")  # every hour: the queue counts in UTC, the bank's day does not
@app.task(queueing_lock="watch_cases")
def watch_cases(timestamp: int) -> None:  # noqa: ARG001  (the queue passes when it was due)
    """Tell officers which of their alert cases are overdue."""
    overdue.tell_in_the_morning()


name_work(
    {
        screen_missed: _("Whoever nothing has screened is screened"),
        screen_nightly: _("Everybody is screened at night"),
        expire_entries: _("What expired entries of watchlists had stopped goes on"),
        watch_ties: _("Who is tied to a statutory match is followed"),
        warn_nightly: _("The early warnings of the day begin"),
        classify_claims: _("Claims are classified at night"),
        watch_cases: _("Officers are told of overdue alert cases"),
        watch_diligence: _("New customers are rated, overdue reviews stop service"),
    }
)
