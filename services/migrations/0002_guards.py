"""Stops for the past and changes of what was said are refused; requests follow their customer."""

from django.db import migrations

SQL = r"""
-- Stops of a clock follow each other in time, and none begins before the present state did.
create function services_guard_stop() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        if exists (
            select from services_request r
            where r.id = new.request_id
              and new.started_at < case new.cause
                  when 'resolved' then r.resolved_at else r.status_since end
        ) or exists (
            select from services_clock_stop s
            where s.request_id = new.request_id
              and (s.ended_at is null or new.started_at < s.ended_at)
        ) then
            raise exception 'A stop of a clock lies in the past.'
                using errcode = 'check_violation', constraint = 'services_clock_stop_in_order';
        end if;
        return new;
    end if;
    if tg_op = 'UPDATE' and old.ended_at is null
        and (new.request_id, new.customer_id, new.cause, new.remark, new.started_at) is not distinct from
            (old.request_id, old.customer_id, old.cause, old.remark, old.started_at) then
        return new;
    end if;
    raise exception 'A stop of a clock is ended once and never changed.'
        using errcode = 'check_violation', constraint = 'services_clock_stop_kept';
end $$;

create trigger stop_guard before insert or update or delete on services_clock_stop
    for each row execute function services_guard_stop();

create function services_keep_entry() returns trigger language plpgsql as $$
begin
    raise exception 'What is said in a conversation stays as it is.'
        using errcode = 'check_violation', constraint = 'services_entry_kept';
end $$;

create trigger entry_keep before update or delete on services_entry
    for each row execute function services_keep_entry();

-- A request is reached as its customer is, so its branch is always the customer's.
create function services_follow_customer() returns trigger language plpgsql as $$
begin
    -- the trail works for any statement, so there is none without a change
    if exists (
        select from old_rows o join new_rows n on n.id = o.id
        join services_request r on r.customer_id = n.id
        where o.home_branch_id is distinct from n.home_branch_id
    ) then
        update services_request r set branch_id = n.home_branch_id, updated_at = clock_timestamp()
        from old_rows o join new_rows n on n.id = o.id
        where r.customer_id = n.id and o.home_branch_id is distinct from n.home_branch_id;
    end if;
    return null;
end $$;

create trigger requests_follow after update on customers_customer
    referencing old table as old_rows new table as new_rows
    for each statement execute function services_follow_customer();
"""

UNDO = """
drop trigger requests_follow on customers_customer;
drop function services_follow_customer();
drop trigger entry_keep on services_entry;
drop trigger stop_guard on services_clock_stop;
drop function services_keep_entry();
drop function services_guard_stop();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('services', '0001_requests'),
    ]

    operations = [migrations.RunSQL(SQL, UNDO)]
