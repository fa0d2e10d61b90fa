"""Checks the trails against their seals, and says what is not as it was sealed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

from crm.core.clock import now
from crm.core.models import Seal, Text, TrailCheck

from .chain import START, is_proved, read_lines, root_of, unpack
from .guards import Guards, asleep, guards, touched
from .head import read_head

AT_ONCE = 50
MOST_NAMED = 20
# a seal is written before the file that names it as the last one
FILE_FOLLOWS = dt.timedelta(minutes=1)
# a check has found something
found_something = Signal()

WORDS: dict[str, Text] = {
    "changed": _("Lines of the %(trail)s were changed under seal %(seal)s: %(keys)s."),
    "missing": _("Lines of the %(trail)s are missing under seal %(seal)s: %(keys)s."),
    "added": _("Lines were slipped into the %(trail)s under seal %(seal)s: %(keys)s."),
    "seal_changed": _("Seal %(seal)s was changed, or its key is not in the key ring."),
    "seal_missing": _("Seals before seal %(seal)s are missing."),
    "seal_moved": _("Seal %(seal)s does not follow the seal before it."),
    "head_missing": _("The file that keeps the last seal is missing, although there are seals."),
    "head_gone": _(
        "Seal %(seal)s, the last one made, is not in the database as it was: the end of the "
        "trails was cut off, or the database is an older copy."
    ),
    "head_behind": _(
        "The file that keeps the last seal names seal %(seal)s, although later ones were made: it "
        "was exchanged for an older one."
    ),
    "guard_asleep": _("The trigger %(name)s is missing or switched off."),
    "guard_touched": _("The trigger %(name)s was altered after seal %(seal)s."),
}


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was sealed."""

    code: str
    seal: int = 0
    trail: str = ""
    keys: tuple[int, ...] = ()
    name: str = ""

    @property
    def words(self) -> str:
        """The finding in the active language, with the first of the lines that are wrong."""
        named = ", ".join(str(key) for key in self.keys[:MOST_NAMED])
        trail = Seal.Trail(self.trail).label if self.trail else ""
        more = " …" if len(self.keys) > MOST_NAMED else ""
        return str(WORDS[self.code]) % {
            "seal": self.seal,
            "trail": trail,
            "keys": f"{named}{more}",
            "name": self.name,
        }


@dataclass
class _Chain:
    """What is known of the seals read so far."""

    number: int = 0
    epoch: int = 0
    mac: bytes = b""
    upto: dict[str, int] = field(default_factory=dict)
    guards: Guards = field(default_factory=dict)
    seals: int = 0
    lines: int = 0


def verify() -> TrailCheck:
    """Check every seal, every line under a seal and the triggers; keeps what was found."""
    began, chain = now(), _Chain()
    found = [finding for seal in _seals() for finding in _check(seal, chain)]
    found += [*_check_head(), *_check_guards(chain)]
    check = TrailCheck.objects.create(
        at=began,
        ended_at=now(),
        seals=chain.seals,
        lines=chain.lines,
        findings=[asdict(finding) for finding in found],
    )
    if found:
        found_something.send(TrailCheck, check=check)
    return check


def findings_of(check: TrailCheck) -> list[Finding]:
    """What a check found, to be said in words."""
    return [Finding(**kept | {"keys": tuple(kept["keys"])}) for kept in check.findings]


def _seals() -> Iterator[Seal]:
    """The chain from its beginning, some seals at a time."""
    after = START
    while some := list(Seal.objects.filter(number__gt=after).order_by("number")[:AT_ONCE]):
        yield from some
        after = some[-1].number


def _check(seal: Seal, chain: _Chain) -> Iterator[Finding]:
    if seal.number != chain.number + 1:
        yield Finding("seal_missing", seal.number)
    elif not _follows(seal, chain):
        yield Finding("seal_moved", seal.number)
    if is_proved(seal):
        yield from _check_lines(seal)
    else:
        yield Finding("seal_changed", seal.number)
    if seal.guards is not None:
        # a new epoch begins with the triggers as they stand
        if seal.epoch == chain.epoch:
            for name in touched(chain.guards, seal.guards):
                yield Finding("guard_touched", chain.number, name=name)
        chain.guards = seal.guards
    chain.number, chain.epoch, chain.mac = seal.number, seal.epoch, bytes(seal.mac)
    chain.upto[seal.trail] = seal.upto
    chain.seals += 1
    chain.lines += seal.lines


def _follows(seal: Seal, chain: _Chain) -> bool:
    return (
        bytes(seal.previous) == chain.mac
        and seal.epoch >= chain.epoch
        and seal.after == chain.upto.get(seal.trail, START)
    )


def _check_lines(seal: Seal) -> Iterator[Finding]:
    there, sealed = read_lines(seal.trail, seal.after, seal.upto), dict(unpack(bytes(seal.leaves)))
    if len(there) == seal.lines and root_of(there.values()) == bytes(seal.root):
        return
    wrong = {
        "changed": [k for k in sealed if k in there and not there[k].startswith(sealed[k])],
        "missing": [key for key in sealed if key not in there],
        "added": [key for key in there if key not in sealed],
    }
    for code, keys in wrong.items():
        if keys:
            yield Finding(code, seal.number, seal.trail, tuple(keys))


def _check_head() -> Iterator[Finding]:
    head = read_head()
    if head is None and Seal.objects.exists():
        yield Finding("head_missing")
    if head is not None and not head.stands:
        yield Finding("head_gone", head.number)
    elif head is not None:
        later = Seal.objects.filter(number__gt=head.number, sealed_at__lt=now() - FILE_FOLLOWS)
        if later.exists():
            yield Finding("head_behind", head.number)


def _check_guards(chain: _Chain) -> Iterator[Finding]:
    standing = guards()
    for name in asleep(standing):
        yield Finding("guard_asleep", name=name)
    for name in touched(chain.guards, standing):
        yield Finding("guard_touched", chain.number, name=name)
