"""Who is new or has changed is screened at once, everybody every night and with a new list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.core import jobs
from crm.core.acting import acting
from crm.core.models import Job
from risk.models import ListedName, WatchlistVersion

from . import matches
from .candidates import of_few, of_range
from .crowds import count_keys
from .identity import Identity
from .keys import EDITION, listed_keys_of
from .operations import follow_recognised, let_go
from .screened import CUSTOMERS, PEOPLE, Screened

if TYPE_CHECKING:
    from sysadmin.models import User

AT_ONCE = 200
# of everybody, in one statement
RANGE = 10_000
RENEWED_AT_ONCE = 2000
# hours of the bank's clock
NIGHT = range(1, 7)


# --- who --------------------------------------------------------------------------


def screen(keys: Iterable[int], *, by: User, among: Screened = CUSTOMERS) -> int:
    """Screen some against every list; returns how many hits were opened or renewed."""
    with acting(by=by):
        # in one order, so that two who screen the same people wait and do not deadlock
        keys = list(keys)
        rows = among.today().filter(pk__in=keys).order_by("pk")
        locked = rows.select_for_update(no_key=True, of=("self",))
        screened = {one.pk: one for one in among.identities(locked)}
        among.keep_keys(screened.values())
        if among is CUSTOMERS:
            follow_recognised(screened, by=by)
        else:
            let_go(keys)
        return matches.enter(among, matches.find(screened, of_few(among, screened)))


def screen_range(
    identities: Sequence[Identity], *, version: int | None = None, among: Screened = CUSTOMERS
) -> int:
    """Screen those who follow each other by their keys; the caller acts.

    Against every list, or against what a version has changed: then against every list only whoever
    is new or has changed since the keys were kept.
    """
    ours = {one.pk: one for one in identities}
    first, last = identities[0].pk, identities[-1].pk
    within = {f"{among.field}__gte": first, f"{among.field}__lte": last}
    kept = dict(among.kept.objects.filter(**within).values_list(among.field, "digest"))
    new = [one for one in identities if kept.get(one.pk) != one.kept_as]
    among.keep_keys(new)
    pairs = of_range(among, first, last, version=version, new=[one.pk for one in new])
    return matches.enter(among, matches.find(ours, pairs))


def screen_missed(*, by: User) -> None:
    """Screen whoever has never been, some at a time: nobody stays out because a worker died."""
    for among in (CUSTOMERS, PEOPLE):
        after = 0
        while keys := next_missed(among, after):
            screen(keys, by=by, among=among)
            after = keys[-1]


def next_missed(among: Screened, after: int) -> list[int]:
    """The next after a place who have never been screened."""
    rows = among.today().filter(pk__gt=after, screened=None)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


# --- jobs ----------------------------------------------------------------------------


def chunk(run: jobs.Run) -> jobs.Step:
    """Screen the next by their keys, against a version or in a night against all.

    Customers come first, then the people behind them who are none.
    """
    if not run.position:
        return begin()
    among = PEOPLE if run.position.get("among") == PEOPLE.field else CUSTOMERS
    after = run.position.get("after", 0)
    rows = among.today().filter(pk__gt=after).order_by("pk")[:RANGE]
    identities = among.identities(rows)
    version = run.arguments.get("version")
    opened = screen_range(identities, version=version, among=among) if identities else 0
    position = {"among": among.field, "after": identities[-1].pk if identities else after}
    is_end = len(identities) < RANGE
    if is_end and among is CUSTOMERS:
        position = {"among": PEOPLE.field, "after": 0}
    if is_end and among is PEOPLE:
        let_go()
    return jobs.Step(
        position,
        done=len(identities),
        changed=opened,
        is_last=is_end and among is PEOPLE,
    )


def begin() -> jobs.Step:
    """Have all keys of listed names as they are made today, and count them."""
    if renew_keys():
        return jobs.Step()
    count_keys()
    total = CUSTOMERS.today().count() + PEOPLE.today().count()
    return jobs.Step({"among": CUSTOMERS.field, "after": 0}, total=total)


def renew_keys() -> int:
    """Make the keys of some listed names anew that a former release has made; how many it were."""
    names = list(ListedName.objects.filter(edition__lt=EDITION)[:RENEWED_AT_ONCE])
    for name in names:
        name.keys, name.edition = listed_keys_of(name.text, is_person=name.is_person), EDITION
    ListedName.objects.bulk_update(names, ["keys", "edition"])
    return len(names)


def screen_tonight(*, by: User) -> None:
    """Screen everybody once in each night of the bank; a failure is tried again in an hour."""
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
