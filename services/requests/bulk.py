"""Many requests assigned at once to somebody who works their queue."""

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
from services.models import ServiceRequest
from staff.models import StaffMember

from . import operations, routing

if TYPE_CHECKING:
    from sysadmin.models import User

CHUNK = 50
Outcome = JobRow.Outcome
CAUSES = {
    "reach": gettext_lazy("The request is outside the reach of the person who started the job."),
    "done": gettext_lazy("The request is done."),
    "queue": gettext_lazy("The member of staff does not work the queue for this branch."),
    "skill": gettext_lazy("The member of staff does not have the skill that others there have."),
    "customer": gettext_lazy("The member of staff does not see the customer."),
    "conflict": CAUSE,
}


@operation
def assign_many(
    member: StaffMember,
    *,
    by: User,
    reason: str,
    keys: Iterable[int] = (),
    address: str | None = None,
) -> Job:
    """Assign requests to somebody: those named, or those of a list; runs in the background."""
    chosen = ServiceRequest.objects.permitted(by, "assign").filter(pk__in=list(keys))
    if address is None and not chosen.exists():
        raise DomainError(_("Choose at least one request."))
    arguments = {"member": member.pk}
    return jobs.start_about(ASSIGN, chosen, address, by=by, arguments=arguments, reason=reason)


def assign_chunk(run: jobs.Run) -> jobs.Step:
    """Assign the next requests; the list of an address is taken down first."""
    from .resources import request  # noqa: PLC0415  (pages know operations, not the reverse)

    if step := jobs.listed(run, request, "assign"):
        return step
    member = StaffMember.objects.get(pk=run.arguments["member"])
    rows = jobs.waiting_rows(run.job, CHUNK)
    reached = ServiceRequest.objects.permitted(run.by, "assign")
    # locked in one order, so that two jobs on the same requests wait and do not deadlock
    found = reached.filter(pk__in=[row.key for row in rows]).order_by("pk").in_bulk()
    for row in sorted(rows, key=lambda row: row.key):
        _settle(row, found.get(row.key), member, run)
    return jobs.settled(run, rows, CHUNK)


def _settle(
    row: JobRow, request: ServiceRequest | None, member: StaffMember, run: jobs.Run
) -> None:
    if request is not None and request.owner_id == member.pk:
        row.outcome = Outcome.SAME
        return
    cause = _why_not(request, member)
    if request is not None and not cause:
        row.before = request.owner_id
        try:
            # what is refused leaves the rest of the chunk as it is
            with transaction.atomic():
                operations.assign(request, by=run.by, member=member, reason=run.job.reason)
        except DomainError:
            # what else the rules refuse is a conflict of interest
            cause = "conflict"
    row.outcome, row.cause = (Outcome.REFUSED, cause) if cause else (Outcome.CHANGED, "")


def _why_not(request: ServiceRequest | None, member: StaffMember) -> str:
    if request is None:
        return "reach"
    if not request.is_at_work:
        return "done"
    if not (routing.works(member, request) or routing.stands_in(member, request)):
        return "skill" if routing.works_queue(member, request) else "queue"
    return "" if operations.sees(member, request) else "customer"


def names_of(user: Any, keys: list[int]) -> dict[int, tuple[str, str]]:
    """Names and addresses of the requests among these keys that the user may see."""
    from .resources import request  # noqa: PLC0415  (a job's page, not a job, asks for addresses)

    found = ServiceRequest.objects.permitted(user).filter(pk__in=keys)
    return {row.pk: (str(row), request.url("view", row)) for row in found}


def about(job: Job) -> str:
    """To whom the requests go."""
    member = StaffMember.objects.filter(pk=job.arguments["member"]).first()
    return _("to %(name)s") % {"name": member}


ASSIGN = jobs.Kind(
    "services.assign",
    gettext_lazy("Assign requests"),
    assign_chunk,
    causes=CAUSES,
    names=names_of,
    about=about,
)
