"""What somebody in the bank can always do: the database refuses to take it from the last one."""

from django.db import migrations

SQL = r"""
-- Which of the things that somebody can always do a role carries: to give grants, to let people
-- sign in again, to change roles, and to decide on grants and policies where that takes a second
-- person.
create function sysadmin_kept_by(role bigint, actions text[]) returns text[]
    language sql stable as $$
    select array(
        select unnest(array['sysadmin.add_grant', 'sysadmin.enable_user', 'sysadmin.change_role'])
        intersect select unnest(actions)
    ) || array(
        select 'core.approve_approval:' || role from core_approval_policy p
        where p.role_id = role and p.is_active and 'core.approve_approval' = any(actions)
            and p.operation in ('sysadmin.give/1', 'sysadmin.set_policy/1')
        limit 1
    )
$$;

-- Refuse to take what is kept away for days on which nobody else would have it. Whoever has never
-- chosen a password of their own has not taken over yet. The lock is that of incompatible duties:
-- two who take it from each other at once would not see it.
create function sysadmin_keep(kept text[], lost datemultirange) returns void
    language plpgsql as $$
declare
    thing text;
    held datemultirange;
    today date := (nullif(current_setting('meridian.context', true), '')::jsonb ->> 'day')::date;
begin
    lost := lost * datemultirange(daterange(today, null));
    if lost is null or isempty(lost) then
        return;
    end if;
    foreach thing in array kept loop
        perform pg_advisory_xact_lock(7105);
        select range_agg(g.valid) into held
        from sysadmin_grant g
        join sysadmin_role r on r.id = g.role_id
        join sysadmin_user u on u.id = g.user_id
        where g.extent = 'bank' and g.valid && daterange(today, null)
            and u.is_active and u.first_password_until is null
            and thing = any(sysadmin_kept_by(r.id, r.actions));
        if not lost <@ coalesce(held, '{}') then
            raise exception 'Nobody else would have %.', thing
                using errcode = '23514',
                    constraint = 'kept_' || split_part(split_part(thing, '.', 2), ':', 1);
        end if;
    end loop;
end $$;

create function sysadmin_keep_grants() returns trigger language plpgsql as $$
declare
    lost datemultirange := datemultirange(old.valid);
begin
    if old.extent <> 'bank' or not (select is_active from sysadmin_user where id = old.user_id) then
        return null;
    end if;
    if tg_op = 'UPDATE' and new.extent = 'bank'
        and (new.user_id, new.role_id) = (old.user_id, old.role_id) then
        lost := lost - datemultirange(new.valid);
    end if;
    perform sysadmin_keep(sysadmin_kept_by(r.id, r.actions), lost)
    from sysadmin_role r where r.id = old.role_id;
    return null;
end $$;

create function sysadmin_keep_roles() returns trigger language plpgsql as $$
begin
    perform sysadmin_keep(
        array(
            select unnest(sysadmin_kept_by(old.id, old.actions))
            except select unnest(sysadmin_kept_by(new.id, new.actions))
        ),
        (select range_agg(g.valid) from sysadmin_grant g join sysadmin_user u on u.id = g.user_id
         where g.role_id = old.id and g.extent = 'bank' and u.is_active)
    );
    return null;
end $$;

create function sysadmin_keep_users() returns trigger language plpgsql as $$
begin
    perform sysadmin_keep(sysadmin_kept_by(r.id, r.actions), datemultirange(g.valid))
    from sysadmin_grant g join sysadmin_role r on r.id = g.role_id
    where g.user_id = old.id and g.extent = 'bank';
    return null;
end $$;

-- deferrable, as rights may be taken and given in one stroke
create constraint trigger sysadmin_grant_kept after update or delete on sysadmin_grant
    deferrable initially immediate for each row execute function sysadmin_keep_grants();
create constraint trigger sysadmin_role_kept after update on sysadmin_role
    deferrable initially immediate for each row
    when (old.actions is distinct from new.actions) execute function sysadmin_keep_roles();
create constraint trigger sysadmin_user_kept after update on sysadmin_user
    deferrable initially immediate for each row
    when (old.is_active and not new.is_active) execute function sysadmin_keep_users();
"""
UNDO = """
drop trigger sysadmin_user_kept on sysadmin_user;
drop trigger sysadmin_role_kept on sysadmin_role;
drop trigger sysadmin_grant_kept on sysadmin_grant;
drop function sysadmin_keep_users();
drop function sysadmin_keep_roles();
drop function sysadmin_keep_grants();
drop function sysadmin_keep(text[], datemultirange);
drop function sysadmin_kept_by(bigint, text[]);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("sysadmin", "0009_sign_ins"),
        ("core", "0008_limited_policies"),
        ("staff", "0001_initial"),
    ]

    operations = [migrations.RunSQL(SQL, UNDO)]
