"""That a customer cannot act any more, or not alone: entered with evidence, and lifted."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from crm.core.clock import bank_today
from crm.core.operations import DomainError, Stale, operation, save_new, write
from customers.models import LifeFact, Restriction
from customers.restrictions import operations as restrictions
from sysadmin.models import period

if TYPE_CHECKING:
    from sysadmin.models import User


@operation
def establish(fact: LifeFact, *, by: User, first_day: dt.date) -> LifeFact:
    """Enter what ends or limits that a customer can act; selling stops the same day."""
    if first_day > bank_today():
        raise DomainError(_("This day is still to come. Enter a day until today."), "first_day")
    began = fact.customer.born_on or fact.customer.founded_on
    if began and first_day < began:
        raise DomainError(_("The customer was not there yet. Enter a later day."), "first_day")
    if (fact.kind in LifeFact.OF_ORGANISATIONS) == fact.customer.is_person:
        raise DomainError(_("This does not fit the kind of customer. Choose another."), "kind")
    fact.valid = period(first_day)
    save_new(fact)
    restrictions.restrict(fact.customer, by=by, cause=Restriction.Cause.LIFE, source=fact.source)
    return fact


@operation
def lift(fact: LifeFact, *, by: User, last_day: dt.date, version: int, reason: str) -> LifeFact:
    """Enter that it holds no more; selling goes on unless something else stops it."""
    fact.refresh_from_db(from_queryset=LifeFact.objects.select_for_update())
    if fact.version != version:
        raise Stale
    if fact.valid.upper is not None:
        raise DomainError(_("This has ended already."))
    if not fact.valid.lower <= last_day <= bank_today():
        raise DomainError(_("Enter a day from its first day until today."), "last_day")
    fact.valid = period(fact.valid.lower, last_day + dt.timedelta(days=1))
    write(fact, ["valid"], version=version)
    restrictions.end_of(fact.source, by=by)
    return fact
