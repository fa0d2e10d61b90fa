"""Who looks after a customer in which line, from when to when; the database keeps the history."""

import config_admin.dictionaries.entries
import crm.core.clock
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# As far as the trail knows; else since the day on which the customer was entered.
SINCE = r"""
alter table customers_customer disable trigger user;
update customers_customer c set managed_since = (c.created_at at time zone '{zone}')::date;
update customers_customer c set managed_since = e.day
from (
    select row_key::bigint as id, max((at at time zone '{zone}')::date) as day
    from core_audit_event
    where table_name = 'customers_customer' and operation = 'U'
      and (after ? 'lead_manager_id' or after ? 'home_branch_id')
    group by 1
) e
where e.id = c.id;
alter table customers_customer enable trigger user;
"""

SQL = r"""
-- The bank's day, as whoever acts has told it; no clock of the database knows it.
create function core_bank_day() returns date language plpgsql stable as $$
declare
    day text := nullif(current_setting('meridian.context', true), '')::jsonb ->> 'day';
begin
    if day is null then
        raise exception 'A change was refused: nobody has said which day it is in the bank.'
            using errcode = 'MR001', hint = 'Write inside `with acting(by=user)`.';
    end if;
    return day::date;
end $$;

-- The line in which the customer's own lead manager leads.
create function customers_main_line(kind text) returns text
    language sql immutable strict parallel safe as $$
    select case kind when 'person' then 'retail' else 'corporate' end
$$;

create function customers_change_hands() returns trigger language plpgsql as $$
begin
    new.managed_since := core_bank_day();
    return new;
end $$;

create trigger hands_change before update on customers_customer for each row
    when (old.lead_manager_id is distinct from new.lead_manager_id
          or old.home_branch_id is distinct from new.home_branch_id)
    execute function customers_change_hands();

-- Keeps the days that have ended; hands that changed twice on one day were never theirs on any.
create function customers_keep_hands() returns trigger language plpgsql as $$
begin
    -- the triggers of the history work for any statement, so there is none without a change
    if exists (
        select from old_rows o join new_rows n on n.id = o.id
        where (o.lead_manager_id, o.home_branch_id) is distinct from
              (n.lead_manager_id, n.home_branch_id)
    ) then
        insert into customers_ownership (created_at, updated_at, version, customer_id, line, role,
                                         member_id, branch_id, valid, is_main, is_withdrawn)
        select clock_timestamp(), clock_timestamp(), 1, o.id, customers_main_line(o.kind), 'lead',
               o.lead_manager_id, o.home_branch_id, daterange(o.managed_since, n.managed_since),
               true, false
        from old_rows o join new_rows n on n.id = o.id
        where (o.lead_manager_id, o.home_branch_id) is distinct from
              (n.lead_manager_id, n.home_branch_id)
          and o.managed_since < n.managed_since;
    end if;
    return null;
end $$;

create trigger hands_keep after update on customers_customer
    referencing old table as old_rows new table as new_rows
    for each statement execute function customers_keep_hands();

-- The main line is led by whom the customer names; its history is written once, by the trigger.
create function customers_guard_ownership() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        if new.is_main then
            if pg_trigger_depth() > 1 then
                return new;
            end if;
        elsif new.role <> 'lead' or new.line <> (
            select customers_main_line(kind) from customers_customer where id = new.customer_id
        ) then
            return new;
        end if;
    elsif not old.is_main then
        return case tg_op when 'DELETE' then old else new end;
    end if;
    raise exception 'The lead of the main line is changed on the customer.'
        using errcode = 'check_violation', constraint = 'customers_ownership_main_line';
end $$;

create trigger ownership_guard before insert or update or delete on customers_ownership
    for each row execute function customers_guard_ownership();

-- Who managed this customer on a day: what is kept, and what the customer says of today.
create view customers_ownership_period as
    select id, customer_id, line, role, member_id, branch_id, is_main, valid
    from customers_ownership where not is_withdrawn
    union all
    select -id, id, customers_main_line(kind), 'lead', lead_manager_id, home_branch_id, true,
           daterange(managed_since, null)
    from customers_customer;
"""

UNDO = """
drop view customers_ownership_period;
drop trigger ownership_guard on customers_ownership;
drop trigger hands_keep on customers_customer;
drop trigger hands_change on customers_customer;
drop function customers_guard_ownership();
drop function customers_keep_hands();
drop function customers_change_hands();
drop function customers_main_line(text);
drop function core_bank_day();
"""


def since(apps, schema_editor):
    """Say since when each customer is in the hands they are in."""
    schema_editor.execute(SINCE.format(zone=settings.TIME_ZONE), params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0013_follow_tree'),
        ('staff', '0005_assignments'),
        ('core', '0007_rows_in_words_once'),
    ]

    operations = [
        migrations.CreateModel(
            name='OwnershipPeriod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid', django.contrib.postgres.fields.ranges.DateRangeField(editable=False, verbose_name='valid')),
                ('line', config_admin.dictionaries.entries.EntryField(dictionary='business_line', max_length=32, verbose_name='line of business')),
                ('role', models.CharField(choices=[('lead', 'Leads'), ('assisting', 'Assists')], max_length=12, verbose_name='role')),
                ('is_main', models.BooleanField()),
            ],
            options={
                'db_table': 'customers_ownership_period',
                'managed': False,
                'default_permissions': (),
            },
        ),
        migrations.AddField(
            model_name='customer',
            name='managed_since',
            field=models.DateField(default=crm.core.clock.bank_today, editable=False, verbose_name='in these hands since'),
        ),
        migrations.CreateModel(
            name='Ownership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('valid', django.contrib.postgres.fields.ranges.DateRangeField(editable=False, verbose_name='valid')),
                ('line', config_admin.dictionaries.entries.EntryField(dictionary='business_line', max_length=32, verbose_name='line of business')),
                ('role', models.CharField(choices=[('lead', 'Leads'), ('assisting', 'Assists')], max_length=12, verbose_name='role')),
                ('is_main', models.BooleanField(default=False, editable=False, verbose_name='lead of the main line')),
                ('is_withdrawn', models.BooleanField(default=False, editable=False, verbose_name='withdrawn')),
                ('branch', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='staff.branch', verbose_name='branch')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ownerships', to='customers.customer', verbose_name='customer')),
                ('member', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ownerships', to='staff.staffmember', verbose_name='member of staff')),
            ],
            options={
                'verbose_name': 'manager of a customer',
                'verbose_name_plural': 'managers of customers',
                'permissions': [('end_ownership', 'End that somebody looks after a customer'), ('withdraw_ownership', 'Withdraw that somebody will look after a customer')],
                'default_permissions': ('view', 'add'),
                'indexes': [models.Index(condition=models.Q(('is_main', False)), fields=['member', 'customer'], name='customers_ownership_by_hand')],
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('is_withdrawn', False), ('role', 'lead')), expressions=[('customer', '='), ('line', '='), ('valid', '&&')], name='customers_ownership_one_lead', violation_error_message='Somebody else leads this line in that period. End that first.'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('is_withdrawn', False), ('role', 'assisting')), expressions=[('customer', '='), ('line', '='), ('member', '='), ('valid', '&&')], name='customers_ownership_assists_once', violation_error_message='This member of staff assists in this line in that period already.'), models.CheckConstraint(condition=models.Q(('valid__isempty', False), ('valid__startswith__isnull', False)), name='customers_ownership_not_empty', violation_error_message='The last day is before the first. Enter a later day.'), models.CheckConstraint(condition=models.Q(('member__isnull', False), ('is_main', True), _connector='OR'), name='customers_ownership_by_somebody', violation_error_message='Choose a member of staff.')],
            },
        ),
        migrations.RunPython(since, migrations.RunPython.noop),
        migrations.RunSQL(SQL, UNDO),
    ]
