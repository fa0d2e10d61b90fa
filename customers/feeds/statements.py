"""The statements that merge a chunk of fed rows; each takes the chunk as one JSON document."""

from __future__ import annotations

# columns of a holding that the file decides, with their types in the document
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


def document(**columns: str) -> str:
    """The rows of the chunk as a table."""
    listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    return f"json_to_recordset(%(rows)s::json) as f({listed})"


HOLDINGS = document(
    id="bigint",
    customer_id="bigint",
    source_key="text",
    number="bytea",
    role="text",
    **HOLDING,
)
CHANGE_HOLDINGS = f"""
update customers_holding h
set {", ".join(f"{name} = f.{name}" for name in HOLDING)},
    number = coalesce(f.number, h.number), batch_id = %(batch)s
from {HOLDINGS}
where h.id = f.id and ({STORED}) is distinct from ({FED})
"""
ENTER_HOLDINGS = f"""
insert into customers_holding
    (id, customer_id, source_system, source_key, number, batch_id, {NAMES})
select f.id, f.customer_id, %(system)s, f.source_key, f.number, %(batch)s, {FED}
from {HOLDINGS}
"""
# the file of parties may say more about the holder; what is there stays
ENTER_HOLDERS = f"""
insert into customers_holdingparty (holding_id, customer_id, role, valid, batch_id)
select f.id, f.customer_id, f.role, daterange(f.opened_on, null), %(batch)s
from {HOLDINGS}
on conflict (customer_id, holding_id, role) do nothing
"""

PARTIES = document(
    holding_id="bigint", customer_id="bigint", role="text", first="date", last="date"
)
KNOWN_PARTIES = f"""
select count(*)
from {PARTIES}
join customers_holdingparty p
    on (p.customer_id, p.holding_id, p.role) = (f.customer_id, f.holding_id, f.role)
"""
MERGE_PARTIES = f"""
insert into customers_holdingparty as p (holding_id, customer_id, role, valid, batch_id)
select f.holding_id, f.customer_id, f.role, daterange(f.first, f.last, '[]'), %(batch)s
from {PARTIES}
on conflict (customer_id, holding_id, role)
do update set valid = excluded.valid, batch_id = excluded.batch_id
where p.valid <> excluded.valid
"""

MONTH_ROWS = document(
    holding_id="bigint",
    holder_id="bigint",
    year="smallint",
    month="integer",
    month_end="numeric",
    average="numeric",
)
YEARS = """
left join customers_holdingyear y
    on (y.customer_id, y.holding_id, y.year) = (f.holder_id, f.holding_id, f.year)
"""
NEW_MONTHS = f"select count(*) from {MONTH_ROWS} {YEARS} where y.month_end[f.month] is null"
CHANGED_MONTHS = f"""
select count(*) from {MONTH_ROWS} {YEARS}
where y.month_end[f.month] is not null
    and (y.month_end[f.month] <> f.month_end
         or coalesce(f.average, y.average[f.month]) is distinct from y.average[f.month])
"""


def _twelve(column: str) -> str:
    months = [f"max(f.{column}) filter (where f.month = {month})" for month in MONTHS]
    return f"array[{', '.join(months)}]::numeric(18, 2)[]"


def _kept(column: str) -> str:
    """What the file says, else what was known."""
    months = [f"coalesce(excluded.{column}[{n}], y.{column}[{n}])" for n in MONTHS]
    return f"array[{', '.join(months)}]"


MERGE_YEARS = f"""
insert into customers_holdingyear as y
    (holding_id, customer_id, year, month_end, average, batch_id)
select f.holding_id, f.holder_id, f.year, {_twelve("month_end")}, {_twelve("average")}, %(batch)s
from {MONTH_ROWS}
group by f.holding_id, f.holder_id, f.year
on conflict (customer_id, holding_id, year)
do update set month_end = {_kept("month_end")}, average = {_kept("average")},
    batch_id = excluded.batch_id
where (y.month_end, y.average) is distinct from ({_kept("month_end")}, {_kept("average")})
"""

BOOKING = "amount, currency, kind, counterparty, description"
BOOKINGS = document(
    holding_id="bigint",
    holder_id="bigint",
    booked_on="date",
    source_key="text",
    amount="numeric",
    currency="text",
    kind="text",
    counterparty="text",
    description="text",
)
KNOWN_TRANSACTIONS = f"""
select count(*)
from {BOOKINGS}
join customers_transaction t
    on (t.booked_on, t.source_system, t.source_key) = (f.booked_on, %(system)s, f.source_key)
"""
MERGE_TRANSACTIONS = f"""
insert into customers_transaction as t
    (holding_id, customer_id, booked_on, source_system, source_key, batch_id, {BOOKING})
select f.holding_id, f.holder_id, f.booked_on, %(system)s, f.source_key, %(batch)s,
    f.amount, f.currency, f.kind, f.counterparty, f.description
from {BOOKINGS}
on conflict (booked_on, source_system, source_key)
do update set holding_id = excluded.holding_id, customer_id = excluded.customer_id,
    amount = excluded.amount, currency = excluded.currency, kind = excluded.kind,
    counterparty = excluded.counterparty, description = excluded.description,
    batch_id = excluded.batch_id
where (t.holding_id, t.amount, t.currency, t.kind, t.counterparty, t.description)
    is distinct from (excluded.holding_id, excluded.amount, excluded.currency, excluded.kind,
                      excluded.counterparty, excluded.description)
"""
