"""What must hold of the tree, and of all that is kept by it, at any moment."""

from __future__ import annotations

from django.db import connection, transaction

from customers.models import ListedCustomer, SearchKey
from staff.models import Branch


def faults() -> list[str]:
    """Units that stand outside their parent or across a sibling, as one statement sees them."""
    found = []
    rows = {row["pk"]: row for row in Branch.objects.values("pk", "parent_id", "lft", "rgt")}
    for row in rows.values():
        above = rows.get(row["parent_id"])
        if above and not above["lft"] < row["lft"] < row["rgt"] < above["rgt"]:
            found.append(f"{row['pk']} stands outside {above['pk']}")
    around: list[int] = []
    for low, high, key in sorted((row["lft"], row["rgt"], row["pk"]) for row in rows.values()):
        around = [end for end in around if end > low]
        if any(high >= end for end in around):
            found.append(f"{key} crosses another")
        around.append(high)
    return found


def kept():
    """What the list and the search keep of each customer that has to do with the tree."""
    positions = dict(ListedCustomer.objects.values_list("pk", "lft"))
    keys = SearchKey.objects.values_list("customer_id", "keys")
    return positions, {pk: sorted(k for k in held if k and k[0] == "@") for pk, held in keys}


def worked_out():
    """The same, worked out anew for all customers; nothing of it stays."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update customers_listing set lft = 0")
        cursor.execute("update customers_search_key set keys = '{}'")
        cursor.execute("select array_agg(id) from customers_customer")
        (ids,) = cursor.fetchone()
        cursor.execute("select customers_refresh_listing(%s)", [ids])
        cursor.execute("select customers_refresh_search(%s)", [ids])
        found = kept()
        transaction.set_rollback(True)
    return found
