"""Questions about service requests, and who reaches them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from django.db.models import Exists, Model, OuterRef, Q

from crm.core.clock import bank_today
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Asker, InTree, Reach
from customers.ownership.reach import also_in_hands

if TYPE_CHECKING:
    from .models import ServiceRequest  # noqa: F401  (named in a base class below)


@dataclass(frozen=True)
class AboutCustomers(InTree):
    """Rows about customers, reached exactly as these are; the row's branch is its customer's."""

    def arms(self, model: type[Model], reach: Reach, user: Asker) -> list[Q]:
        """The arms of the tree and of the lead manager, and one for customers entered by hand."""
        beside = [Q(customer__in=rows.values("customer")) for rows in also_in_hands(reach, user)]
        return [*super().arms(model, reach, user), *beside]


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

    def unrouted(self) -> Self:
        """Those in a queue in which nobody can do them today, for their branch."""
        members = self.model._meta.apps.get_model("services.QueueMember").objects
        working = members.on(bank_today()).filter(
            queue=OuterRef("queue"),
            member__branch__lft__lte=OuterRef("branch__lft"),
            member__branch__rgt__gte=OuterRef("branch__rgt"),
        )
        skilled = working.filter(member__skills__contains=[OuterRef("service__skill")])
        needs_none = Q(service__skill="")
        lacking = (needs_none & ~Exists(working)) | (~needs_none & ~Exists(skilled))
        return self.filter(lacking, status=self.model.Status.QUEUED)
