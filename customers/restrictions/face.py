"""What stops service for a customer, as each of their sections says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from crm.core.registry import Glance
from customers.models import Customer, Restriction

if TYPE_CHECKING:
    from sysadmin.models import User


# whether anything does is read with the customer: of most nothing is to be asked for
AT_A_GLANCE = Glance(
    lambda _user: {
        "is_stopped": Exists(Restriction.objects.filter(customer=OuterRef("pk"), ended_on=None))
    }
)


def stopped(user: User, customer: Customer) -> list[tuple[Restriction, Customer | None]]:
    """What stops service, each with whom it is for if it is for a tie that the user may see.

    What goes back to somebody behind the customer who is none names nobody.
    """
    if not customer.is_stopped:  # type: ignore[attr-defined]
        return []
    found = list(customer.restrictions.filter(ended_on=None))
    ties = [one.tied_to_id for one in found if one.tied_to_id not in {None, customer.pk}]
    seen = Customer.objects.permitted(user).in_bulk(ties) if ties else {}
    return [(one, seen.get(one.tied_to_id)) for one in found]
