"""The list and the search keys follow the tree, in the transaction that changes it."""

from django.db import migrations

SQL = r"""
-- After a move: the positions in the list, and the branches above among the search keys. Whoever
-- changes the tree is alone with it (lock 7102), so nobody places customers by the old one meanwhile.
create function customers_follow_tree() returns trigger language plpgsql as $$
declare
    moved bigint[];
    one record;
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
    for one in
        with before as (
            select b.id, coalesce(o.lft, b.lft) as lft, coalesce(o.rgt, b.rgt) as rgt
            from staff_branch b left join old_rows o on o.id = b.id
        ), above_before as (
            select m.id, array_agg('@@' || a.id) as keys
            from before m join before a on a.lft <= m.lft and a.rgt >= m.rgt
            where m.id = any(moved) group by m.id
        ), above_now as (
            select m.id, array_agg('@@' || a.id) as keys
            from staff_branch m join staff_branch a on a.lft <= m.lft and a.rgt >= m.rgt
            where m.id = any(moved) group by m.id
        ), changed as (
            select n.id,
                   array(select unnest(b.keys) except select unnest(n.keys) order by 1) as gone,
                   array(select unnest(n.keys) except select unnest(b.keys) order by 1) as come
            from above_now n join above_before b on b.id = n.id
        )
        select gone, come, array_agg(id) as ids from changed
        where gone <> '{}' or come <> '{}' group by gone, come
    loop
        update customers_search_key s
        set keys = array(select k from unnest(s.keys) k where k <> all(one.gone)) || one.come
        from customers_customer c
        where c.home_branch_id = any(one.ids) and s.customer_id = c.id;
    end loop;
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
    dependencies = [("customers", "0008_listing"), ("staff", "0004_open_branches")]
    operations = [migrations.RunSQL(SQL, UNDO)]
