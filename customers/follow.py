"""The keys of search follow branches that have moved, some customers at a time."""

from __future__ import annotations

from django.db import connection, transaction

from staff.tree import LOCK

from .models import Customer, SearchDue

CHUNK = 2000


def search_keys() -> None:
    """Renew the keys of all customers of branches that have moved since the last time."""
    for branch, move in list(SearchDue.objects.values_list("branch_id", "move")):
        last = 0
        while keys := _next(branch, last):
            _renew(keys)
            last = keys[-1]
        # moved again meanwhile: the next time takes it again
        SearchDue.objects.filter(branch=branch, move=move).delete()


def _next(branch: int, last: int) -> list[int]:
    rows = Customer.objects.filter(home_branch=branch, pk__gt=last).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:CHUNK])


def _renew(keys: list[int]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        # the tree stands still while its branches are read
        cursor.execute("select pg_advisory_xact_lock_shared(%s)", [LOCK])
        cursor.execute("select customers_refresh_search(%s)", [keys])
