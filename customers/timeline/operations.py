"""What operations leave on the timelines of customers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from crm.core.clock import now
from crm.core.trail import subject_of
from customers.models import TimelineEntry

from .telling import Teller, teller_of

if TYPE_CHECKING:
    from crm.core.operations import Deed
    from sysadmin.models import User


def note(deed: Deed) -> None:
    """Tell of an operation what its record and the record that came of it have to tell."""
    fields = deed.arguments.get("fields")
    if fields is not None and not fields:
        return  # a form was sent in which nothing was changed
    for record in {id(one): one for one in (deed.subject, deed.done)}.values():
        tell(deed.verb, record, by=deed.by, fields=fields or ())


def tell(verb: str, record: Any, *, by: User, fields: Iterable[str] = ()) -> None:
    """Tell of one operation on a record, or tell anew of the earlier one that it corrects."""
    teller = teller_of(record)
    if teller is None:
        return
    if earlier := teller.renews.get(verb):
        renew(teller, earlier, record)
    elif entry := entry_of(verb, record, by=by, fields=fields):
        entry.save(force_insert=True)


def tell_all(verb: str, records: Iterable[Any], *, by: User) -> None:
    """Tell of what was done with many records at once."""
    found = (entry_of(verb, record, by=by) for record in records)
    TimelineEntry.objects.bulk_create(filter(None, found), batch_size=1000)


def entry_of(
    verb: str, record: Any, *, by: User, fields: Iterable[str] = ()
) -> TimelineEntry | None:
    """What is told of an operation on a record; None if nothing, or if no customer has it."""
    teller, customer = teller_of(record), subject_of(record)
    what = teller.key(verb, record) if teller else ""
    if teller is None or customer is None or not what:
        return None
    return TimelineEntry(
        customer_id=customer,
        at=teller.moment(verb, record) or now(),
        kind=teller.tellings[what].kind,
        source=teller.source,
        row_id=record.pk,
        what=what,
        fields=sorted(fields),
        by=by,
    )


def renew(teller: Teller, verb: str, record: Any) -> None:
    """Let what was told of an operation follow the record as it is now."""
    what = teller.key(verb, record)
    told = TimelineEntry.objects.filter(
        customer=subject_of(record), source=teller.source, row_id=record.pk
    )
    told.filter(what__startswith=f"{verb}.").update(
        at=teller.moment(verb, record), what=what, kind=teller.tellings[what].kind
    )
