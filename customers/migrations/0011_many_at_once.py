"""Search keys and lines of the list for many customers at once, as loads bring them."""

import django.contrib.postgres.indexes
from django.db import migrations

SQL = r"""
-- New keys wait in a short list beside the index, which every search reads too.
alter index customers_search_keys set (fastupdate = on);

-- Sorts what waits into the index, and says how many pages of it there were; only its owner can,
-- and there is nothing in it to abuse.
create function customers_sort_in_search_keys() returns bigint
    language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    select gin_clean_pending_list('public.customers_search_keys'::regclass)
$$;

-- What 0006 made, word for word: between words stand spaces, tones and Chinese characters.
create or replace function customers_syllables(name_sort text) returns text[]
    language sql immutable strict parallel safe as $$
    select string_to_array(
        trim(regexp_replace(name_sort, '[\s1-5\u3400-\u9fff\uf900-\ufaff]+', ' ', 'g')), ' ')
$$;

-- @ the managing branch, @@ it and every branch above it, m the lead manager, t the ends of phones.
create function customers_write_search(ids bigint[]) returns integer language plpgsql as $$
declare
    written integer;
begin
    with places as (
        select distinct c.home_branch_id as id from customers_customer c where c.id = any(ids)
    ), reach as (
        select p.id, array_agg('@@' || above.id) as keys
        from places p
        join staff_branch own on own.id = p.id
        join staff_branch above on above.lft <= own.lft and above.rgt >= own.rgt
        group by p.id
    ), tails as (
        select customer_id, array_agg(distinct 't' || right(mask, 4)) as keys
        from customers_contactpoint
        where customer_id = any(ids) and kind in ('mobile', 'phone') and right(mask, 4) ~ '^[0-9]{4}$'
        group by customer_id
    )
    insert into customers_search_key as s (customer_id, keys, text)
    select c.id,
           customers_name_keys(c.name, c.latin_name, c.name_sort, c.number)
           || reach.keys || ('@' || c.home_branch_id)
           || coalesce(array['m' || c.lead_manager_id], '{}') || coalesce(tails.keys, '{}'),
           customers_name_text(c.name, c.latin_name, c.name_sort)
    from customers_customer c
    join reach on reach.id = c.home_branch_id
    left join tails on tails.customer_id = c.id
    where c.id = any(ids)
    on conflict (customer_id) do update set keys = excluded.keys, text = excluded.text
    where (s.keys, s.text) is distinct from (excluded.keys, excluded.text);
    get diagnostics written = row_count;
    return written;
end $$;

-- Keys of many wait until the last is there and are sorted in together: one that a thousand have is
-- looked up once. Rows that a load has just brought are in no statistics: left to itself the planner
-- takes them for a few and compares each with each.
create function customers_write_search_of_many(ids bigint[]) returns integer language plpgsql
    set gin_pending_list_limit = '1GB'
    set plan_cache_mode = force_custom_plan
    set enable_nestloop = off
as $$
declare
    written constant integer := customers_write_search(ids);
begin
    if written > 0 then
        perform customers_sort_in_search_keys();
    end if;
    return written;
end $$;

-- Of single customers at most 64 kB wait; a search reads through them in passing.
create function customers_write_search_of_few(ids bigint[]) returns integer language plpgsql
    set gin_pending_list_limit = '64kB'
as $$
begin
    return customers_write_search(ids);
end $$;

create or replace function customers_refresh_search(ids bigint[]) returns integer
    language plpgsql as $$
begin
    if cardinality(ids) < 50 then
        return customers_write_search_of_few(ids);
    end if;
    return customers_write_search_of_many(ids);
end $$;

-- What customers_listing_of says, of many, whose holdings are read at once.
create function customers_listing_of_many(ids bigint[]) returns setof customers_listing_a
    language plpgsql stable
    set plan_cache_mode = force_custom_plan
    set enable_nestloop = off
as $$
begin
    if cardinality(ids) = 0 then
        return;
    end if;
    return query
    with owned as materialized (
        select distinct p.customer_id, p.holding_id
        from customers_holdingparty p
        where p.customer_id = any(ids) and p.role in
            ('account_holder', 'joint_holder', 'borrower', 'co_borrower', 'main_cardholder')
    ), held as materialized (
        select h.id, h.balance_base
        from customers_holding h
        where h.id = any(array(select holding_id from owned))
          and h.kind in ('deposit', 'investment') and h.status <> 'closed'
    ), sums as materialized (
        select o.customer_id, sum(h.balance_base) as assets
        from owned o join held h on h.id = o.holding_id
        group by o.customer_id
    )
    select c.id, b.lft, c.home_branch_id, c.lead_manager_id, c.kind, c.status, c.opened_on,
           left(c.name_sort, 60)::varchar(60), coalesce(s.assets, 0)::numeric(18,2)
    from customers_customer c
    join staff_branch b on b.id = c.home_branch_id
    left join sums s on s.customer_id = c.id
    where c.id = any(ids);
end $$;

create or replace function customers_refresh_listing(ids bigint[]) returns integer
    language plpgsql as $$
declare
    many constant boolean := cardinality(ids) >= 50;
    written integer;
begin
    insert into customers_listing as l
    select distinct on (id) * from (
        select * from customers_listing_of(case when many then '{}' else ids end)
        union all
        select * from customers_listing_of_many(case when many then ids else '{}' end)
    ) t
    on conflict (id) do update set
        lft = excluded.lft, home_branch_id = excluded.home_branch_id,
        lead_manager_id = excluded.lead_manager_id, kind = excluded.kind,
        status = excluded.status, opened_on = excluded.opened_on,
        name_key = excluded.name_key, assets = excluded.assets
    where (l.lft, l.home_branch_id, l.lead_manager_id, l.kind, l.status, l.opened_on, l.name_key,
           l.assets)
        is distinct from
          (excluded.lft, excluded.home_branch_id, excluded.lead_manager_id, excluded.kind,
           excluded.status, excluded.opened_on, excluded.name_key, excluded.assets);
    get diagnostics written = row_count;
    return written;
end $$;
"""

UNDO = r"""
-- As 0006 and 0008 made them.
create or replace function customers_syllables(name_sort text) returns text[]
    language sql immutable strict parallel safe as $$
    select coalesce(array_agg(coalesce(m[1], m[2])), '{}')
    from regexp_matches(name_sort, '([a-z]+)[1-5]|([^\s1-5\u3400-\u9fff\uf900-\ufaff]+)', 'g') m
$$;

create or replace function customers_refresh_search(ids bigint[]) returns integer
    language sql as $$
    with places as (
        select distinct c.home_branch_id as id from customers_customer c where c.id = any(ids)
    ), reach as (
        select p.id, array_agg('@@' || above.id) as keys
        from places p
        join staff_branch own on own.id = p.id
        join staff_branch above on above.lft <= own.lft and above.rgt >= own.rgt
        group by p.id
    ), tails as (
        select customer_id, array_agg(distinct 't' || right(mask, 4)) as keys
        from customers_contactpoint
        where customer_id = any(ids) and kind in ('mobile', 'phone') and right(mask, 4) ~ '^[0-9]{4}$'
        group by customer_id
    ), written as (
        insert into customers_search_key as s (customer_id, keys, text)
        select c.id,
               customers_name_keys(c.name, c.latin_name, c.name_sort, c.number)
               || reach.keys || ('@' || c.home_branch_id)
               || coalesce(array['m' || c.lead_manager_id], '{}') || coalesce(tails.keys, '{}'),
               customers_name_text(c.name, c.latin_name, c.name_sort)
        from customers_customer c
        join reach on reach.id = c.home_branch_id
        left join tails on tails.customer_id = c.id
        where c.id = any(ids)
        on conflict (customer_id) do update set keys = excluded.keys, text = excluded.text
        where (s.keys, s.text) is distinct from (excluded.keys, excluded.text)
        returning 1
    )
    select count(*)::integer from written
$$;

create or replace function customers_refresh_listing(ids bigint[]) returns integer language sql as $$
    with written as (
        insert into customers_listing as l
        select distinct on (id) * from customers_listing_of(ids)
        on conflict (id) do update set
            lft = excluded.lft, home_branch_id = excluded.home_branch_id,
            lead_manager_id = excluded.lead_manager_id, kind = excluded.kind,
            status = excluded.status, opened_on = excluded.opened_on,
            name_key = excluded.name_key, assets = excluded.assets
        where (l.lft, l.home_branch_id, l.lead_manager_id, l.kind, l.status, l.opened_on, l.name_key,
               l.assets)
            is distinct from
              (excluded.lft, excluded.home_branch_id, excluded.lead_manager_id, excluded.kind,
               excluded.status, excluded.opened_on, excluded.name_key, excluded.assets)
        returning l.id
    )
    select count(*)::integer from written
$$;

drop function customers_listing_of_many(bigint[]);
drop function customers_write_search_of_few(bigint[]);
drop function customers_write_search_of_many(bigint[]);
drop function customers_write_search(bigint[]);
select customers_sort_in_search_keys();
drop function customers_sort_in_search_keys();
alter index customers_search_keys set (fastupdate = off);
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0010_listing_by_key")]
    operations = [
        migrations.RunSQL(
            SQL,
            UNDO,
            state_operations=[
                migrations.RemoveIndex("searchkey", "customers_search_keys"),
                migrations.AddIndex(
                    "searchkey",
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=True, fields=["keys"], name="customers_search_keys"
                    ),
                ),
            ],
        ),
    ]
