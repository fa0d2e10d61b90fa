"""What happens in the conversation of a request, and on its checklist."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from config_admin.models import ReplyTemplate
from config_admin.services.placeholders import fill
from crm.core import idempotency
from crm.core.clock import now
from crm.core.formats import day, last_moment
from crm.core.operations import DomainError, operation, save_new, write
from services.clock import setting
from services.models import ClockStop, RequestCheck, RequestEntry, ServiceRequest
from services.requests.operations import held_now, run_again

if TYPE_CHECKING:
    from sysadmin.models import User

ANSWERED_BY_MESSAGE = (ClockStop.Cause.ANSWER, ClockStop.Cause.DOCUMENTS)


@operation
def write_entry(request: ServiceRequest, *, by: User, kind: str, text: str) -> RequestEntry:
    """Write what was said; the first reply to the customer is the answer that was promised.

    The clock of a request that waits for the customer's answer or documents runs again with a
    message from them.
    """
    held_now(request)
    entry = RequestEntry(
        request=request,
        customer=request.customer,
        kind=kind,
        text=text.strip(),
        author=by,
        at=now(),
    )
    save_new(entry)
    if kind == RequestEntry.Kind.REPLY and request.responded_at is None:
        request.responded_at = entry.at
        setting.set_moments(request, setting.ended_stops(request))
        write(request, {"responded_at", *setting.MOMENTS}, version=request.version)
    if kind == RequestEntry.Kind.MESSAGE and is_heard_from(request):
        run_again(request)
    return entry


def is_heard_from(request: ServiceRequest) -> bool:
    """Whether a request waits for what a customer may bring with a message."""
    waits = request.stops.filter(ended_at=None, cause__in=ANSWERED_BY_MESSAGE)
    return request.status == ServiceRequest.Status.WAITING and waits.exists()


@operation
def tick(check: RequestCheck, *, by: User, is_ticked: bool) -> None:
    """Tick an item of the checklist, or open it again."""
    request = check.request
    held_now(request)
    if not request.is_at_work:
        raise DomainError(_("This request is done. Reopen it first."))
    if is_ticked == (check.ticked_at is not None):
        return
    check.ticked_at, check.ticked_by = (now(), by) if is_ticked else (None, None)
    write(check, ["ticked_at", "ticked_by"], version=check.version)


def keyed(checks: Iterable[RequestCheck]) -> list[tuple[RequestCheck, object]]:
    """Each item of a checklist with a key under which it can be sent once."""
    return [(check, idempotency.new_key()) for check in checks]


def filled(template: ReplyTemplate, request: ServiceRequest, by: User) -> str:
    """A reply template with what this request says, in the customer's language."""
    is_chinese = request.customer.country == "CN"
    # days and hours are written in the language of the text, whatever the agent reads
    with translation.override("zh-hans" if is_chinese else "en"):
        text = template.text_zh if is_chinese else template.text
        return fill(text, values_of(request, by))


def values_of(request: ServiceRequest, by: User) -> dict[str, str]:
    """What the placeholders of reply templates stand for."""
    customer = request.customer
    is_chinese = customer.country == "CN"
    owner = request.owner
    return {
        "customer_name": customer.name if is_chinese else customer.latin_name or customer.name,
        "case_number": request.number,
        "service": request.service.name_zh if is_chinese else request.service.name,
        "received_on": day(request.received_at),
        "deadline": last_moment(request.resolution_due_at),
        "branch": request.branch.name if is_chinese else request.branch.name_en,
        "handler": (owner.name if is_chinese else owner.latin_name) if owner else by.shown_name,
    }
