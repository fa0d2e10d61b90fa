"""The helper schema of a run: words, shares and the functions that draw every fact.

It belongs to the owner, the application has no rights in it, and it is gone when the run has ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from psycopg import Connection, sql
from stdnum import damm

from . import words
from .plan import Plan

SCHEMA = "meridian_generate"
FOREIGNERS_FROM = 1_000_000
TAIL = 1_000

TABLES = """
create schema meridian_generate;
create table meridian_generate.kept (
    at integer generated always as identity, place integer, owner text, name text, down text, up
        text);
create table meridian_generate.before as select ''::text as kind, ''::text as name, ''::text as
    said limit 0;
create unlogged table meridian_generate.surname (
    id integer primary key, text text, latin text, sort text, read text, spelt text, first text);
create unlogged table meridian_generate.given (
    id integer primary key, text text, latin text, sort text, read text, spelt text, first text,
    keys text[]);
create unlogged table meridian_generate.whole (
    id integer primary key, text text, latin text, sort text, read text, spelt text, keys text[],
    country text, gender text, city text);
create unlogged table meridian_generate.number_head (id integer primary key, state integer);
create unlogged table meridian_generate.number_tail (
    state integer, id integer, digit text, primary key (state, id));
create unlogged table meridian_generate.product (
    is_company boolean, slot integer, code text, kind text, low double precision,
    high double precision, days integer, rate numeric, primary key (is_company, slot));
"""
# A hash of the key and the seed stands for chance: any row can be drawn alone, and comes out alike.
DRAWS = """
create function meridian_generate.draw(id bigint, what integer) returns double precision
    language sql immutable parallel safe as $$
    select (hashint8extended(id, {seed} * 1000 + what) & 2147483647) / 2147483648.0::double
        precision
$$;
create function meridian_generate.salt(id bigint) returns bytea
    language sql immutable parallel safe as $$
    select substr(sha256(int8send({seed}) || int8send(id)), 1, 16)
$$;
-- 19 digits; the middle ones are a permutation of the keys, so no two are equal
create function meridian_generate.account(id bigint) returns text
    language sql immutable parallel safe as $$
    select '62170' || lpad((id * 7919 % 1000000007)::text, 10, '0')
        || lpad((hashint8extended(id, {seed} * 1000 + 77) & 8191)::text, 4, '0')
$$;
"""
# Early customers have low numbers; the bank grows. A young relationship is often a prospect still,
# an old one sometimes asleep.
FACTS = """
create function meridian_generate.facts(low bigint, high bigint) returns table (
    id bigint, is_company boolean, is_foreign boolean, status text, opened_on date, since integer,
    branch_id bigint, manager_id bigint, female boolean, born_on date, founded_on date,
    surname integer, given integer, whole integer, means double precision, holdings integer)
    language sql stable as $$
    select s.id, s.is_company, s.is_foreign, s.status, {today}::date - s.days, s.days,
        case when s.pooled then p.pool_branch when s.is_company then p.company_branch
            else p.person_branch end,
        case when s.pooled then null when s.is_company then p.company_manager
            else p.person_manager end,
        s.female,
        case when not s.is_company then {today}::date - s.days - (6000
            + power(meridian_generate.draw(s.id, 11), 1.3) * 16000)::integer end,
        case when s.is_company then {today}::date - s.days - (30
            + power(meridian_generate.draw(s.id, 11), 2) * 7000)::integer end,
        case when not s.is_company and not s.is_foreign then
            (power(meridian_generate.draw(s.id, 12), 1.7) * {surnames})::integer % {surnames} end,
        case when not s.is_company and not s.is_foreign then s.female::integer * 1000000
            + ((power(meridian_generate.draw(s.id, 13), 1.3) * s.letters)::integer % s.letters)
                * 1000
            + case when meridian_generate.draw(s.id, 14) < 0.2 then 0 else
                1 + (power(meridian_generate.draw(s.id, 15), 1.3) * s.letters)::integer %
                    s.letters end
        end,
        case when s.is_company then (meridian_generate.draw(s.id, 16) * {companies})::integer %
            {companies}
            when s.is_foreign then {foreigners_from}
                + (meridian_generate.draw(s.id, 16) * {foreigners})::integer % {foreigners} end,
        exp((meridian_generate.draw(s.id, 17) + meridian_generate.draw(s.id, 18)
            + meridian_generate.draw(s.id, 19) - 1.5) * 2.6 + case when s.is_company then 12.4
                else 10.4 end),
        case when s.status in ('prospect', 'merged') then 0 when s.status = 'closed' then 1 else
            1 + (s.more < 0.58)::integer + (s.more < 0.30)::integer + (s.more < 0.15)::integer
            + (s.more < 0.07)::integer + (s.more < 0.03)::integer end
    from (
        select t.*,
            case when t.is_female then {female} else {male} end as letters,
            t.is_female as female,
            t.pool < case t.status when 'prospect' then 0.2 when 'closed' then 0.1
                when 'dormant' then 0.06 else 0.035 end as pooled
        from (
            select d.*,
                case when d.days < 200 then
                        case when d.chance < 0.5 then 'prospect' when d.chance < 0.99 then 'active'
                            else 'closed' end
                    when d.chance < 0.006 then 'merged'
                    when d.chance < 0.042 then 'closed'
                    when d.chance < 0.06 + least(d.days, 3650) / 36500.0 then 'dormant'
                    when d.chance > 0.996 then 'prospect'
                    else 'active' end as status
            from (
                select g.id, meridian_generate.draw(g.id, 1) < {share_companies} as is_company,
                    meridian_generate.draw(g.id, 1) > 1 - {share_foreigners} as is_foreign,
                    meridian_generate.draw(g.id, 6) < 0.49 as is_female,
                    meridian_generate.draw(g.id, 5) as chance,
                    meridian_generate.draw(g.id, 7) as pool,
                    meridian_generate.draw(g.id, 8) as more,
                    (hashint8extended(g.id, {seed} * 1000 + 9) & ({slots} - 1))::integer as slot,
                    greatest(1, least(10200, 10200
                        * power(({customers} - g.id + meridian_generate.draw(g.id, 3)) /
                            {customers}, 1.6)
                        * (0.85 + 0.3 * meridian_generate.draw(g.id, 4))))::integer as days
                from generate_series(low, high) g(id)
                offset 0
            ) d
            offset 0
        ) t
        offset 0
    ) s
    join meridian_generate.slot p on p.id = s.slot
$$;
"""
# code, kind, how often in a wheel of 63, share of the means, days until it ends, rate
PERSON_PRODUCTS = (
    ("time_deposit", "deposit", 17, (0.2, 0.8), 365, "1.5500"),
    ("large_cd", "deposit", 3, (0.8, 1.6), 1096, "1.9500"),
    ("cash_management", "investment", 8, (0.1, 0.5), 0, "1.7000"),
    ("fixed_income", "investment", 7, (0.2, 0.9), 183, "2.7500"),
    ("fund", "investment", 5, (0.1, 0.5), 0, "0"),
    ("insurance", "investment", 2, (0.1, 0.4), 3653, "2.2500"),
    ("housing_loan", "loan", 6, (2.0, 6.0), 9131, "3.4500"),
    ("consumer_loan", "loan", 3, (0.4, 1.2), 731, "4.3500"),
    ("credit_card", "card", 12, (0.01, 0.12), 0, "16.5000"),
)
COMPANY_PRODUCTS = (
    ("agreed_rate_deposit", "deposit", 9, (0.6, 2.0), 0, "0.7500"),
    ("time_deposit", "deposit", 12, (0.5, 2.5), 183, "1.3500"),
    ("structured_deposit", "deposit", 6, (0.8, 3.0), 91, "2.1000"),
    ("cash_management", "investment", 7, (0.3, 1.2), 0, "1.7000"),
    ("working_capital_loan", "loan", 19, (0.6, 2.4), 365, "3.8500"),
    ("fixed_asset_loan", "loan", 5, (1.5, 5.0), 2922, "4.1000"),
    ("bill_discounting", "loan", 5, (0.4, 2.0), 183, "1.6000"),
)
CURRENT = {False: ("current_deposit", 0.05, 0.25), True: ("corporate_current", 0.2, 1.1)}


def fill(connection: Connection[Any], text: str, **values: Any) -> int:
    """Run a statement of ours with its values; how many rows it wrote."""
    named = {
        name: value if isinstance(value, sql.Composable) else sql.Literal(value)
        for name, value in values.items()
    }
    return connection.execute(sql.SQL(text).format(**named)).rowcount


def copy(connection: Connection[Any], table: str, rows: Iterable[Iterable[Any]]) -> None:
    """Copy rows into a table of the helper schema."""
    into = sql.SQL("copy {} from stdin").format(sql.Identifier(SCHEMA, table))
    with connection.cursor() as cursor, cursor.copy(into) as stream:
        for row in rows:
            stream.write_row(list(row))


def make(connection: Connection[Any], plan: Plan) -> None:
    """Make the helper schema with its words and the draws of chance."""
    connection.execute(TABLES)
    fill(connection, DRAWS, seed=plan.seed)
    copy(connection, "surname", surname_rows())
    copy(connection, "given", given_rows())
    copy(connection, "whole", whole_rows(plan))
    copy(connection, "product", product_rows())
    copy(connection, "number_tail", tail_rows())


def make_facts(connection: Connection[Any], plan: Plan, first_serial: int) -> None:
    """Make the function that draws customers, once branches and staff are dealt into slots."""
    heads = range(first_serial // TAIL, (first_serial + plan.customers) // TAIL + 1)
    copy(connection, "number_head", ((head, damm.checksum(str(head))) for head in heads))
    fill(
        connection,
        FACTS,
        today=plan.today,
        seed=plan.seed,
        customers=float(plan.customers),
        slots=plan.slots,
        surnames=len(words.SURNAMES),
        male=len(words.GIVEN["M"]),
        female=len(words.GIVEN["F"]),
        companies=plan.company_names,
        foreigners_from=FOREIGNERS_FROM,
        foreigners=sum(1 for _each in words.foreigners()),
        share_companies=plan.share_companies,
        share_foreigners=plan.share_foreigners,
    )


def surname_rows() -> Iterator[tuple[Any, ...]]:
    """Surnames by rank."""
    for number, part in enumerate(words.surnames()):
        yield number, part.text, part.latin, part.sort, part.read, part.spelt, part.initials


def given_rows() -> Iterator[tuple[Any, ...]]:
    """Given names by gender and the places of their characters."""
    for gender, first, second, part in words.given_names():
        key = (gender == "F") * 1_000_000 + first * 1_000 + second
        yield (
            key, part.text, part.latin, part.sort, part.read, part.spelt, part.initials,
                part.keys(),
        )  # fmt: skip


def whole_rows(plan: Plan) -> Iterator[tuple[Any, ...]]:
    """Names that are not put together: of companies and of foreigners."""
    for number, (city, part) in enumerate(words.companies(plan)):
        yield number, *whole_row(part), "CN", "", city
    for number, (country, gender, part) in enumerate(words.foreigners(), start=FOREIGNERS_FROM):
        yield number, *whole_row(part), country, gender, ""


def whole_row(part: words.Part) -> tuple[Any, ...]:
    """A whole name with its keys."""
    return part.text, part.latin, part.sort, part.read, part.spelt, part.whole_keys()


def tail_rows() -> Iterator[tuple[int, int, str]]:
    """The check digit for each state after the first digits, and each three last ones."""
    begins = {damm.checksum(str(digit)): digit for digit in range(10)}
    for state, digit in begins.items():
        for tail in range(TAIL):
            yield state, tail, damm.calc_check_digit(f"{digit}{tail:03d}")


def product_rows() -> Iterator[tuple[Any, ...]]:
    """The wheel from which holdings are drawn; the first is always the current account."""
    for is_company, products in ((False, PERSON_PRODUCTS), (True, COMPANY_PRODUCTS)):
        code, low, high = CURRENT[is_company]
        yield is_company, 0, code, "deposit", low, high, 0, "0.0500"
        slot = 1
        for code, kind, often, (low, high), days, rate in products:
            for _turn in range(often):
                yield is_company, slot, code, kind, low, high, days, rate
                slot += 1
