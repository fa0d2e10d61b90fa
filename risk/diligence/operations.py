"""What happens in due diligence: begun, rated, set otherwise, called for at once, overdue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, Max, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config_admin.calendars.working_days import working_day_after
from config_admin.editions import one_edition
from config_admin.figures.declared import Parameter, declare
from config_admin.figures.succession import end_before
from config_admin.figures.values import value_of
from crm.core.acting import acting
from crm.core.approvals import Change, asker, second_person
from crm.core.clock import bank_today
from crm.core.operations import (
    DomainError,
    Stale,
    operation,
    save_changes,
    save_new,
    write,
)
from customers.models import Customer, Restriction
from customers.restrictions import operations as restrictions
from risk import notices
from risk.models import Diligence, DiligenceBand, DiligenceLevel
from sysadmin.models import period

from .factors import FACTORS
from .rating import rate as rating_of

if TYPE_CHECKING:
    from sysadmin.models import User

CALENDAR = "office"
AT_ONCE = 500
# keys of customers that are looked through in one statement
RANGE = 20_000
FIRST_DAYS = declare(
    Parameter(
        "diligence_first_days",
        gettext_lazy("Working days within which a new customer is rated first"),
        Decimal(1),
        Decimal(60),
        Decimal(10),
    )
)
UNRATED_STOP = declare(
    Parameter(
        "diligence_unrated_stop",
        gettext_lazy("Days overdue after which service stops for customers never rated"),
        Decimal(0),
        Decimal(3650),
        Decimal(30),
    )
)


# --- configuration -------------------------------------------------------------------


@second_person(
    "risk.change_level/1",
    label=gettext_lazy("Change of a level of due diligence"),
    action="risk.change_diligencelevel",
)
@operation
def change_level(
    level: DiligenceLevel, *, by: User, fields: list[str], version: int
) -> DiligenceLevel:
    """Change from how many points on a level is reached, and how often it is reviewed."""
    save_changes(level, fields, version=version)
    return level


def band_changes(band: DiligenceBand, arguments: dict[str, Any]) -> list[Change]:
    """What a second person compares: the points in force on that day, and the new ones."""
    rows = DiligenceBand.objects.filter(
        factor=band.factor, value=band.value, valid__contains=arguments["first"]
    )
    present = rows.first()
    days = DiligenceBand._meta.get_field("valid")
    return [
        Change("factor", band.factor, band.factor),
        Change("value", band.value, band.value),
        Change("points", present.points if present else None, band.points),
        Change("floor_id", present.floor_id if present else None, band.floor_id),
        Change(
            "valid", None, days.value_to_string(DiligenceBand(valid=period(arguments["first"])))
        ),
    ]


@second_person(
    "risk.set_band/1",
    label=gettext_lazy("New points of a factor of due diligence"),
    action="risk.add_diligenceband",
    changes=band_changes,
    same=lambda band: [band.factor, band.value],
)
@operation
def set_band(band: DiligenceBand, *, by: User, first: dt.date) -> DiligenceBand:
    """Let a value count otherwise from a day on; what held until then ends the day before."""
    if first < bank_today():
        raise DomainError(_("This cannot begin in the past. Enter today or later."), "first_day")
    known = dict(FACTORS[band.factor].values())
    if band.value and band.value not in known:
        raise DomainError(
            _("This factor has no such value. Enter one of: %(values)s.")
            % {"values": ", ".join(known)},
            "value",
        )
    same = DiligenceBand.objects.filter(factor=band.factor, value=band.value)
    end_before(same, first, lock=f"band {band.factor} {band.value}")
    band.valid = period(first)
    save_new(band)
    return band


# --- rating --------------------------------------------------------------------------


def begin_missed(*, by: User) -> None:
    """Have whoever is new rated within the working days from their opening, by ranges of keys."""
    last = Customer.objects.aggregate(last=Max("pk"))["last"] or 0
    for after in range(0, last, RANGE):
        # the range stands on both sides, so that neither is read as a whole for it
        known = Diligence.objects.filter(customer__gt=after, customer__lte=after + RANGE)
        rows = Customer.objects.filter(
            ~Exists(known.filter(customer=OuterRef("pk"))),
            pk__gt=after,
            pk__lte=after + RANGE,
            status__in=Customer.OPEN,
        )
        with one_edition():
            begin(rows.only("pk", "opened_on", "created_at").order_by("pk"), by=by)


def begin(customers: Iterable[Customer], *, by: User) -> None:
    """Begin the due diligence of some customers."""
    today, days = bank_today(), int(value_of(FIRST_DAYS))
    due: dict[dt.date, dt.date] = {}
    begun = []
    for customer in customers:
        # who was entered later than opened, as from a file, is rated from then on
        first = min(max(customer.opened_on, customer.created_at.date()), today)
        if first not in due:
            due[first] = working_day_after(CALENDAR, first, days)
        begun.append(Diligence(customer=customer, due_on=due[first]))
    with acting(by=by):
        Diligence.objects.bulk_create(begun, batch_size=AT_ONCE, ignore_conflicts=True)


def locked(diligence: Diligence, version: int) -> None:
    """Take it under a lock, as it was shown."""
    rows = Diligence._base_manager.select_for_update(of=("self",))
    diligence.refresh_from_db(from_queryset=rows.select_related("customer", "level", "rated_level"))
    if diligence.version != version:
        raise Stale


@operation
def rate(
    diligence: Diligence, *, by: User, entered: Mapping[str, str], version: int, reason: str
) -> Diligence:
    """Rate a customer by what is known and found out; what an overdue review stopped goes on.

    A graver level that two persons have set holds until its day: one alone does not end it.
    """
    locked(diligence, version)
    today = bank_today()
    rating = rating_of(diligence.customer, entered, today)
    diligence.level = diligence.held_against(rating.level, today)
    diligence.rated_level = rating.level
    diligence.points, diligence.lines = rating.points, [line.told() for line in rating.lines]
    diligence.entered = dict(entered)
    diligence.rated_on, diligence.rated_by = today, by
    if diligence.level == rating.level:
        diligence.set_until = None
    plan(diligence, Diligence.Cause.PERIOD, diligence.level.due_after(today))
    write(
        diligence,
        [
            "level",
            "rated_level",
            "points",
            "lines",
            "entered",
            "rated_on",
            "rated_by",
            "set_until",
            "due_on",
            "cause",
        ],
        version=version,
    )
    restrictions.end_of(diligence.source, by=by)
    notices.reviewed(diligence)
    return diligence


def plan(diligence: Diligence, cause: str, due_on: dt.date) -> None:
    """Say by when the next review is due, and why."""
    diligence.cause, diligence.due_on = cause, due_on


@second_person(
    "risk.override/1",
    label=gettext_lazy("Another level of due diligence"),
    action="risk.override_diligence",
)
@operation
def override(
    diligence: Diligence,
    *,
    by: User,
    level: DiligenceLevel,
    until: dt.date,
    version: int,
    reason: str,
) -> Diligence:
    """Let another level hold until a day; whoever rated the customer does not set it."""
    locked(diligence, version)
    if diligence.level is None:
        raise DomainError(_("The customer is not rated yet. Rate them first."))
    if diligence.is_overdue:
        raise DomainError(_("The review is overdue. Rate the customer first."))
    if diligence.rated_by_id == asker(by).pk:
        raise DomainError(_("Who rated the customer does not set another level. Ask a colleague."))
    if level == diligence.rated_level:
        raise DomainError(_("Points and floors give this level already. Choose another."), "level")
    if not bank_today() <= until <= diligence.due_on:
        raise DomainError(
            _("Another level ends with the next review at the latest. Enter an earlier day."),
            "until",
        )
    diligence.level, diligence.set_until = level, until
    diligence.due_on = min(diligence.due_on, level.due_after(bank_today()))
    write(diligence, ["level", "set_until", "due_on"], version=version)
    return diligence


def review_now(customers: Iterable[int], cause: str, *, unrated: bool = False) -> None:
    """Call for a review at once of customers who are rated already, or of all; the caller acts."""
    keys, today = list(customers), bank_today()
    rows = Diligence.objects.filter(customer__in=keys)
    if unrated:
        begun = [Diligence(customer_id=key, cause=cause, due_on=today) for key in keys]
        Diligence.objects.bulk_create(begun, ignore_conflicts=True)
    else:
        rows = rows.exclude(level=None)
    for diligence in rows.filter(due_on__gt=today).select_for_update(of=("self",)):
        plan(diligence, cause, today)
        write(diligence, ["cause", "due_on"], version=diligence.version)


# --- overdue -------------------------------------------------------------------------


def end_overrides(*, by: User) -> None:
    """Let points and floors hold again where the end of another level has passed."""
    with acting(by=by):
        for diligence in Diligence.objects.filter(set_until__lt=bank_today()).select_for_update():
            diligence.level_id, diligence.set_until = diligence.rated_level_id, None
            plan(diligence, Diligence.Cause.OVERRIDE, min(diligence.due_on, bank_today()))
            write(diligence, ["level", "set_until", "cause", "due_on"], version=diligence.version)


def stop_overdue(*, by: User) -> int:
    """Stop service where a review is overdue for longer than its level allows."""
    stopped = 0
    for level in [None, *DiligenceLevel.objects.exclude(stops_after=None)]:
        days = int(value_of(UNRATED_STOP)) if level is None else level.stops_after or 0
        rows = Diligence.objects.overdue(bank_today() - dt.timedelta(days=days))
        source = Restriction.objects.filter(
            customer=OuterRef("customer"), cause=Restriction.Cause.DILIGENCE, ended_on=None
        )
        due = rows.filter(~Exists(source), level=level)
        keys = list(due.order_by("pk").values_list("pk", flat=True))
        for at in range(0, len(keys), AT_ONCE):
            for diligence in due.filter(pk__in=keys[at : at + AT_ONCE]).select_related("customer"):
                restrictions.restrict(
                    diligence.customer,
                    by=by,
                    cause=Restriction.Cause.DILIGENCE,
                    source=diligence.source,
                )
                stopped += 1
    return stopped
