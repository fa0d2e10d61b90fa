"""The statements that merge a chunk of fed rows; each takes the chunk as arrays."""

from __future__ import annotations

from dataclasses import dataclass

# columns of a holding that the file decides, with their types
HOLDING = {
    "kind": "text",
    "product_code": "text",
    "number_index": "bytea",
    "mask": "text",
    "currency": "text",
    "balance": "numeric",
    "balance_base": "numeric",
    "credit_limit": "numeric",
    "principal": "numeric",
    "rate": "numeric",
    "account_branch_id": "bigint",
    "opened_on": "date",
    "matures_on": "date",
    "closed_on": "date",
    "status": "text",
    "overdue_days": "integer",
    "business_date": "date",
}
NAMES = ", ".join(HOLDING)
STORED = ", ".join(f"h.{name}" for name in HOLDING)
FED = ", ".join(f"f.{name}" for name in HOLDING)
MONTHS = range(1, 13)


@dataclass(frozen=True)
class Statement:
    """A statement with the columns of the chunk that it reads."""

    text: str
    columns: tuple[str, ...]

    @classmethod
    def of(cls, columns: dict[str, str], text: str) -> Statement:
        """The text reads the rows of the chunk as table f; `place` counts them from one."""
        arrays = ", ".join(f"%({name})s::{kind}[]" for name, kind in columns.items())
        rows = f"unnest({arrays}) with ordinality as f({', '.join(columns)}, place)"
        return cls(text.replace("{rows}", rows), tuple(columns))


def differing(joined: str, known: str, stored: str, fed: str) -> str:
    """Tells the places of rows that are new, and of those that say otherwise than is stored."""
    changed = f"({stored}) is distinct from ({fed})"
    return f"""
select coalesce(array_agg(f.place) filter (where {known} is null), '{{}}'),
    coalesce(array_agg(f.place) filter (where {known} is not null), '{{}}')
from {{rows}}
left join {joined}
where {known} is null or {changed}
"""


KEYS = {"id": "bigint", "customer_id": "bigint"}
CHANGE_HOLDINGS = Statement.of(
    {"id": "bigint", "number": "bytea"} | HOLDING,
    f"""
update customers_holding h
set {", ".join(f"{name} = f.{name}" for name in HOLDING)},
    number = coalesce(f.number, h.number), batch_id = %(batch)s
from {{rows}}
where h.id = f.id and ({STORED}) is distinct from ({FED})
""",
)
ENTER_HOLDINGS = Statement.of(
    KEYS | {"source_key": "text", "number": "bytea"} | HOLDING,
    f"""
insert into customers_holding
    (id, customer_id, source_system, source_key, number, batch_id, {NAMES})
select f.id, f.customer_id, %(system)s, f.source_key, f.number, %(batch)s, {FED}
from {{rows}}
""",
)
# the file of parties may say more about the holder; what is there stays
ENTER_HOLDERS = Statement.of(
    KEYS | {"role": "text", "opened_on": "date"},
    """
insert into customers_holdingparty (holding_id, customer_id, role, valid, batch_id)
select f.id, f.customer_id, f.role, daterange(f.opened_on, null), %(batch)s
from {rows}
on conflict (customer_id, holding_id, role) do nothing
""",
)

PARTIES = {
    "holding_id": "bigint",
    "customer_id": "bigint",
    "role": "text",
    "first": "date",
    "last": "date",
}
DIFFERING_PARTIES = Statement.of(
    PARTIES,
    differing(
        "customers_holdingparty p"
        " on (p.customer_id, p.holding_id, p.role) = (f.customer_id, f.holding_id, f.role)",
        "p.id",
        "p.valid",
        "daterange(f.first, f.last, '[]')",
    ),
)
MERGE_PARTIES = Statement.of(
    PARTIES,
    """
insert into customers_holdingparty as p (holding_id, customer_id, role, valid, batch_id)
select f.holding_id, f.customer_id, f.role, daterange(f.first, f.last, '[]'), %(batch)s
from {rows}
on conflict (customer_id, holding_id, role)
do update set valid = excluded.valid, batch_id = excluded.batch_id
where p.valid <> excluded.valid
""",
)

MONTH_ROWS = {
    "holding_id": "bigint",
    "holder_id": "bigint",
    "year": "smallint",
    "month": "integer",
    "month_end": "numeric",
    "average": "numeric",
}
# a month without an average leaves the one that is known
DIFFERING_MONTHS = Statement.of(
    MONTH_ROWS,
    differing(
        "customers_holdingyear y"
        " on (y.customer_id, y.holding_id, y.year) = (f.holder_id, f.holding_id, f.year)",
        "y.month_end[f.month]",
        "y.month_end[f.month], y.average[f.month]",
        "f.month_end, coalesce(f.average, y.average[f.month])",
    ),
)


def _twelve(column: str) -> str:
    months = [f"max(f.{column}) filter (where f.month = {month})" for month in MONTHS]
    return f"array[{', '.join(months)}]::numeric(18, 2)[]"


def _kept(column: str) -> str:
    """What the file says, else what was known."""
    months = [f"coalesce(excluded.{column}[{n}], y.{column}[{n}])" for n in MONTHS]
    return f"array[{', '.join(months)}]"


MERGE_YEARS = Statement.of(
    MONTH_ROWS,
    f"""
insert into customers_holdingyear as y
    (holding_id, customer_id, year, month_end, average, batch_id)
select f.holding_id, f.holder_id, f.year, {_twelve("month_end")}, {_twelve("average")}, %(batch)s
from {{rows}}
group by f.holding_id, f.holder_id, f.year
on conflict (customer_id, holding_id, year)
do update set month_end = {_kept("month_end")}, average = {_kept("average")},
    batch_id = excluded.batch_id
where (y.month_end, y.average) is distinct from ({_kept("month_end")}, {_kept("average")})
""",
)

BOOKINGS = {
    "holding_id": "bigint",
    "holder_id": "bigint",
    "booked_on": "date",
    "source_key": "text",
    "amount": "numeric",
    "currency": "text",
    "kind": "text",
    "counterparty": "text",
    "description": "text",
}
BOOKING = ("holding_id", "amount", "currency", "kind", "counterparty", "description")
# the days name the parts of the table that need to be looked at
DIFFERING_TRANSACTIONS = Statement.of(
    BOOKINGS,
    differing(
        "customers_transaction t"
        " on (t.booked_on, t.source_system, t.source_key) = (f.booked_on, %(system)s, f.source_key)"
        " and t.booked_on between %(first)s and %(last)s",
        "t.id",
        ", ".join(f"t.{name}" for name in BOOKING),
        ", ".join(f"f.{name}" for name in BOOKING),
    ),
)
MERGE_TRANSACTIONS = Statement.of(
    BOOKINGS,
    """
insert into customers_transaction as t
    (holding_id, customer_id, booked_on, source_system, source_key, batch_id,
     amount, currency, kind, counterparty, description)
select f.holding_id, f.holder_id, f.booked_on, %(system)s, f.source_key, %(batch)s,
    f.amount, f.currency, f.kind, f.counterparty, f.description
from {rows}
on conflict (booked_on, source_system, source_key)
do update set holding_id = excluded.holding_id, customer_id = excluded.customer_id,
    amount = excluded.amount, currency = excluded.currency, kind = excluded.kind,
    counterparty = excluded.counterparty, description = excluded.description,
    batch_id = excluded.batch_id
""",
)
