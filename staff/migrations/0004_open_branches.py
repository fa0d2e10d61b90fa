"""Nobody and no grant comes to a branch that is closed."""

from django.db import migrations

SQL = r"""
-- The argument is the column that names the branch. Lock 7102 is held alone by whoever changes the
-- tree: a branch that is open here stays open until this transaction has ended.
create function staff_refuse_closed() returns trigger language plpgsql as $$
declare
    used bigint[];
    closed text;
begin
    if tg_op = 'INSERT' then
        execute format('select array_agg(distinct %I) from new_rows', tg_argv[0]) into used;
    else
        execute format(
            'select array_agg(distinct n.%1$I) from new_rows n join old_rows o on o.id = n.id'
            ' where n.%1$I is distinct from o.%1$I', tg_argv[0]) into used;
    end if;
    if used is null then
        return null;
    end if;
    perform pg_advisory_xact_lock_shared(7102);
    select code into closed from staff_branch
        where id = any(used) and closed_on is not null limit 1;
    if found then
        raise exception 'The branch % is closed.', closed
            using errcode = 'check_violation', constraint = 'staff_branch_is_open';
    end if;
    return null;
end $$;

create trigger branch_open_insert after insert on staff_staffmember
    referencing new table as new_rows
    for each statement execute function staff_refuse_closed('branch_id');
create trigger branch_open_update after update on staff_staffmember
    referencing old table as old_rows new table as new_rows
    for each statement execute function staff_refuse_closed('branch_id');
create trigger branch_open_insert after insert on sysadmin_grant
    referencing new table as new_rows
    for each statement execute function staff_refuse_closed('branch_id');
create trigger branch_open_update after update on sysadmin_grant
    referencing old table as old_rows new table as new_rows
    for each statement execute function staff_refuse_closed('branch_id');
"""

UNDO = """
drop trigger branch_open_insert on staff_staffmember;
drop trigger branch_open_update on staff_staffmember;
drop trigger branch_open_insert on sysadmin_grant;
drop trigger branch_open_update on sysadmin_grant;
drop function staff_refuse_closed();
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0003_closing"), ("sysadmin", "0004_user_views")]
    operations = [migrations.RunSQL(SQL, UNDO)]
