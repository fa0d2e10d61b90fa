"""The list follows the tree in the transaction that changes it, the search keys soon after."""

import django.db.models.deletion
from django.db import migrations, models

SQL = r"""
-- After a move: the positions in the list at once, as they decide who sees whom; and the branches
-- whose customers' search keys are still to follow. Whoever changes the tree is alone with it (lock
-- 7102), so nobody places customers by the old one meanwhile.
create function customers_follow_tree() returns trigger language plpgsql as $$
declare
    moved bigint[];
begin
    select array_agg(n.id) into moved from new_rows n join old_rows o on o.id = n.id
    where n.lft is distinct from o.lft;
    if moved is null then
        return null;
    end if;
    perform pg_advisory_xact_lock(7102);
    update customers_listing l set lft = b.lft
    from staff_branch b
    where b.id = l.home_branch_id and b.id = any(moved) and l.lft <> b.lft;
    if (select filling from customers_listing_state) then
        insert into customers_listing_changed
        select id from customers_customer where home_branch_id = any(moved);
    end if;
    -- who stands below other branches than before is found by their own until their keys have followed
    insert into customers_search_due as d (branch_id)
    select m.id from staff_branch m where m.id = any(moved) and (
        select array_agg(a.id order by a.id) from staff_branch a
        where a.lft <= m.lft and a.rgt >= m.rgt
    ) is distinct from (
        select array_agg(a.id order by a.id)
        from (select b.id, coalesce(o.lft, b.lft) as lft, coalesce(o.rgt, b.rgt) as rgt
              from staff_branch b left join old_rows o on o.id = b.id) a,
             old_rows own
        where own.id = m.id and a.lft <= own.lft and a.rgt >= own.rgt
    )
    on conflict (branch_id) do update set move = d.move + 1;
    return null;
end $$;

create trigger customers_follow after update on staff_branch
    referencing old table as old_rows new table as new_rows
    for each statement execute function customers_follow_tree();

-- As before, and by a tree that stands still.
create or replace function customers_keep_search() returns trigger language plpgsql as $$
declare
    ids bigint[];
begin
    if tg_table_name = 'customers_contactpoint' then
        if tg_op = 'DELETE' then
            select array_agg(distinct customer_id) into ids from old_rows;
        else
            select array_agg(distinct customer_id) into ids from new_rows;
        end if;
    elsif tg_op = 'INSERT' then
        select array_agg(id) into ids from new_rows;
    else
        select array_agg(n.id) into ids from new_rows n join old_rows o on o.id = n.id
        where (n.name, n.latin_name, n.name_sort, n.number, n.home_branch_id, n.lead_manager_id)
            is distinct from
              (o.name, o.latin_name, o.name_sort, o.number, o.home_branch_id, o.lead_manager_id);
    end if;
    if ids is not null then
        perform pg_advisory_xact_lock_shared(7102);
        perform customers_refresh_search(ids);
    end if;
    return null;
end $$;

-- No customer comes to a branch that is closed; "branch_open" comes first among the triggers.
create trigger branch_open_insert after insert on customers_customer
    referencing new table as new_rows
    for each statement execute function staff_refuse_closed('home_branch_id');
create trigger branch_open_update after update on customers_customer
    referencing old table as old_rows new table as new_rows
    for each statement execute function staff_refuse_closed('home_branch_id');
"""

UNDO = r"""
drop trigger branch_open_insert on customers_customer;
drop trigger branch_open_update on customers_customer;
drop trigger customers_follow on staff_branch;
drop function customers_follow_tree();
create or replace function customers_keep_search() returns trigger language plpgsql as $$
declare
    ids bigint[];
begin
    if tg_table_name = 'customers_contactpoint' then
        if tg_op = 'DELETE' then
            select array_agg(distinct customer_id) into ids from old_rows;
        else
            select array_agg(distinct customer_id) into ids from new_rows;
        end if;
    elsif tg_op = 'INSERT' then
        select array_agg(id) into ids from new_rows;
    else
        select array_agg(n.id) into ids from new_rows n join old_rows o on o.id = n.id
        where (n.name, n.latin_name, n.name_sort, n.number, n.home_branch_id, n.lead_manager_id)
            is distinct from
              (o.name, o.latin_name, o.name_sort, o.number, o.home_branch_id, o.lead_manager_id);
    end if;
    if ids is not null then
        perform customers_refresh_search(ids);
    end if;
    return null;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0012_listing_organisations"), ("staff", "0004_open_branches")]
    operations = [
        migrations.CreateModel(
            name="SearchDue",
            fields=[
                (
                    "branch",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="search_due",
                        serialize=False,
                        to="staff.branch",
                    ),
                ),
                ("move", models.PositiveIntegerField(db_default=1)),
            ],
            options={"db_table": "customers_search_due", "default_permissions": ()},
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
