"""The customers that tasks and appointments are about, as far as the reader may know them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from customers.models import Customer, ListedCustomer


def lines_of(rows: Iterable[Any], user: Any) -> dict[int, ListedCustomer]:
    """The line of each customer within the user's reach, with the customer, by key."""
    keys = {row.customer_id for row in rows if row.customer_id}
    if not keys or not user.has_action("customers.view_customer"):
        return {}
    found = ListedCustomer.objects.permitted(user).filter(pk__in=keys).select_related("customer")
    return {line.pk: line for line in found}


def name_customers(rows: Iterable[Any], user: Any) -> dict[int, ListedCustomer]:
    """Let each row know its customer's name, or that it is not for this reader; the lines too."""
    held = list(rows)
    known = lines_of(held, user)
    for row in held:
        line = known.get(row.customer_id)
        row.shown_customer = line.customer.shown_name if line else ""
    return known


def customer_of(row: Any, user: Any) -> Customer | None:
    """The customer of one row, if the user reaches them."""
    if row.customer_id is None:
        return None
    return Customer.objects.permitted(user).of_key(row.customer_id)
