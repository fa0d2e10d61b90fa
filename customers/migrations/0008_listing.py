"""The list of customers as a read model: two tables, one live behind a view, kept by triggers."""

import django.db.models.deletion
from django.db import migrations, models

TABLE = r"""
create table customers_listing_{g} (
    id bigint primary key,
    lft bigint not null,
    home_branch_id bigint not null,
    lead_manager_id bigint,
    kind varchar(12) not null,
    status varchar(16) not null,
    opened_on date not null,
    name_key varchar(60) collate "C" not null,
    assets numeric(18,2) not null default 0
);
select customers_listing_indexes('{g}');
"""

SQL = r"""
-- The indexes of one generation: reach, portfolio, and a covering walk for each sort.
create function customers_listing_indexes(g text) returns void language plpgsql as $$
declare
    one text;
begin
    foreach one in array array[
        '(lft)',
        '(home_branch_id, name_key, id)',
        '(lead_manager_id, name_key, id)',
        '(name_key, id) include (lft, lead_manager_id, kind, status, opened_on, assets)',
        '(opened_on desc, id desc) include (lft, lead_manager_id, kind, status, assets)',
        '(assets desc, id desc) include (lft, lead_manager_id, kind, status, opened_on)'
    ] loop
        execute format('create index on customers_listing_%s %s', g, one);
    end loop;
end $$;

""" + TABLE.format(g="a") + TABLE.format(g="b") + r"""
create view customers_listing as select * from customers_listing_a;

-- Customers who changed while the other generation is being filled.
create table customers_listing_changed (id bigint not null);

-- What the listing says of these customers, worked out from their records.
create function customers_listing_of(ids bigint[]) returns setof customers_listing_a
    language sql stable as $$
    select c.id, b.lft, c.home_branch_id, c.lead_manager_id, c.kind, c.status, c.opened_on,
           left(c.name_sort, 60), coalesce(a.assets, 0)
    from unnest(ids) wanted(id)
    join customers_customer c on c.id = wanted.id
    join staff_branch b on b.id = c.home_branch_id
    left join lateral (
        select sum(h.balance_base) as assets
        from customers_holding h
        where h.kind in ('deposit', 'investment') and h.status <> 'closed'
          and h.id in (
              select p.holding_id from customers_holdingparty p
              where p.customer_id = c.id and p.role in
                  ('account_holder', 'joint_holder', 'borrower', 'co_borrower', 'main_cardholder')
          )
    ) a on true
$$;

create function customers_refresh_listing(ids bigint[]) returns integer language sql as $$
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

create function customers_keep_listing() returns trigger language plpgsql as $$
declare
    ids bigint[];
begin
    if tg_table_name = 'customers_customer' then
        if tg_op = 'INSERT' then
            select array_agg(id) into ids from new_rows;
        else
            select array_agg(n.id) into ids from new_rows n join old_rows o on o.id = n.id
            where (n.name_sort, n.home_branch_id, n.lead_manager_id, n.kind, n.status, n.opened_on)
                is distinct from
                  (o.name_sort, o.home_branch_id, o.lead_manager_id, o.kind, o.status, o.opened_on);
        end if;
    elsif tg_table_name = 'customers_holding' then
        select array_agg(distinct p.customer_id) into ids
        from new_rows n join old_rows o on o.id = n.id
        join customers_holdingparty p on p.holding_id = n.id
        where (n.balance_base, n.status, n.kind) is distinct from (o.balance_base, o.status, o.kind);
    elsif tg_op = 'DELETE' then
        select array_agg(distinct customer_id) into ids from old_rows;
    else
        select array_agg(distinct customer_id) into ids from new_rows;
    end if;
    if ids is not null then
        -- held until the transaction ends: generations change only between transactions
        perform pg_advisory_xact_lock_shared(7102);
        perform customers_refresh_listing(ids);
        -- a generation that is being filled takes these again before it goes live
        if (select filling from customers_listing_state) then
            insert into customers_listing_changed select unnest(ids);
        end if;
    end if;
    return null;
end $$;

create table customers_listing_state (
    live text not null check (live in ('a', 'b')),
    filling boolean not null default false,
    rebuilt_at timestamptz,
    one boolean primary key default true check (one)
);
insert into customers_listing_state (live) values ('a');

-- A new generation, in steps of the owner's, as the application creates and truncates nothing.
-- First: from here on changes are noted; whoever wrote before that has finished.
create function customers_listing_begin() returns text
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    idle text;
    one text;
begin
    perform pg_advisory_xact_lock(7102);
    update customers_listing_state set filling = true
        returning case live when 'a' then 'b' else 'a' end into idle;
    truncate customers_listing_changed;
    execute format('truncate customers_listing_%s', idle);
    for one in select indexname from pg_indexes
        where schemaname = 'public' and tablename = 'customers_listing_' || idle
          and indexname <> 'customers_listing_' || idle || '_pkey' loop
        execute format('drop index public.%I', one);
    end loop;
    return idle;
end $$;

-- Then: the customers of some branches, in the order in which branches are read.
create function customers_listing_fill(low bigint, high bigint) returns bigint
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    idle text;
    rows bigint;
begin
    select case live when 'a' then 'b' else 'a' end into strict idle
        from customers_listing_state where filling;
    execute format($sql$
        insert into customers_listing_%s
        with listed as materialized (
            select c.id, b.lft, c.home_branch_id, c.lead_manager_id, c.kind, c.status, c.opened_on,
                   left(c.name_sort, 60) as name_key
            from staff_branch b join customers_customer c on c.home_branch_id = b.id
            where b.lft between $1 and $2
        ), owned as (
            select distinct p.customer_id, p.holding_id
            from listed l join customers_holdingparty p on p.customer_id = l.id
            where p.role in
                ('account_holder', 'joint_holder', 'borrower', 'co_borrower', 'main_cardholder')
        ), sums as (
            select o.customer_id, sum(h.balance_base) as assets
            from owned o join customers_holding h on h.id = o.holding_id
            where h.kind in ('deposit', 'investment') and h.status <> 'closed'
            group by o.customer_id
        )
        select l.id, l.lft, l.home_branch_id, l.lead_manager_id, l.kind, l.status, l.opened_on,
               l.name_key, coalesce(s.assets, 0)
        from listed l left join sums s on s.customer_id = l.id
        order by l.lft, l.id
        on conflict (id) do nothing
    $sql$, idle) using low, high;
    get diagnostics rows = row_count;
    return rows;
end $$;

-- Then its indexes and figures for the planner.
create function customers_listing_finish() returns void
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    idle text;
begin
    select case live when 'a' then 'b' else 'a' end into strict idle
        from customers_listing_state where filling;
    perform customers_listing_indexes(idle);
    execute format('analyze customers_listing_%s', idle);
end $$;

-- Last: what changed meanwhile is taken again, and readers see the new generation from here on.
create function customers_listing_swap() returns bigint
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    idle text;
    rows bigint;
begin
    perform set_config('lock_timeout', '500ms', true);
    perform pg_advisory_xact_lock(7102);
    select case live when 'a' then 'b' else 'a' end into strict idle
        from customers_listing_state where filling for update;
    execute format($sql$
        insert into customers_listing_%s as l
        select distinct on (id) *
        from customers_listing_of((select array_agg(distinct id) from customers_listing_changed))
        on conflict (id) do update set
            lft = excluded.lft, home_branch_id = excluded.home_branch_id,
            lead_manager_id = excluded.lead_manager_id, kind = excluded.kind,
            status = excluded.status, opened_on = excluded.opened_on,
            name_key = excluded.name_key, assets = excluded.assets
    $sql$, idle);
    get diagnostics rows = row_count;
    execute format('create or replace view public.customers_listing as select * from public.customers_listing_%s',
                   idle);
    update customers_listing_state set live = idle, filling = false, rebuilt_at = clock_timestamp();
    truncate customers_listing_changed;
    return rows;
end $$;

create trigger listing_insert after insert on customers_customer
    referencing new table as new_rows for each statement execute function customers_keep_listing();
create trigger listing_update after update on customers_customer
    referencing old table as old_rows new table as new_rows
    for each statement execute function customers_keep_listing();
create trigger listing_update after update on customers_holding
    referencing old table as old_rows new table as new_rows
    for each statement execute function customers_keep_listing();
create trigger listing_insert after insert on customers_holdingparty
    referencing new table as new_rows for each statement execute function customers_keep_listing();
create trigger listing_update after update on customers_holdingparty
    referencing old table as old_rows new table as new_rows
    for each statement execute function customers_keep_listing();
create trigger listing_delete after delete on customers_holdingparty
    referencing old table as old_rows for each statement execute function customers_keep_listing();

select customers_refresh_listing(array_agg(id)) from customers_customer having count(*) > 0;
"""

UNDO = """
drop trigger listing_insert on customers_customer;
drop trigger listing_update on customers_customer;
drop trigger listing_update on customers_holding;
drop trigger listing_insert on customers_holdingparty;
drop trigger listing_update on customers_holdingparty;
drop trigger listing_delete on customers_holdingparty;
drop function customers_listing_swap();
drop function customers_listing_finish();
drop function customers_listing_fill(bigint, bigint);
drop function customers_listing_begin();
drop function customers_keep_listing();
drop function customers_refresh_listing(bigint[]);
drop function customers_listing_of(bigint[]);
drop view customers_listing;
drop table customers_listing_state, customers_listing_changed;
drop table customers_listing_a, customers_listing_b;
drop function customers_listing_indexes(text);
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0007_imports")]
    operations = [
        migrations.CreateModel(
            name="ListedCustomer",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        db_column="id",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "db_table": "customers_listing",
                "default_permissions": (),
                "managed": False,
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
