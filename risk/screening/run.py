"""New and changed customers are screened at once, all of them every night and with a new list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.core import jobs
from crm.core.acting import acting
from crm.core.models import Job
from customers.models import Customer
from risk.models import ListedName, ScreenedCustomer, WatchlistVersion

from . import matches
from .candidates import of_few, of_range
from .identity import Identity, identities, keep_keys
from .keys import EDITION, listed_keys_of

if TYPE_CHECKING:
    from sysadmin.models import User

CUSTOMERS_AT_ONCE = 200
# of all customers, in one statement
RANGE = 10_000
RENEWED_AT_ONCE = 2000
# hours of the bank's clock
NIGHT = range(1, 7)
ENDED = (Customer.Status.CLOSED, Customer.Status.MERGED)


# --- customers -----------------------------------------------------------------------


def screen(keys: Iterable[int], *, by: User) -> int:
    """Screen customers against every list; returns how many hits were opened or renewed."""
    with acting(by=by):
        # in one order, so that two who screen the same customers wait and do not deadlock
        rows = Customer.objects.filter(pk__in=list(keys)).exclude(status__in=ENDED).order_by("pk")
        customers = {one.pk: one for one in identities(rows.select_for_update(no_key=True))}
        keep_keys(customers.values())
        return matches.enter(matches.find(customers, of_few(customers)))


def screen_range(customers: Sequence[Identity], *, version: int | None = None) -> int:
    """Screen customers who follow each other by their keys; the caller acts.

    Against every list, or against what a version has changed: then against every list only whoever
    is new or has changed since the keys were kept.
    """
    ours = {one.pk: one for one in customers}
    first, last = customers[0].pk, customers[-1].pk
    rows = ScreenedCustomer.objects.filter(customer__gte=first, customer__lte=last)
    kept = dict(rows.values_list("customer", "digest"))
    new = [one for one in customers if kept.get(one.pk) != one.kept_as]
    keep_keys(new)
    pairs = of_range(first, last, ended=ENDED, version=version, new=[one.pk for one in new])
    return matches.enter(matches.find(ours, pairs))


def screen_missed(*, by: User) -> None:
    """Screen whoever has never been, some at a time: nobody stays out because a worker died."""
    after = 0
    while keys := next_missed(after):
        screen(keys, by=by)
        after = keys[-1]


def next_missed(after: int) -> list[int]:
    """The next customers after a place who have never been screened."""
    rows = Customer.objects.filter(pk__gt=after, screened=None).exclude(status__in=ENDED)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:CUSTOMERS_AT_ONCE])


# --- jobs ----------------------------------------------------------------------------


def chunk(run: jobs.Run) -> jobs.Step:
    """Screen the next customers by their keys, against a version or in a night against all."""
    if not run.position and renew_keys():
        return jobs.Step()
    after = run.position.get("after", 0)
    rows = Customer.objects.exclude(status__in=ENDED)
    customers = identities(rows.filter(pk__gt=after).order_by("pk")[:RANGE])
    version = run.arguments.get("version")
    opened = screen_range(customers, version=version) if customers else 0
    return jobs.Step(
        {"after": customers[-1].pk if customers else after},
        done=len(customers),
        changed=opened,
        total=None if after else rows.count(),
        is_last=len(customers) < RANGE,
    )


def renew_keys() -> int:
    """Make the keys of some listed names anew that a former release has made; how many it were."""
    names = list(ListedName.objects.filter(edition__lt=EDITION)[:RENEWED_AT_ONCE])
    for name in names:
        name.keys, name.edition = listed_keys_of(name.text, is_person=name.is_person), EDITION
    ListedName.objects.bulk_update(names, ["keys", "edition"])
    return len(names)


def screen_tonight(*, by: User) -> None:
    """Screen all customers once in each night of the bank; a failure is tried again in an hour."""
    if night := jobs.night_due(SCREEN_ALL, NIGHT):
        jobs.start(SCREEN_ALL, by=by, arguments={"night": night})


def list_of(job: Job) -> str:
    """The list and version that a job is about."""
    rows = WatchlistVersion.objects.select_related("watchlist")
    return str(rows.filter(pk=job.arguments["version"]).first() or "")


def hits_page(_job: Job) -> str:
    """The page of the hits that are to be decided."""
    return f"{reverse('risk:screeninghit_list')}?status=open"


SCREEN_LIST = jobs.Kind(
    "risk.screen_list",
    _("Screening of customers against a new list"),
    chunk,
    about=list_of,
    result=hits_page,
)
SCREEN_ALL = jobs.Kind("risk.screen_all", _("Screening of all customers"), chunk, result=hits_page)
