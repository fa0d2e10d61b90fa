"""The trail puts each row of a statement into words once, not anew for each use of it."""

from django.db import migrations

# Without the fence the planner writes to_jsonb in each place where the row is named: three times.
FUNCTION = r"""
create or replace function core_audit() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    context jsonb := nullif(current_setting('meridian.context', true), '')::jsonb;
    -- columns that no copy may outlive: hashes of passwords, salts, blind indexes
    withheld text[] := coalesce(string_to_array(tg_argv[2], ','), '{}');
begin
    if context is null or (context ->> 'actor') is null then
        raise exception 'A change of % was refused: nobody is named as acting.', tg_table_name
            using errcode = 'MR001', hint = 'Write inside `with acting(by=user)`.';
    end if;
    if tg_op = 'INSERT' then
        insert into core_audit_event (table_name, operation, row_key, subject_id, after,
                                      actor_id, reason, request_id, address, session)
        select tg_table_name, 'I', n.row ->> tg_argv[0], (n.row ->> tg_argv[1])::bigint,
               n.row - withheld,
               (context ->> 'actor')::bigint, context ->> 'reason', context ->> 'request',
               context ->> 'address', context ->> 'session'
        from (select to_jsonb(x) as row from new_rows x FENCE) n;
    elsif tg_op = 'DELETE' then
        insert into core_audit_event (table_name, operation, row_key, subject_id, before,
                                      actor_id, reason, request_id, address, session)
        select tg_table_name, 'D', o.row ->> tg_argv[0], (o.row ->> tg_argv[1])::bigint,
               o.row - withheld,
               (context ->> 'actor')::bigint, context ->> 'reason', context ->> 'request',
               context ->> 'address', context ->> 'session'
        from (select to_jsonb(x) as row from old_rows x FENCE) o;
    else
        -- a changed key shows as one row gone and one row come
        insert into core_audit_event (table_name, operation, row_key, subject_id, before, after,
                                      actor_id, reason, request_id, address, session)
        select tg_table_name,
               case when o.row is null then 'I' when n.row is null then 'D' else 'U' end,
               coalesce(n.row, o.row) ->> tg_argv[0],
               (coalesce(n.row, o.row) ->> tg_argv[1])::bigint,
               case when n.row is null then o.row - withheld else
                   (select jsonb_object_agg(key, case when key = any(withheld) then '"…"' else value end)
                    from jsonb_each(o.row) where n.row -> key is distinct from value) end,
               case when o.row is null then n.row - withheld else
                   (select jsonb_object_agg(key, case when key = any(withheld) then '"…"' else value end)
                    from jsonb_each(n.row) where o.row -> key is distinct from value) end,
               (context ->> 'actor')::bigint, context ->> 'reason', context ->> 'request',
               context ->> 'address', context ->> 'session'
        from (select to_jsonb(x) as row from old_rows x) o
        full join (select to_jsonb(x) as row from new_rows x) n
            on o.row ->> tg_argv[0] = n.row ->> tg_argv[0]
        where o.row is distinct from n.row;
    end if;
    return null;
end $$;
"""
SQL = FUNCTION.replace("FENCE", "offset 0")
UNDO = FUNCTION.replace(" FENCE", "")


class Migration(migrations.Migration):
    dependencies = [("core", "0006_approvals")]
    operations = [migrations.RunSQL(SQL, UNDO)]
