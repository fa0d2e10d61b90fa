"""What the product works out from its records with triggers, made at once after a load."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

STEP = 200_000
# stretches of the tree with about as many customers each, in the tree's order
SPANS = """
select min(lft), max(lft)
from (
    select b.lft, (sum(count(*)) over (order by b.lft) / %s)::integer as part
    from customers_customer c join staff_branch b on b.id = c.home_branch_id
    group by b.lft
) t
group by part order by part
"""


def rebuild_listing(connection: Connection[Any]) -> None:
    """Build the list of customers anew by its own functions, each step a transaction."""
    connection.execute("select customers_listing_begin()")
    for low, high in connection.execute(SPANS, [STEP]).fetchall():
        connection.execute("select customers_listing_fill(%s, %s)", [low, high])
    connection.execute("select customers_listing_finish()")
    connection.execute("select customers_listing_swap()")
