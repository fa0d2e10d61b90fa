"""What stops service for a customer, so that every module refuses to begin new business."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from crm.core.clock import bank_today
from crm.core.operations import DomainError, operation, refuse_past, save_changes, save_new
from customers.models import Customer, Restriction

if TYPE_CHECKING:
    from sysadmin.models import User


@operation
def restrict(
    customer: Customer, *, by: User, cause: str, source: str, tied_to: Customer | None = None
) -> Restriction:
    """Stop service for a customer at once; `source` names what it goes back to.

    Who is stopped for a tie alone is `tied_to` somebody whom the law names.
    """
    known = Restriction.objects.filter(customer=customer, source=source, ended_on=None).first()
    if known is not None:
        return known
    restriction = Restriction(customer=customer, cause=cause, source=source, tied_to=tied_to)
    save_new(restriction)
    return restriction


@operation
def release(restriction: Restriction, *, by: User, until: dt.date) -> None:
    """Let business go on until a day, although the customer stands on a list of the bank's own."""
    if restriction.cause in Restriction.BY_LAW:
        raise DomainError(_("What the law stops ends by delisting or by the authority alone."))
    refuse_past(until, "until")
    restriction.released_until = until
    save_changes(restriction, ["released_until"])


@operation
def end(restriction: Restriction, *, by: User) -> None:
    """Take up service again: what stopped it is gone."""
    restriction.ended_on = bank_today()
    save_changes(restriction, ["ended_on"])


def end_of(*sources: str, by: User) -> None:
    """Take up service again where what stopped it is gone."""
    for restriction in Restriction.objects.filter(source__in=sources, ended_on=None):
        end(restriction, by=by)


def refuse_restricted(customer_id: int, field: str | None = None) -> None:
    """Refuse to begin new business with a customer for whom service is stopped."""
    if Restriction.objects.in_force().filter(customer=customer_id).exists():
        raise DomainError(
            _("Service for this customer is stopped: nothing new is begun. Ask compliance."), field
        )
