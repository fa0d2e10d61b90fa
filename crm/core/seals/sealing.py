"""Seals what has been added to the trails since the last seal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from crm.core.clock import now
from crm.core.keyring import key_ring
from crm.core.models import Seal

from .chain import START, mac_of, pack, read_lines, root_of, stretch_end
from .guards import Guards, guards
from .head import read_head, write_head

MOST = 4096
# whoever writes meanwhile waits with us, so that is short; a minute later there is another round
PATIENCE = "200ms"
_LOCK = 0x5EA1


class BrokenChain(Exception):
    """The last seal is not in the database as it was, so that no further one may follow it."""


def seal_trails() -> int:
    """Seal everything that the trails hold by now; returns how many seals that took."""
    head = read_head()
    if (head is None) != (not Seal.objects.exists()) or (head and not head.stands):
        raise BrokenChain(
            "The last seal is missing or changed; check with `manage.py audit verify`."
        )
    epoch = head.epoch if head else 1
    return sum(_seal(trail, epoch) for trail in Seal.Trail.values)


def begin_epoch(reason: str) -> Seal:
    """Go on from what the database holds, after a restore or an alteration of the triggers."""
    places = [place for place in (read_head(), Seal.objects.order_by("number").last()) if place]
    with _alone():
        upto = _upto_of(Seal.Trail.AUDIT)
        epoch = max((place.epoch for place in places), default=0) + 1
        made = _append(Seal.Trail.AUDIT, upto, upto, epoch=epoch, note=reason)
    write_head(made)
    return made


def _seal(trail: str, epoch: int) -> int:
    """Seal one trail in stretches; a trail that somebody is writing to for long waits."""
    upto, made = _horizon(trail), 0
    while upto is not None:
        with _alone():
            after = _upto_of(trail)
            seal = _append(trail, after, upto, epoch=epoch) if after < upto else None
        if seal is None:
            break
        write_head(seal)
        made += 1
    return made


@contextmanager
def _alone() -> Iterator[None]:
    """Let nobody else add to the chain meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        yield


def _horizon(trail: str) -> int | None:
    """The key up to which the trail is whole; none if it is empty or not to be had just now."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select set_config('lock_timeout', %s, true)", [PATIENCE])
            cursor.execute("select core_trail_upto(%s)", [trail])
            (upto,) = cursor.fetchone() or (None,)
            # the setting would outlive us in a transaction that somebody else opened
            cursor.execute("select set_config('lock_timeout', '0', true)")
            return upto
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            return None
        raise


def _upto_of(trail: str) -> int:
    last = Seal.objects.filter(trail=trail).order_by("-number").values_list("upto", flat=True)
    return next(iter(last[:1]), START)


def _append(trail: str, after: int, upto: int, *, epoch: int, note: str = "") -> Seal:
    """Add a seal to the chain, over as many lines as one may hold."""
    upto = stretch_end(trail, after, upto, MOST)
    lines = read_lines(trail, after, upto)
    # without what it holds of its own lines
    last = Seal.objects.only("number", "mac").order_by("number").last()
    seal = Seal(
        number=last.number + 1 if last else 1,
        trail=trail,
        epoch=epoch,
        after=after,
        upto=upto,
        lines=len(lines),
        root=root_of(lines.values()),
        leaves=pack(lines),
        guards=_changed_guards(),
        note=note,
        sealed_at=now(),
        key_id=key_ring().trail.active,
        previous=last.mac if last else b"",
    )
    seal.mac = mac_of(seal)
    seal.save(force_insert=True)
    return seal


def _changed_guards() -> Guards | None:
    """How the triggers stand, if not as the last seal that told of them says."""
    standing = guards()
    told = Seal.objects.exclude(guards=None).order_by("-number").values_list("guards", flat=True)
    return None if told[:1] and told[0] == standing else standing
