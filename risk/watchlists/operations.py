"""A file of a watchlist becomes its next version: what is new, changed and gone is told apart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from config_admin.figures.values import value_of
from crm.core import jobs
from crm.core.operations import DomainError, insert, operation, save_new
from risk.models import ListedName, Watchlist, WatchlistEntry, WatchlistVersion
from risk.screening.keys import EDITION, listed_keys_of
from risk.screening.operations import delist, expire
from risk.screening.run import SCREEN_LIST
from risk.screening.thresholds import MOST_GONE

from .facts import Listed

if TYPE_CHECKING:
    from sysadmin.models import User

BATCH = 1000
TOLD = ("kind", "name", "aliases", "born", "countries", "remark", "until", "digest")


@dataclass
class Difference:
    """What a file says otherwise than the list as it is."""

    added: list[Listed] = field(default_factory=list)
    changed: list[tuple[WatchlistEntry, Listed]] = field(default_factory=list)
    removed: list[WatchlistEntry] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the file says nothing new."""
        return not (self.added or self.changed or self.removed)


def checksum_of(paths: Iterable[Path]) -> str:
    """What tells one file, or several that belong together, from others."""
    whole = hashlib.sha256()
    for path in paths:
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def watchlist_named(
    code: str, *, by: User, name: str = "", is_statutory: bool = False
) -> Watchlist:
    """The watchlist of this code; one that is new needs a name."""
    known = Watchlist.objects.filter(code=code).first()
    if known is not None:
        return known
    if not name:
        raise DomainError(_("This list is new. Name it with --name."))
    return enter(Watchlist(code=code, name=name, is_statutory=is_statutory), by=by)


@operation
def enter(watchlist: Watchlist, *, by: User) -> Watchlist:
    """Enter a new watchlist."""
    save_new(watchlist)
    return watchlist


@operation
def load(
    watchlist: Watchlist,
    *,
    by: User,
    listed: Sequence[Listed],
    checksum: str,
    is_shorter: bool = False,
) -> WatchlistVersion:
    """Take a file as the next version of a list; customers are screened against the difference.

    A file that lacks too much of the list is taken for half a file, unless it is said to be
    shorter. All is kept or nothing.
    """
    watchlist = Watchlist.objects.select_for_update(no_key=True).get(pk=watchlist.pk)
    refuse_expiry(watchlist, listed)
    known = {e.key: e for e in WatchlistEntry.objects.filter(watchlist=watchlist)}
    difference = compare(listed, known)
    latest = watchlist.latest
    if latest and difference.is_empty:
        raise DomainError(_("The file says what the list says already: nothing is loaded."))
    if latest and not is_shorter:
        refuse_half(len(difference.removed), latest.entries)
    version = WatchlistVersion(
        watchlist=watchlist,
        number=latest.number + 1 if latest else 1,
        checksum=checksum,
        entries=len(listed),
        added=len(difference.added),
        changed=len(difference.changed),
        removed=len(difference.removed),
        loaded_by=by,
    )
    insert(version)
    take(difference, version, known, by=by)
    jobs.start(SCREEN_LIST, by=by, arguments={"version": version.pk})
    return version


def compare(listed: Sequence[Listed], known: dict[str, WatchlistEntry]) -> Difference:
    """What is new, what is changed and who is gone."""
    difference = Difference()
    seen: set[str] = set()
    for one in listed:
        if one.key in seen:
            raise DomainError(
                _("The key %(key)s stands in the file twice. Correct it.") % {"key": one.key}
            )
        seen.add(one.key)
        entry = known.get(one.key)
        if entry is None or entry.removed_in_id:
            difference.added.append(one)
        elif (entry.digest, entry.until) != (one.digest, one.until):
            difference.changed.append((entry, one))
    difference.removed = [
        entry for key, entry in known.items() if key not in seen and not entry.removed_in_id
    ]
    if not listed:
        raise DomainError(_("There is nobody in the file. Fetch it again."))
    return difference


def refuse_expiry(watchlist: Watchlist, listed: Iterable[Listed]) -> None:
    """Refuse a day on which an entry of a statutory list expires."""
    if watchlist.is_statutory and any(one.until for one in listed):
        raise DomainError(
            _(
                "What the law lists ends by delisting, not by a day. Take the column %(column)s "
                "out of the file."
            )
            % {"column": "until"}
        )


def refuse_half(removed: int, entries: int) -> None:
    """Refuse a file that lacks so much of the list that it is rather half a file."""
    if removed * 100 > entries * value_of(MOST_GONE):
        raise DomainError(
            _(
                "The file lacks %(removed)s of the %(entries)s entries of the list: it may have "
                "been cut off. Fetch it again or, if the list is so much shorter, add %(option)s."
            )
            % {"removed": removed, "entries": entries, "option": "--shorter"}
        )


def take(
    difference: Difference,
    version: WatchlistVersion,
    known: dict[str, WatchlistEntry],
    *,
    by: User,
) -> None:
    """Write the difference: entries, their names with keys, and who is delisted."""
    fresh = [
        filled(WatchlistEntry(), one, version) for one in difference.added if one.key not in known
    ]
    again = [(known[one.key], one) for one in difference.added if one.key in known]
    renewed = [filled(entry, one, version) for entry, one in (*again, *difference.changed)]
    WatchlistEntry.objects.bulk_create(fresh, batch_size=BATCH)
    WatchlistEntry.objects.bulk_update(
        renewed, [*TOLD, "added_in", "changed_in", "removed_in"], batch_size=BATCH
    )
    ListedName.objects.filter(entry__in=renewed).delete()
    names = (name for entry in (*fresh, *renewed) for name in names_of(entry))
    ListedName.objects.bulk_create(names, batch_size=BATCH)
    gone = [entry.pk for entry in difference.removed]
    WatchlistEntry.objects.filter(pk__in=gone).update(removed_in=version)
    delist(gone, by=by)
    expire(by=by)


def filled(entry: WatchlistEntry, told: Listed, version: WatchlistVersion) -> WatchlistEntry:
    """The entry as the file says it."""
    is_new = entry._state.adding or entry.removed_in_id is not None
    entry.watchlist, entry.key, entry.kind = version.watchlist, told.key, told.kind
    entry.name, *entry.aliases = told.names
    entry.born, entry.countries, entry.remark = told.born, told.countries, told.remark
    entry.until = told.until
    entry.digest, entry.changed_in, entry.removed_in = told.digest, version, None
    if is_new:
        entry.added_in = version
    return entry


def names_of(entry: WatchlistEntry) -> list[ListedName]:
    """The names of an entry with their keys."""
    return [
        ListedName(
            entry=entry,
            text=text,
            is_person=entry.is_person,
            keys=listed_keys_of(text, is_person=entry.is_person),
            edition=EDITION,
        )
        for text in (entry.name, *entry.aliases)
    ]
