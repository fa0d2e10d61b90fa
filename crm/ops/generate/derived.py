"""What the product works out from its records with triggers, made at once after a load."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

STEP = 200_000
SPANS = """
select low, low + %(step)s - 1
from (select min(id) as least, max(id) as most from customers_customer) held,
     generate_series(least, most, %(step)s) low
"""


def rebuild_listing(connection: Connection[Any]) -> None:
    """Build the list of customers anew by its own functions, each step a transaction."""
    connection.execute("select customers_listing_begin()")
    for low, high in connection.execute(SPANS, {"step": STEP}).fetchall():
        connection.execute("select customers_listing_fill(%s, %s)", [low, high])
    connection.execute("select customers_listing_finish()")
    connection.execute("select customers_listing_swap()")
