"""Many alert cases given at once to somebody who may work on them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core import jobs
from crm.core.models import Job, JobRow
from crm.core.operations import DomainError, operation
from customers.conflicts.rules import CAUSE
from risk.models import AlertCase
from staff.models import StaffMember

from . import operations, rules

if TYPE_CHECKING:
    from sysadmin.models import User

CHUNK = 50
Outcome = JobRow.Outcome
CAUSES = {
    "reach": gettext_lazy("The case is outside the reach of the person who started the job."),
    "state": gettext_lazy("The case is at a step at which nobody is given it."),
    "right": gettext_lazy("The member of staff has no right to investigate alert cases."),
    "customer": gettext_lazy("The member of staff does not reach the customer."),
    "conflict": CAUSE,
}


@operation
def assign_many(
    officer: StaffMember,
    *,
    by: User,
    reason: str = "",
    keys: Iterable[int] = (),
    address: str | None = None,
) -> Job:
    """Give cases to somebody: those named, or those of a list; runs in the background."""
    chosen = AlertCase.objects.permitted(by, "assign").filter(pk__in=list(keys))
    if address is None and not chosen.exists():
        raise DomainError(_("Choose at least one case."))
    arguments = {"officer": officer.pk}
    return jobs.start_about(ASSIGN, chosen, address, by=by, arguments=arguments, reason=reason)


def assign_chunk(run: jobs.Run) -> jobs.Step:
    """Give the next cases; the list of an address is taken down first."""
    from .resources import case  # noqa: PLC0415  (pages know operations, not the reverse)

    if step := jobs.listed(run, case, "assign"):
        return step
    officer = StaffMember.objects.select_related("user").get(pk=run.arguments["officer"])
    rows = jobs.waiting_rows(run.job, CHUNK)
    reached = AlertCase.objects.permitted(run.by, "assign")
    found = reached.filter(pk__in=[row.key for row in rows]).in_bulk()
    # locked in one order, so that two jobs on the same cases wait and do not deadlock
    for row in sorted(rows, key=lambda row: row.key):
        _settle(row, found.get(row.key), officer, run)
    return jobs.settled(run, rows, CHUNK)


def _settle(row: JobRow, case: AlertCase | None, officer: StaffMember, run: jobs.Run) -> None:
    if case is not None and case.is_open and case.officer_id == officer.pk:
        row.outcome = Outcome.SAME
        return
    cause = _why_not(case, officer)
    if case is not None and not cause:
        row.before = case.officer_id
        try:
            # what is refused leaves the rest of the chunk as it is
            with transaction.atomic():
                operations.assign(case, by=run.by, officer=officer, reason=run.job.reason)
        except DomainError:
            # what else the rules refuse is a conflict of interest
            cause = "conflict"
    row.outcome, row.cause = (Outcome.REFUSED, cause) if cause else (Outcome.CHANGED, "")


def _why_not(case: AlertCase | None, officer: StaffMember) -> str:
    if case is None:
        return "reach"
    if not case.can("assign"):
        return "state"
    if not rules.works(officer):
        return "right"
    return "" if rules.reaches(officer, case) else "customer"


def names_of(user: Any, keys: list[int]) -> dict[int, tuple[str, str]]:
    """Names and addresses of the cases among these keys that the user may see."""
    from .resources import case  # noqa: PLC0415  (a job's page, not a job, asks for addresses)

    found = AlertCase.objects.permitted(user).filter(pk__in=keys)
    return {row.pk: (str(row), case.url("view", row)) for row in found}


def about(job: Job) -> str:
    """To whom the cases go."""
    officer = StaffMember.objects.filter(pk=job.arguments["officer"]).first()
    return _("to %(name)s") % {"name": officer}


ASSIGN = jobs.Kind(
    "risk.assign",
    gettext_lazy("Assign alert cases"),
    assign_chunk,
    causes=CAUSES,
    names=names_of,
    about=about,
)
