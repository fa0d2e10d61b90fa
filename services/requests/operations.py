"""What happens to service requests, from their entry to their closing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config_admin.figures.operations import draw_number
from config_admin.figures.values import value_of
from config_admin.models import ServiceType
from config_admin.services.own_fields import edition_of
from crm.core.clock import bank_today, now
from crm.core.operations import (
    DomainError,
    insert,
    lock_for,
    operation,
    save_changes,
    save_new,
    write,
)
from customers.conflicts.rules import refuse_conflict
from customers.models import Customer
from services import notices
from services.answers import edition_in
from services.clock import setting
from services.models import ClockStop, RequestCheck, ServiceRequest
from services.parameters import REOPEN_DAYS
from staff.models import StaffMember
from sysadmin.models import period

from . import routing
from .own_fields import answered

if TYPE_CHECKING:
    from sysadmin.models import User

Status = ServiceRequest.Status
ASSIGN = "services.assign_servicerequest"
SERIES = "case"
SEE = "services.view_servicerequest"


# --- entering ------------------------------------------------------------------------


@operation
def enter(
    request: ServiceRequest, *, by: User, values: Mapping[str, Any] | None = None
) -> ServiceRequest:
    """Enter what a customer wants; it waits in the queue of its service, and its clock runs.

    `values` are the answers to what the service asks for, by the codes of its fields.
    """
    service, customer = request.service, request.customer
    if service.status != ServiceType.Status.OFFERED:
        raise DomainError(_("This service is not offered now. Choose another one."), "service")
    if service.kind == ServiceType.Kind.COMPLAINT:
        raise DomainError(
            _("The law sets the time of a complaint. Receive it as a complaint."), "service"
        )
    if customer.status == Customer.Status.MERGED:
        raise DomainError(_("This customer has been merged into another one."), "customer")
    request.answers = answered(edition_of(service.pk), values or {})
    request.number = draw_number(SERIES, by=by)
    request.queue, request.branch = service.queue, customer.home_branch
    request.received_at = request.status_since = now()
    setting.promise(request)
    setting.set_moments(request, ())
    save_new(request)
    for item in service.checklist.filter(is_live=True):
        insert(
            RequestCheck(
                request=request, customer=customer, item=item, is_required=item.is_required
            )
        )
    return request


@operation
def amend(
    request: ServiceRequest,
    *,
    by: User,
    fields: Iterable[str],
    version: int,
    values: Mapping[str, Any] | None = None,
) -> ServiceRequest:
    """Change what a request says; another priority is promised anew from the day it came."""
    names = set(fields)
    if not request.is_at_work:
        raise DomainError(_("This request is done. Reopen it first."))
    if values is not None:
        request.answers = answered(edition_in(request.answers), values)
        names.add("answers")
    if "priority" in names:
        setting.promise(request)
        setting.set_moments(request, setting.ended_stops(request))
        names |= {*setting.PROMISED, *setting.MOMENTS}
    save_changes(request, names, version=version)
    return request


# --- whose it is ---------------------------------------------------------------------


@operation
def take(request: ServiceRequest, *, by: User, reason: str = "") -> None:
    """Take a request from its queue; of two who take it at once, one gets it."""
    lock_for(request, "take")
    member = StaffMember.objects.filter(user=by.pk).first()
    if member is None:
        raise DomainError(_("You do not work this queue for this branch."))
    if why := routing.why_unfit(member, request):
        raise DomainError(why)
    refuse_stranger(request, member)
    give(request, member)


@operation
def assign(request: ServiceRequest, *, by: User, member: StaffMember, reason: str) -> None:
    """Give a request to somebody who works its queue; what is under way stays under way.

    Where nobody there has the skill that it needs, it may be given to somebody without it.
    """
    lock_for(request, "assign")
    if request.owner_id == member.pk:
        raise DomainError(_("%(name)s has it already.") % {"name": member}, "member")
    refuse_worker(request, member, "member")
    give(request, member)
    notices.given(request, member, by=by)


def refuse_worker(request: ServiceRequest, member: StaffMember, field: str | None = None) -> None:
    """Refuse somebody who is not fit for the request and does not stand in, or is a stranger."""
    why = routing.why_unfit(member, request)
    if why and not routing.stands_in(member, request):
        raise DomainError(why, field)
    refuse_stranger(request, member, field)


def refuse_stranger(request: ServiceRequest, member: StaffMember, field: str | None = None) -> None:
    """Refuse somebody who does not see the customer, or is too close to them."""
    if not sees(member, request):
        raise DomainError(
            _("%(name)s does not see this customer. Choose somebody else.") % {"name": member},
            field,
        )
    refuse_conflict(member, request.customer_id, period(bank_today()), field or "")


def give(request: ServiceRequest, member: StaffMember) -> None:
    """Let a request be in somebody's hands; what is under way stays under way."""
    request.owner = member
    to = Status.ASSIGNED if request.status == Status.QUEUED else request.status
    lead_to(request, to, "owner")


def sees(member: StaffMember, request: ServiceRequest) -> bool:
    """Whether a member of staff reaches the customer where they may open requests."""
    user: Any = member.user
    if user is None or not user.is_active:
        return False
    return Customer.objects.within(user, SEE).filter(pk=request.customer_id).exists()


@operation
def hand_back(request: ServiceRequest, *, by: User, reason: str) -> None:
    """Put a request back into its queue, for somebody else to take."""
    lock_for(request, "hand_back")
    if not by.has_action(ASSIGN):
        refuse_others(request, by)
    put_back(request)


def put_back(request: ServiceRequest) -> None:
    """Let a request wait in its queue; a clock that stands runs again, as nobody watches it."""
    fields = ["owner"]
    if request.status == Status.WAITING:
        _end_stop(request)
        fields += ["stopped_at", *setting.MOMENTS]
    request.owner = None
    lead_to(request, Status.QUEUED, *fields)


# --- work ----------------------------------------------------------------------------


@operation
def start(request: ServiceRequest, *, by: User, reason: str = "") -> None:
    """Begin with a request."""
    lock_for(request, "start")
    refuse_others(request, by)
    lead_to(request, Status.IN_PROGRESS)


@operation
def wait(
    request: ServiceRequest,
    *,
    by: User,
    cause: str,
    reason: str = "",
    since: dt.datetime | None = None,
) -> None:
    """Stop the clock from now on, until the customer has done their part."""
    lock_for(request, "wait")
    refuse_others(request, by)
    at = now()
    began = since or at
    if cause not in ClockStop.WAITING:
        raise DomainError(_("Choose what it waits for."), "cause")
    if began < at:
        raise DomainError(_("The clock cannot be stopped for the past."))
    save_new(
        ClockStop(
            request=request,
            customer=request.customer,
            cause=cause,
            remark=reason,
            started_at=began,
        )
    )
    request.stopped_at = began
    lead_to(request, Status.WAITING, "stopped_at")


@operation
def resume(request: ServiceRequest, *, by: User, reason: str = "") -> None:
    """Let the clock run again; the deadline moves by the time in which it stood."""
    lock_for(request, "resume")
    refuse_others(request, by)
    run_again(request)


def run_again(request: ServiceRequest) -> None:
    """End the stop of a request that is held, and go on with it."""
    _end_stop(request)
    lead_to(request, Status.IN_PROGRESS, "stopped_at", *setting.MOMENTS)


def _end_stop(request: ServiceRequest) -> None:
    stop = ClockStop.objects.get(request=request, ended_at=None)
    stop.ended_at = max(now(), stop.started_at)
    write(stop, ["ended_at"], version=stop.version)
    request.stopped_at = None
    setting.set_moments(request, setting.ended_stops(request))


@operation
def resolve(request: ServiceRequest, *, by: User, outcome: str) -> None:
    """Say what came of a request, once everything on its checklist is ticked."""
    lock_for(request, "resolve")
    refuse_others(request, by)
    open_checks = request.checks.filter(is_required=True, ticked_at=None)
    names = ", ".join(str(check) for check in open_checks.select_related("item"))
    if names:
        raise DomainError(_("Tick on the checklist first: %(items)s.") % {"items": names})
    request.outcome, request.resolved_at = outcome, now()
    request.responded_at = request.responded_at or request.resolved_at
    request.pressure = ServiceRequest.Pressure.NONE
    lead_to(request, Status.RESOLVED, "outcome", "resolved_at", "responded_at", "pressure")


@operation
def close(request: ServiceRequest, *, by: User, reason: str = "") -> None:
    """Close a request that is resolved."""
    lock_for(request, "close")
    lead_to(request, Status.CLOSED)


@operation
def reopen(request: ServiceRequest, *, by: User, reason: str) -> None:
    """Go on with a request that was done, within the days that the bank allows.

    The time since it was resolved does not count.
    """
    lock_for(request, "reopen")
    days = int(value_of(REOPEN_DAYS))
    resolved: Any = request.resolved_at
    if now() > request.status_since + dt.timedelta(days=days):
        raise DomainError(
            ngettext(
                "It ended more than %(days)d day ago. Enter a new request.",
                "It ended more than %(days)d days ago. Enter a new request.",
                days,
            )
            % {"days": days}
        )
    save_new(
        ClockStop(
            request=request,
            customer=request.customer,
            cause=ClockStop.Cause.RESOLVED,
            remark=reason,
            started_at=resolved,
            ended_at=now(),
        )
    )
    owner: Any = request.owner
    if not routing.works(owner, request) or not sees(owner, request):
        request.owner = None
    request.resolved_at = None
    request.status = Status.ASSIGNED if request.owner else Status.QUEUED
    setting.set_moments(request, setting.ended_stops(request))
    lead_to(request, request.status, "owner", "resolved_at", *setting.MOMENTS)
    notices.given(request, request.owner, by=by)


# --- what all of them need -----------------------------------------------------------


def held_now(request: ServiceRequest) -> None:
    """Hold the request as it is now."""
    request.refresh_from_db(from_queryset=ServiceRequest._base_manager.select_for_update())


def refuse_others(request: ServiceRequest, by: User) -> None:
    """Refuse whoever does not handle the request."""
    if not request.is_in_hands_of(by):
        raise DomainError(
            _("Only %(name)s, who handles it, may do this.") % {"name": request.owner}
        )


def lead_to(request: ServiceRequest, status: str, *fields: str) -> None:
    """Enter a state, with what changes with it."""
    request.status = status
    request.status_since = now()
    write(request, {"status", "status_since", *fields}, version=request.version)
