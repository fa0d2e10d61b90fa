"""The list is filled along the keys of customers, and put into the tree's order in one sort."""

from django.db import migrations

SQL = r"""
-- Then: the customers of some keys. Parties and holdings stand in about the order of customers, so
-- each step reads its part of the tables once; branch by branch every row was looked up by itself.
-- With pages dear to reach, each step would read all holdings to find its own.
create or replace function customers_listing_fill(low bigint, high bigint) returns bigint
    language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp set work_mem = '128MB'
    set random_page_cost = 1.1 as $$
declare
    idle text;
    rows bigint;
begin
    select case live when 'a' then 'b' else 'a' end into strict idle
        from customers_listing_state where filling;
    execute format($sql$
        insert into customers_listing_%s
        with owned as materialized (
            select distinct p.customer_id, p.holding_id
            from customers_holdingparty p
            where p.customer_id between $1 and $2 and p.role in
                ('account_holder', 'joint_holder', 'borrower', 'co_borrower', 'main_cardholder')
        ), sums as materialized (
            select o.customer_id, sum(h.balance_base) as assets
            from owned o join customers_holding h on h.id = o.holding_id
            where h.kind in ('deposit', 'investment') and h.status <> 'closed'
            group by o.customer_id
        )
        select c.id, b.lft, c.home_branch_id, c.lead_manager_id, c.kind, c.status, c.opened_on,
               left(c.name_sort, 60), coalesce(s.assets, 0)
        from customers_customer c
        join staff_branch b on b.id = c.home_branch_id
        left join sums s on s.customer_id = c.id
        where c.id between $1 and $2
        order by c.id
        on conflict (id) do nothing
    $sql$, idle) using low, high;
    get diagnostics rows = row_count;
    return rows;
end $$;

-- Then the tree's order, its indexes, and figures for the planner.
create or replace function customers_listing_finish() returns void
    language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp set maintenance_work_mem = '512MB' as $$
declare
    idle text;
begin
    select case live when 'a' then 'b' else 'a' end into strict idle
        from customers_listing_state where filling;
    execute format('create index customers_listing_place on public.customers_listing_%s (lft, id)',
                   idle);
    execute format('cluster public.customers_listing_%s using customers_listing_place', idle);
    drop index public.customers_listing_place;
    perform customers_listing_indexes(idle);
    execute format('analyze customers_listing_%s', idle);
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0009_listing_builder")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
