"""The audit trail and the access trail: partitioned by month, written by triggers, append-only."""

from django.db import migrations

SQL = r"""
create table core_audit_event (
    id bigint generated always as identity,
    at timestamptz not null default clock_timestamp(),
    table_name text not null,
    operation "char" not null,
    row_key text not null,
    subject_id bigint,
    before jsonb,
    after jsonb,
    actor_id bigint not null,
    reason text not null,
    request_id text not null,
    address text not null,
    session text not null,
    database_user text not null default session_user,
    transaction_id text not null default pg_current_xact_id()::text,
    primary key (id, at)
) partition by range (at);
create index on core_audit_event (table_name, row_key, at);
create index on core_audit_event (subject_id, at) where subject_id is not null;
create index on core_audit_event (actor_id, at);
create index on core_audit_event (at, id);

create table core_access_event (
    id bigint generated always as identity,
    at timestamptz not null,
    kind varchar(16) not null,
    actor_id bigint,
    model text not null default '',
    row_key bigint,
    subject_id bigint,
    field text not null default '',
    purpose text not null default '',
    request_id text not null default '',
    address text not null default '',
    session text not null default '',
    primary key (id, at)
) partition by range (at);
create index on core_access_event (actor_id, kind, at);
create index on core_access_event (at, id);
create index on core_access_event (subject_id, at) where subject_id is not null;

create function core_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'The trail % is append-only.', tg_table_name using errcode = 'MR002';
end $$;
create trigger append_only before update or delete on core_audit_event
    for each row execute function core_append_only();
create trigger append_only before update or delete on core_access_event
    for each row execute function core_append_only();
create trigger append_only_truncate before truncate on core_audit_event
    for each statement execute function core_append_only();
create trigger append_only_truncate before truncate on core_access_event
    for each statement execute function core_append_only();

-- One statement of any size is one insert into the trail: the transition tables hold its rows.
-- Arguments: the key's column, and the column that names the customer ('' if there is none).
create function core_audit() returns trigger
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
        from (select to_jsonb(x) as row from new_rows x) n;
    elsif tg_op = 'DELETE' then
        insert into core_audit_event (table_name, operation, row_key, subject_id, before,
                                      actor_id, reason, request_id, address, session)
        select tg_table_name, 'D', o.row ->> tg_argv[0], (o.row ->> tg_argv[1])::bigint,
               o.row - withheld,
               (context ->> 'actor')::bigint, context ->> 'reason', context ->> 'request',
               context ->> 'address', context ->> 'session'
        from (select to_jsonb(x) as row from old_rows x) o;
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

-- Months are made ahead by the owner's function; there is no default partition to fill by mistake.
create function core_make_partitions(ahead integer, present timestamptz default clock_timestamp())
    returns integer language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    trail text;
    first timestamp;
    made integer := 0;
    name text;
begin
    foreach trail in array array['core_audit_event', 'core_access_event'] loop
        for first in select generate_series(
                date_trunc('month', present at time zone 'UTC'),
                date_trunc('month', present at time zone 'UTC') + make_interval(months => least(ahead, 12)),
                interval '1 month') loop
            name := trail || to_char(first, '_YYYY_MM');
            if to_regclass(name) is null then
                execute format('create table public.%I partition of public.%I for values from (%L) to (%L)',
                    name, trail, first at time zone 'UTC',
                    (first + interval '1 month') at time zone 'UTC');
                made := made + 1;
            end if;
        end loop;
    end loop;
    return made;
end $$;

create function core_trail_tables() returns setof text language sql stable as $$
    select c.relname::text from pg_class c
    where c.relname in ('core_audit_event', 'core_access_event')
    union
    select c.relname::text from pg_inherits i
    join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
    where p.relname in ('core_audit_event', 'core_access_event') and c.relkind = 'r'
$$;

create table core_cache (
    cache_key varchar(255) primary key,
    value text not null,
    expires timestamptz not null
);
create index core_cache_expires on core_cache (expires);

select core_make_partitions(3);
"""

UNDO = """
drop table core_cache;
drop function core_trail_tables();
drop function core_make_partitions(integer, timestamptz);
drop table core_audit_event, core_access_event;
drop function core_audit();
drop function core_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_idempotency_user")]
    operations = [migrations.RunSQL(SQL, UNDO)]
