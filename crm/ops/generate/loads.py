"""The statements that fill the bank's tables, each set-based and in the order of the keys."""

from __future__ import annotations

# a customer with the place, the parts of the name and the customer number
NAMED = """
from meridian_generate.facts(1, {customers}) f
join meridian_generate.reach r on r.branch_id = f.branch_id
join meridian_generate.place place on place.id = r.place
join meridian_generate.number_head head on head.id = (({serials} + f.id) / 1000)::integer
join meridian_generate.number_tail tail
    on tail.state = head.state and tail.id = (({serials} + f.id) % 1000)::integer
cross join lateral (select lpad(({serials} + f.id)::text, 9, '0') || tail.digit) c(number)
left join meridian_generate.whole w on w.id = f.whole
left join meridian_generate.surname s on s.id = f.surname
left join meridian_generate.given g on g.id = f.given
"""
CUSTOMERS = """
insert into customers_customer
    (id, created_at, updated_at, version, number, kind, name, latin_name, name_sort, status,
     born_on, founded_on, gender, country, city, address, home_branch_id, lead_manager_id,
     managed_since, opened_on, salt)
select f.id, now(), now(), 1, c.number,
    case when f.is_company then 'organisation' else 'person' end,
    coalesce(w.text, s.text || g.text),
    coalesce(w.latin, s.latin || ' ' || g.latin),
    coalesce(w.sort, s.sort || g.sort),
    f.status, f.born_on, f.founded_on,
    case when f.is_company then '' when f.is_foreign then w.gender
        when f.female then 'F' else 'M' end,
    coalesce(w.country, 'CN'),
    place.city,
    place.city || ({roads}::text[])[1 + f.id % {count}]
        || (1 + meridian_generate.draw(f.id, 21) * 980)::integer || '号',
    f.branch_id, f.manager_id, f.opened_on, f.opened_on, meridian_generate.salt(f.id)
{named}
"""
SOURCE_KEYS = """
insert into customers_sourcekey (id, created_at, updated_at, version, customer_id, system, key)
select id, now(), now(), 1, id, 'core', (10000000 + id)::text
from generate_series(1, {customers}) id
"""
# Key for key what customers_refresh_search makes, put together from parts that were read once.
SEARCH_KEYS = """
insert into customers_search_key (customer_id, keys, text)
select f.id,
    array(
        select distinct key collate "C" as key
        from unnest(coalesce(w.keys, g.keys || array[
            s.text, '^' || s.text, '^' || s.text || left(g.text, 1), s.text || left(g.text, 1),
            left(s.read || g.read, 2), left(s.read || g.read, 3), left(s.read || g.read, 4),
            left(s.read || g.read, 5), left(s.read || g.read, 6),
            left(s.spelt || g.spelt, 2), left(s.spelt || g.spelt, 3), left(s.spelt || g.spelt, 4),
            left(s.spelt || g.spelt, 5), left(s.spelt || g.spelt, 6),
            'i:' || s.first || left(g.first, 1), 'i:' || s.first || g.first
        ]) || array[
            '#' || left(c.number, 3), '#' || left(c.number, 4), '#' || left(c.number, 5),
            '#' || left(c.number, 6), '#' || left(c.number, 7), '#' || left(c.number, 8),
            '#' || left(c.number, 9), '#' || c.number
        ]) key
        order by key
    ) || r.keys || coalesce(array['m' || f.manager_id], array[]::text[])
        || coalesce(tails.keys, array[]::text[]),
    lower(coalesce(w.text, s.text || g.text) collate "C")
        || ' ' || coalesce(w.spelt, s.spelt || g.spelt)
        || ' ' || coalesce(w.read, s.read || g.read)
{named}
left join (
    select customer_id, array_agg(distinct 't' || right(mask, 4)) as keys
    from customers_contactpoint group by customer_id
) tails on tails.customer_id = f.id
"""
# Only the first customers' numbers are sealed; of all others there is the mask alone, and what lies
# in the place of the sealed number cannot be opened.
HOLDINGS = """
insert into customers_holding
    (id, customer_id, kind, product_code, source_system, source_key, number, number_index, mask,
     currency, balance, balance_base, credit_limit, principal, rate, account_branch_id, opened_on,
     matures_on, closed_on, status, overdue_days, business_date, batch_id)
select t.id, t.customer_id, t.kind, t.code, 'core', 'A' || lpad(t.id::text, 9, '0'),
    '\\x010001'::bytea || substr(t.noise, 1, 45), '\\x0001'::bytea || substr(t.noise, 46, 16),
    '•••• ' || right(meridian_generate.account(t.id), 4), 'CNY', t.balance, t.balance,
    case when t.code = 'credit_card' and meridian_generate.draw(t.id, 39) < 0.03
            then round(t.balance * 0.98) + 1
        when t.code = 'credit_card' then round(t.balance * 6, -3) + 10000 end,
    case when t.kind = 'loan' then round(t.balance * 1.3, -3) end,
    nullif(t.rate, 0), t.branch_id, t.opened_on, t.matures_on,
    case when t.status = 'closed' then t.opened_on
        + ((({today}::date - 1) - t.opened_on) * meridian_generate.draw(t.id, 38))::integer end,
    t.status,
    case when t.kind in ('loan', 'card') and t.status = 'active'
            and meridian_generate.draw(t.id, 36) < 0.05
        then 2 + (power(meridian_generate.draw(t.id, 37), 5) * 450)::integer else 0 end,
    {today}::date - 1, {batch}
from (
    select u.*, sha512(int8send(u.id)) as noise,
        case when u.status = 'closed' then 0
            else round((u.means * (u.low + (u.high - u.low)
                * meridian_generate.draw(u.id, 33)))::numeric, 2)
        end as balance,
        case when u.days > 0 then u.opened_on + u.days end as matures_on
    from (
        select (f.id - 1) * 8 + n as id, f.id as customer_id, f.branch_id, f.means, p.code,
            p.kind, p.low, p.high, p.days, p.rate,
            case when f.status in ('closed', 'dormant') then f.status
                when meridian_generate.draw((f.id - 1) * 8 + n, 32) < 0.02 then 'closed'
                when meridian_generate.draw((f.id - 1) * 8 + n, 32) < 0.026 then 'frozen'
                else 'active' end as status,
            case when p.days > 0 then {today}::date - 1 - (least(p.days - 2, f.since - 1)
                    * meridian_generate.draw((f.id - 1) * 8 + n, 34))::integer
                else {today}::date - 1 - ((f.since - 1)
                    * (0.5 + 0.5 * meridian_generate.draw((f.id - 1) * 8 + n, 34)))::integer
            end as opened_on
        from meridian_generate.facts(1, {customers}) f
        cross join lateral generate_series(1, f.holdings) n
        join meridian_generate.product p on p.is_company = f.is_company
            and p.slot = case when n = 1 then 0 else 1 +
                (meridian_generate.draw((f.id - 1) * 8 + n, 31) * 63)::integer % 63 end
        offset 0
    ) u
    offset 0
) t
"""
PARTIES = """
insert into customers_holdingparty (id, holding_id, customer_id, role, valid, batch_id)
select id, id, customer_id,
    case kind when 'loan' then 'borrower' when 'card' then 'main_cardholder'
        else 'account_holder' end,
    daterange(opened_on, null), {batch}
from customers_holding
union all
select {customers} * 8 + h.id, h.id, g.customer_id, 'guarantor', daterange(h.opened_on, null),
    {batch}
from customers_holding h
join customers_holding g on g.status = 'active' and g.customer_id <> h.customer_id
    and g.id = 8 * (meridian_generate.draw(h.id, 43) * ({customers} - 1))::bigint + 1
where h.kind = 'loan' and meridian_generate.draw(h.id, 42) < 0.12
"""
# 512 courses that a year can take; figures and last days of its months as arrays. In one of them
# hardly anything is left in the last month.
SHAPES = """
create unlogged table meridian_generate.shape as
select g as id, y as year, max(m.day) filter (where m.day between {first} and {last}) as newest,
    array_agg(m.day order by m.day) as days,
    array_agg(case when m.day between {first} and {last} then m.factor end order by m.day) as ends,
    array_agg(case when m.day between {first} and {last} then round(m.factor * 0.985, 3) end
        order by m.day) as averages
from generate_series(0, 511) g
cross join generate_series({first_year}, {last_year}) y
cross join lateral (
    select d.day, round((0.8 + 0.4 * meridian_generate.draw(g * 1000 + y % 100 * 12 + month, 41)
        + 0.01 * (d.day - {last}::date) / 30.0)::numeric, 3)
        * case when g = 129 and d.day < {last} then 40 else 1 end as factor
    from generate_series(1, 12) month
    cross join lateral (select (make_date(y, month, 1) + interval '1 month - 1 day')::date) d(day)
) m
group by g, y
"""
YEARS = """
insert into customers_holdingyear (id, holding_id, customer_id, year, month_end, average, batch_id)
select h.id * 4 + s.year - {first_year}, h.id, h.customer_id, s.year,
    array[{ends}], array[{averages}], {batch}
from customers_holding h
join meridian_generate.shape s on s.id = h.id % 512 and s.newest >= h.opened_on
"""
MONTH = """
    case when s.days[{month}] >= h.opened_on
        then round(h.balance_base * s.{column}[{month}], 2) end"""
TRANSACTIONS = """
insert into customers_transaction
    (customer_id, holding_id, booked_on, amount, currency, kind, counterparty, description,
     source_system, source_key, batch_id)
select t.customer_id, t.id, t.booked_on,
    round(k.sign * (k.low + (k.high - k.low)
        * power(meridian_generate.draw(t.chance, 52), 3))::numeric, 2), 'CNY',
    k.kind, k.counterparties[1 + t.chance % cardinality(k.counterparties)], '', 'core',
    'T' || t.id || '-' || t.n, {batch}
from (
    select h.id, h.customer_id, h.product_code = 'corporate_current' as is_company, n,
        h.id * 512 + n as chance,
        {today}::date - 1 - (least(364, {today}::date - 1 - h.opened_on)
            * meridian_generate.draw(h.id * 512 + n, 51))::integer as booked_on
    from customers_holding h
    cross join lateral generate_series(1, least(500, floor({often}
        * -ln(1 - meridian_generate.draw(h.id, 53)) + meridian_generate.draw(h.id, 54))::integer)) n
    where h.id % 8 = 1 and h.status = 'active'
    offset 0
) t
join meridian_generate.booking k on k.is_company = t.is_company and k.slot = t.chance % 50
"""
BOOKING_TABLE = """
create unlogged table meridian_generate.booking (
    is_company boolean, slot integer, kind text, sign integer, low double precision,
    high double precision, counterparties text[], primary key (is_company, slot))
"""
# Every row of a load bears the batch that brought it, as rows of a fed file do.
BATCH = """
insert into customers_feedbatch
    (id, created_at, updated_at, version, kind, system, business_date, checksum, rows, new, changed,
     unchanged, refused, reasons, loaded_by_id)
values ({batch}, now(), now(), 1, {kind}, 'core', {today}::date - 1, {checksum}, {rows}, {rows},
    0, 0, 0,
    '{{}}', {actor})
"""
SERIES = """
select setval(pg_get_serial_sequence({table}, 'id'), max(id)) from {name} having count(*) > 0
"""
