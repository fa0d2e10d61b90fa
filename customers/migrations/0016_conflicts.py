"""Whose own affairs customers are; nobody gets a customer to whom they are too close."""

import crm.core.clock
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

SQL = r"""
create function customers_is_close(member bigint, customer bigint, days daterange)
    returns boolean language sql stable as $$
    select exists (
        select from customers_conflictofinterest
        where member_id = member and customer_id = customer and valid && days
    )
$$;

create function customers_refuse_close(member bigint, customer bigint) returns void
    language plpgsql as $$
begin
    raise exception 'A conflict of interest of % with % is declared.', member, customer
        using errcode = 'check_violation', constraint = 'customers_conflict_of_interest';
end $$;

create or replace function customers_change_hands() returns trigger language plpgsql as $$
begin
    new.managed_since := core_bank_day();
    if new.lead_manager_id is distinct from old.lead_manager_id and customers_is_close(
        new.lead_manager_id, new.id, daterange(new.managed_since, null)
    ) then
        perform customers_refuse_close(new.lead_manager_id, new.id);
    end if;
    return new;
end $$;

create function customers_refuse_close_hands() returns trigger language plpgsql as $$
begin
    -- what is ended or withdrawn because of the conflict takes no further day
    if not new.is_main and not new.is_withdrawn
        and (tg_op = 'INSERT' or new.member_id <> old.member_id or not new.valid <@ old.valid)
        and customers_is_close(new.member_id, new.customer_id, new.valid) then
        perform customers_refuse_close(new.member_id, new.customer_id);
    end if;
    return new;
end $$;

create trigger ownership_not_close before insert or update on customers_ownership
    for each row execute function customers_refuse_close_hands();
"""

UNDO = """
drop trigger ownership_not_close on customers_ownership;
drop function customers_refuse_close_hands();
create or replace function customers_change_hands() returns trigger language plpgsql as $$
begin
    new.managed_since := core_bank_day();
    return new;
end $$;
drop function customers_refuse_close(bigint, bigint);
drop function customers_is_close(bigint, bigint, daterange);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0015_portfolio'),
        ('staff', '0005_assignments'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConflictOfInterest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('valid', django.contrib.postgres.fields.ranges.DateRangeField(editable=False, verbose_name='valid')),
                ('relation', models.CharField(choices=[('self', 'The member of staff'), ('spouse', 'Spouse'), ('relative', 'Relative'), ('company', 'Own company'), ('interest', 'Other interest')], max_length=12, verbose_name='the customer is')),
                ('declared_on', models.DateField(default=crm.core.clock.bank_today, verbose_name='declared on')),
                ('remark', models.CharField(blank=True, max_length=200, verbose_name='remark')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conflicts', to='customers.customer', verbose_name='customer')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conflicts', to='staff.staffmember', verbose_name='member of staff')),
            ],
            options={
                'verbose_name': 'conflict of interest',
                'verbose_name_plural': 'conflicts of interest',
                'permissions': [('end_conflictofinterest', 'End a conflict of interest')],
                'default_permissions': ('view', 'add'),
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('member', '='), ('customer', '='), ('valid', '&&')], name='customers_conflict_once', violation_error_message='This conflict of interest is declared already.'), models.CheckConstraint(condition=models.Q(('valid__isempty', False), ('valid__startswith__isnull', False)), name='customers_conflict_not_empty', violation_error_message='The last day is before the first. Enter a later day.')],
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
