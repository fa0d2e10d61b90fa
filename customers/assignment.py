"""Many customers given to another lead manager at once, and given back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core import jobs
from crm.core.approvals import waiting_among
from crm.core.clock import bank_today, now
from crm.core.models import Job, JobRow
from crm.core.operations import DomainError, operation
from staff.models import StaffMember

from .conflicts.rules import CAUSE, in_conflict
from .models import Customer
from .signals import lead_managers_changed
from .timeline.operations import tell_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sysadmin.models import User

CHUNK = 500
ACTION = "customers.assign_customer"
Outcome = JobRow.Outcome
CAUSES = {
    "reach": gettext_lazy("The customer is outside the reach of the person who started the job."),
    "ended": gettext_lazy("The relationship with the customer has ended."),
    "waits": gettext_lazy("A change of the customer waits for a second person."),
    "conflict": CAUSE,
    "later": gettext_lazy("Somebody else assigned the customer since then."),
}


@operation
def assign(
    manager: StaffMember | None,
    *,
    by: User,
    reason: str,
    keys: Iterable[int] = (),
    address: str | None = None,
) -> Job:
    """Give customers another lead manager, or none.

    `keys` names them, or `address` the list that holds them. Runs in the background; raises
    DomainError if nobody is named or the manager is out of reach.
    """
    chosen = Customer.objects.permitted(by, "assign").filter(pk__in=list(keys))
    if address is None and not chosen.exists():
        raise DomainError(_("Choose at least one customer."))
    if manager and not StaffMember.objects.open_to(by, ACTION).filter(pk=manager.pk).exists():
        raise DomainError(_("Choose one of the entries offered."), "lead_manager")
    arguments = {"manager": manager.pk if manager else None}
    return jobs.start_about(ASSIGN, chosen, address, by=by, arguments=arguments, reason=reason)


def assign_chunk(run: jobs.Run) -> jobs.Step:
    """Assign the next customers; the list of an address is taken down first."""
    from .resources import customer  # noqa: PLC0415  (pages know operations, not the reverse)

    if step := jobs.listed(run, customer, "assign"):
        return step
    manager: int | None = run.arguments["manager"]

    def target(_row: JobRow, _customer: Customer) -> int | None:
        return manager

    return _settle_next(run, target)


def give_back_chunk(run: jobs.Run) -> jobs.Step:
    """Give the next customers back to those who led them before, unless others came since."""
    done = Job.objects.get(pk=run.arguments["job"])
    if not run.position:
        changed = JobRow.objects.filter(job=done, outcome=Outcome.CHANGED)
        rows = Customer.objects.filter(pk__in=changed.values("key"))
        return jobs.Step({"collected": True}, total=jobs.collect(run.job, rows))
    given = done.arguments["manager"]
    keys = jobs.waiting_rows(run.job, CHUNK)
    before = dict(
        JobRow.objects.filter(job=done, key__in=[row.key for row in keys]).values_list(
            "key", "before"
        )
    )

    def target(row: JobRow, customer: Customer) -> int | None:
        if customer.lead_manager_id != given:
            raise Refused("later")
        return before[row.key]

    return _settle_next(run, target)


class Refused(Exception):
    """A row cannot be changed, for one of CAUSES."""


def _settle_next(run: jobs.Run, target: Callable[[JobRow, Customer], int | None]) -> jobs.Step:
    rows = jobs.waiting_rows(run.job, CHUNK)
    reachable = Customer.objects.permitted(run.by, "assign").filter(
        pk__in=[row.key for row in rows]
    )
    # locked in one order, so that two jobs on the same customers wait and do not deadlock
    locked = Customer.objects.filter(pk__in=reachable.values("pk")).order_by("pk")
    found = {customer.pk: customer for customer in locked.select_for_update()}
    held_back = waiting_among(list(found), "customers.identify/1")
    close = in_conflict(found, bank_today())
    by_manager: dict[int | None, list[int]] = {}
    for row in rows:
        try:
            if row.key in held_back:
                raise Refused("waits")
            wanted = _wanted(row, found.get(row.key), target)
            if (row.key, wanted) in close and found[row.key].lead_manager_id != wanted:
                raise Refused("conflict")
        except Refused as refused:
            row.outcome, row.cause = Outcome.REFUSED, str(refused)
            continue
        row.before = found[row.key].lead_manager_id
        row.outcome = Outcome.SAME if row.before == wanted else Outcome.CHANGED
        if row.outcome == Outcome.CHANGED:
            by_manager.setdefault(wanted, []).append(row.key)
    _write(by_manager, by=run.by)
    return jobs.settled(run, rows, CHUNK)


def _wanted(
    row: JobRow, customer: Customer | None, target: Callable[[JobRow, Customer], int | None]
) -> int | None:
    if customer is None:
        raise Refused("reach")
    if customer.status in {Customer.Status.CLOSED, Customer.Status.MERGED}:
        raise Refused("ended")
    return target(row, customer)


def _write(by_manager: dict[int | None, list[int]], *, by: User) -> None:
    for manager, keys in by_manager.items():
        Customer.objects.filter(pk__in=keys).update(
            lead_manager=manager, version=F("version") + 1, updated_at=now()
        )
    changed = [key for keys in by_manager.values() for key in keys]
    if changed:
        tell_all("assign", Customer.objects.filter(pk__in=changed).only("pk"), by=by)
        lead_managers_changed.send(Customer, keys=changed, by=by)


def names_of(user: Any, keys: list[int]) -> dict[int, tuple[str, str]]:
    """Names and addresses of the customers among these keys that the user may see."""
    from .resources import customer  # noqa: PLC0415  (a job's page, not a job, asks for addresses)

    found = Customer.objects.permitted(user).filter(pk__in=keys)
    return {row.pk: (str(row), customer.url("view", row)) for row in found}


def about(job: Job) -> str:
    """To whom the customers go."""
    manager = StaffMember.objects.filter(pk=job.arguments["manager"]).first()
    return _("to %(name)s") % {"name": manager} if manager else _("to nobody, into the pool")


ASSIGN = jobs.Kind(
    "customers.assign",
    gettext_lazy("Assign lead manager"),
    assign_chunk,
    causes=CAUSES,
    names=names_of,
    undo="customers.give_back",
    about=about,
)


def about_the_first(job: Job) -> str:
    """Which job is taken back."""
    first = job.undoes
    return (
        ""
        if first is None
        else _("of job %(number)s: %(about)s") % {"number": first.pk, "about": about(first)}
    )


GIVE_BACK = jobs.Kind(
    "customers.give_back",
    gettext_lazy("Take back an assignment of lead managers"),
    give_back_chunk,
    causes=CAUSES,
    names=names_of,
    about=about_the_first,
)
