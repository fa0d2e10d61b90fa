"""Questions about service requests, and who reaches them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Model, Q

from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Asker, InTree, Reach
from customers.models import Customer
from customers.ownership.reach import also_in_hands

if TYPE_CHECKING:
    from .models import ServiceRequest  # noqa: F401  (named in a base class below)


@dataclass(frozen=True)
class AboutCustomers(InTree):
    """Rows at a branch that are one's own to do, or are about customers in one's own hands.

    Whoever does not reach the customer does not reach them either.
    """

    def narrow(self, rows: ScopedQuerySet[Any], reach: Reach, user: Asker) -> ScopedQuerySet[Any]:
        """The rows within reach whose customers are within it too."""
        if reach.everything:
            return rows
        customers = Customer.SCOPE.narrow(Customer.objects.all(), reach, user)
        return super().narrow(rows, reach, user).filter(customer__in=customers.values("pk"))

    def arms(self, model: type[Model], reach: Reach, user: Asker) -> list[Q]:
        """The arms of the tree and of those who do it, then those of the customer's managers."""
        arms = super().arms(model, reach, user)
        if reach.own:
            arms.append(Q(customer__lead_manager__user=user.pk))
        if reach.team:
            arms.append(Q(customer__lead_manager__supervisor__user=user.pk))
        beside = [Q(customer__in=rows.values("customer")) for rows in also_in_hands(reach, user)]
        return [*arms, *beside]


class ServiceRequestQuerySet(ScopedQuerySet["ServiceRequest"]):
    """What customers ask for."""

    def at_work(self) -> Self:
        """Those of which something is still to be done."""
        return self.filter(status__in=self.model.AT_WORK)

    def running(self) -> Self:
        """Those whose clock runs."""
        return self.at_work().filter(stopped_at=None)

    def overdue(self, at: dt.datetime) -> Self:
        """Those whose clock runs and whose deadline has passed."""
        return self.running().filter(due_at__lte=at)

    def at_risk(self, at: dt.datetime) -> Self:
        """Those whose clock runs, of whose time most is used, and whose deadline is to come."""
        return self.running().filter(risk_at__lte=at, due_at__gt=at)
