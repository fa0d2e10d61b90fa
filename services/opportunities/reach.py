"""Who reaches an opportunity: those who sell, and those who look after the customer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db.models import Model, Q

from crm.core.scope import Asker, InTree, Reach
from customers.models import Customer


@dataclass(frozen=True)
class OfSellers(InTree):
    """Rows of the member of staff who sells, and of those who look after the customer.

    Above both stands the seller's branch: one place in the tree answers for a row.
    """

    def arms(self, model: type[Model], reach: Reach, user: Asker) -> list[Q]:
        """The seller's arms, and what own and team reach give of customers."""
        hands = replace(reach, ranges=(), nodes=(), homes=())
        of_customers = Customer.SCOPE.arms(Customer, hands, user)
        beside = [
            Q(customer__in=Customer._base_manager.filter(arm).order_by().values("pk"))
            for arm in of_customers
        ]
        return [*super().arms(model, reach, user), *beside]
