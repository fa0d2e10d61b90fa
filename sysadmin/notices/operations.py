"""What happens to notifications: told, opened, swept; and how each user wants to be told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.acting import current_actor
from crm.core.clock import midnight, now
from crm.core.formats import in_bank_zone
from crm.core.operations import DomainError
from sysadmin.models import Delivery, Notification, User
from sysadmin.operations import set_manner

from .hours import DAY, end_of_quiet, start_of_work
from .kinds import Kind, kind_of, kinds

if TYPE_CHECKING:
    from django.db.models import Model

DIGEST = "sysadmin.digest"
DIGEST_KIND = Kind(
    DIGEST,
    gettext_lazy("Digest"),
    gettext_lazy("What was collected for the morning of %(day)s."),
    icon="newspaper",
)
CHUNK = 1000
# What is told with its day is told once for that day, read or not; anything else while it is
# unread: then what happened last is what it says.
TELL = """
insert into sysadmin_notification as n (
  recipient_id, kind, code, subject_model, subject_key, day, author_id, at, shown_from, in_digest)
select * from unnest(
  %s::bigint[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::date[], %s::bigint[],
  %s::timestamptz[], %s::timestamptz[], %s::boolean[]
) as told (
  recipient_id, kind, code, subject_model, subject_key, day, author_id, at, shown_from, in_digest)
where told.day is null or not exists (
  select from sysadmin_notification o
  where (o.subject_model, o.subject_key, o.recipient_id, o.kind, o.day)
    = (told.subject_model, told.subject_key, told.recipient_id, told.kind, told.day))
order by recipient_id, kind, subject_model, subject_key
on conflict (recipient_id, kind, subject_model, subject_key) where read_at is null
do update set code = excluded.code, day = excluded.day, author_id = excluded.author_id,
  at = excluded.at, in_digest = n.in_digest and excluded.in_digest,
  shown_from = case when n.shown_from <= excluded.at then excluded.at
    else least(n.shown_from, excluded.shown_from) end
where (n.code, n.day) is distinct from (excluded.code, excluded.day)
"""


@dataclass(frozen=True)
class News:
    """What a user is told: the kind, the record by model and key, what happened, and its day."""

    recipient: int | None
    kind: str
    subject_model: str
    subject_key: int
    code: str = ""
    day: dt.date | None = None


@dataclass(frozen=True)
class _Row:
    """A notification as it is stored, in the order of its columns."""

    recipient: int
    kind: str
    code: str
    subject_model: str
    subject_key: int
    day: dt.date | None
    author: int | None
    at: dt.datetime
    shown_from: dt.datetime
    in_digest: bool


def tell(news: Iterable[News]) -> None:
    """Tell people of something, each as they want it: two statements for a thousand of them."""
    told = (one for one in news if one.recipient is not None)
    wanted = {(one.recipient, one.kind, one.subject_model, one.subject_key): one for one in told}
    left = iter(wanted.values())
    while chunk := list(islice(left, CHUNK)):
        _tell(chunk)


def _tell(news: list[News]) -> None:
    users = User.objects.filter(is_active=True, is_system=False)
    known = users.in_bulk({one.recipient for one in news})
    at = now()
    to_users = ((one, known.get(one.recipient or 0)) for one in news)
    rows = {row for one, user in to_users if user for row in _rows(one, user, at)}
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(TELL, [list(column) for column in zip(*map(astuple, rows), strict=True)])


def tell_of(
    subject: Model,
    kind: str,
    *recipients: int | None,
    by: User,
    code: str = "",
    day: dt.date | None = None,
) -> None:
    """Tell some people of what somebody has just done to a record; nobody is told of their own."""
    model, key = subject._meta.label_lower, subject.pk
    tell(News(one, kind, model, key, code, day) for one in recipients if one != by.pk)


def nothing_waits(subject: Model, kind: str) -> None:
    """Note that what was told of a record asks nobody for anything any more."""
    model, key = subject._meta.label_lower, subject.pk
    rows = Notification.objects.filter(subject_model=model, subject_key=key, kind=kind)
    rows.unread().update(read_at=now())


def _rows(one: News, user: User, at: dt.datetime) -> set[_Row]:
    """What is stored of one piece of news: itself, and the line of the digest that it waits for."""
    kind = kind_of(one.kind)
    delivery = delivery_of(user, kind) if kind else Delivery.OFF
    if kind is None or delivery == Delivery.OFF:
        return set()
    actor = current_actor()
    author = actor.user_id if actor else None
    start = start_of_work(at) if delivery == Delivery.DIGEST else at
    shown = start if kind.must_come else end_of_quiet(start, user.quiet_from, user.quiet_until)
    is_collected = delivery == Delivery.DIGEST
    subject = (one.subject_model, one.subject_key)
    found = {_Row(user.pk, one.kind, one.code, *subject, one.day, author, at, shown, is_collected)}
    if is_collected:
        day = in_bank_zone(shown).date()
        # the line is about a day, which is no record
        line = (DIGEST, day.toordinal())
        found.add(_Row(user.pk, DIGEST, "", *line, day, None, at, shown, False))  # noqa: FBT003
    return found


def delivery_of(user: User, kind: Kind) -> str:
    """When a user wants to be told of something."""
    chosen: str = user.deliveries.get(kind.code, kind.usual)
    return chosen if chosen in kind.allowed else kind.usual


def read(notice: Notification) -> None:
    """Note that a notification was opened; with a digest all that it collects."""
    opened = Q(pk=notice.pk)
    if notice.kind == DIGEST and notice.day:
        opened |= Q(in_digest=True) & of_day(notice.day)
    mine = Notification.objects.filter(recipient=notice.recipient_id).unread()
    mine.filter(opened).update(read_at=now())


def of_day(day: dt.date) -> Q:
    """What is shown from some moment of a day on."""
    return Q(shown_from__gte=midnight(day), shown_from__lt=midnight(day + DAY))


def read_all(user: User) -> None:
    """Note that a user has seen everything that they were told by now."""
    Notification.objects.shown_to(user).unread().update(read_at=now())


def choosable() -> list[Kind]:
    """The kinds of which somebody says how they come: all but the digest itself."""
    return [kind for kind in kinds() if kind.code != DIGEST]


def choose(
    user: User,
    *,
    deliveries: Mapping[str, str],
    quiet_from: dt.time | None,
    quiet_until: dt.time | None,
) -> None:
    """Keep how a user wants to be told; refuses to switch off what must come."""
    for kind in choosable():
        if deliveries.get(kind.code, kind.usual) not in kind.allowed:
            raise DomainError(
                _("“%(kind)s” always comes at once: somebody has to answer for it.")
                % {"kind": kind.label},
                kind.code,
            )
    if (quiet_from is None) != (quiet_until is None) or (
        quiet_from is not None and quiet_from == quiet_until
    ):
        raise DomainError(
            _("Enter from when until when it is quiet, or leave both empty."), "quiet_until"
        )
    usual = {kind.code: kind.usual for kind in choosable()}
    own: Any = {code: one for code, one in deliveries.items() if one != usual.get(code)}
    set_manner(user, deliveries=own, quiet_from=quiet_from, quiet_until=quiet_until)


def sweep(days: int) -> None:
    """Forget what is older than the days for which the bank keeps notifications."""
    Notification.objects.filter(at__lt=now() - dt.timedelta(days=days)).delete()
