"""Promises made, kept, passed on, withdrawn, and broken when their day is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.translation import gettext as _

from crm.core.acting import acting
from crm.core.clock import bank_today, now
from crm.core.operations import DomainError, lock_for, operation, refuse_past, save_new, write
from customers.timeline.operations import tell_all
from services import notices
from services.models import Promise
from services.staff import member_of, refuse_out_of_reach
from sysadmin.models import system_user

if TYPE_CHECKING:
    from staff.models import StaffMember
    from sysadmin.models import User

Status = Promise.Status
# kept as it stands with the changes, so it speaks both languages
OVERDUE = "The promised day is over · 承诺日期已过"


@operation
def make(promise: Promise, *, by: User) -> Promise:
    """Promise a customer something until a day; without a name, whoever promises keeps it."""
    refuse_past(promise.due_on, "due_on")
    owner: StaffMember | None = promise.owner if promise.owner_id else None
    if owner is None:
        promise.owner = member_of(by)
    elif owner.user_id != by.pk:
        refuse_out_of_reach(owner, promise.customer, "owner")
    save_new(promise)
    notices.given(promise, promise.owner, by=by)
    return promise


@operation
def keep(promise: Promise, *, by: User, remark: str = "") -> None:
    """Enter that a promise is kept; after its day it is kept late."""
    lock_for(promise, "keep")
    today = bank_today()
    status = Status.KEPT if today <= promise.due_on else Status.KEPT_LATE
    settle(promise, status, remark)


@operation
def withdraw(promise: Promise, *, by: User, reason: str) -> None:
    """Withdraw a promise that need not be kept any more; one that is overdue cannot be."""
    lock_for(promise, "withdraw")
    if promise.due_on < bank_today():
        raise DomainError(_("The promised day is over: it can only be kept late."))
    settle(promise, Status.WITHDRAWN, reason)


def settle(promise: Promise, status: str, remark: str) -> None:
    """Write down what became of a promise, and when."""
    promise.status, promise.remark, promise.settled_on = status, remark, bank_today()
    write(promise, ["status", "remark", "settled_on"], version=promise.version)


@operation
def pass_on(promise: Promise, *, by: User, owner: StaffMember, reason: str) -> None:
    """Let somebody else keep a promise."""
    lock_for(promise, "pass_on")
    refuse_out_of_reach(owner, promise.customer, "owner")
    promise.owner = owner
    write(promise, ["owner"], version=promise.version)
    notices.given(promise, owner, by=by)


def break_overdue() -> int:
    """Enter as broken what was not kept until its day, all at once; returns how many."""
    overdue = Promise.objects.filter(status=Status.OPEN, due_on__lt=bank_today())
    system = system_user()
    with acting(by=system, reason=OVERDUE):
        broken = list(overdue.order_by("pk").select_for_update().only("customer_id"))
        tell_all("break_overdue", broken, by=system)
        rows = Promise.objects.filter(pk__in=[promise.pk for promise in broken])
        return rows.update(status=Status.BROKEN, version=F("version") + 1, updated_at=now())
