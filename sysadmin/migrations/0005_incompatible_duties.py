"""Roles that nobody holds together, and roles that only read; the database refuses both."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

READING = r"""
create function sysadmin_only_reads(actions text[]) returns boolean
    language sql immutable parallel safe as $$
    select not exists (
        select from pg_catalog.unnest(actions) as held(action)
        where pg_catalog.split_part(held.action, '.', 2) !~ '^(view|history)_'
    )
$$;
"""
# One statement of any size is checked at once. The lock lets nobody give the other role meanwhile,
# as a grant that is not committed yet is seen by nobody else.
APART = r"""
create function sysadmin_refuse_incompatible() returns trigger language plpgsql as $$
declare
    found record;
begin
    perform pg_advisory_xact_lock(7105);
    if tg_op = 'INSERT' then
        select n.id as one, g.id as other into found
        from new_rows n
        join sysadmin_incompatible_duties d on n.role_id in (d.first_id, d.second_id)
        join sysadmin_grant g on g.user_id = n.user_id and g.valid && n.valid
            and g.role_id = case n.role_id when d.first_id then d.second_id else d.first_id end
        where g.valid * n.valid && d.valid
        limit 1;
    else
        -- days that are taken away contradict nothing, so what is held all the same can be ended
        select n.id as one, g.id as other into found
        from new_rows n
        join old_rows o on o.id = n.id
        join sysadmin_incompatible_duties d on n.role_id in (d.first_id, d.second_id)
        join sysadmin_grant g on g.user_id = n.user_id and g.valid && n.valid
            and g.role_id = case n.role_id when d.first_id then d.second_id else d.first_id end
        where g.valid * n.valid && d.valid
            and ((n.user_id, n.role_id) is distinct from (o.user_id, o.role_id)
                 or not n.valid <@ o.valid)
        limit 1;
    end if;
    if found.one is not null then
        raise exception 'The grants % and % are of incompatible duties.', found.one, found.other
            using errcode = '23P01', constraint = 'sysadmin_grant_compatible';
    end if;
    return null;
end $$;
create trigger compatible_insert after insert on sysadmin_grant
    referencing new table as new_rows
    for each statement execute function sysadmin_refuse_incompatible();
create trigger compatible_update after update on sysadmin_grant
    referencing old table as old_rows new table as new_rows
    for each statement execute function sysadmin_refuse_incompatible();
"""
UNDO = """
drop trigger compatible_update on sysadmin_grant;
drop trigger compatible_insert on sysadmin_grant;
drop function sysadmin_refuse_incompatible();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('sysadmin', '0004_user_views'),
    ]

    operations = [
        migrations.RunSQL(READING, "drop function sysadmin_only_reads(text[])"),
        migrations.CreateModel(
            name='IncompatibleDuties',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('valid', django.contrib.postgres.fields.ranges.DateRangeField(verbose_name='valid')),
                ('ground', models.CharField(help_text='The rule of the bank or of the regulator that asks for it.', max_length=200, verbose_name='ground')),
            ],
            options={
                'verbose_name': 'rule on incompatible duties',
                'verbose_name_plural': 'incompatible duties',
                'db_table': 'sysadmin_incompatible_duties',
                'permissions': [('end_incompatibleduties', 'End a rule on incompatible duties')],
                'default_permissions': ('view', 'add'),
            },
        ),
        migrations.AddField(
            model_name='role',
            name='is_read_only',
            field=models.BooleanField(default=False, help_text='The database refuses such a role any action that changes something.', verbose_name='only reads'),
        ),
        migrations.AddConstraint(
            model_name='role',
            constraint=models.CheckConstraint(condition=models.Q(('is_read_only', False), models.Func(models.F('actions'), function='sysadmin_only_reads', output_field=models.BooleanField()), _connector='OR'), name='sysadmin_role_only_reads', violation_error_message='A role that only reads has no action that changes.'),
        ),
        migrations.AddField(
            model_name='incompatibleduties',
            name='first',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='apart_from', to='sysadmin.role', verbose_name='role'),
        ),
        migrations.AddField(
            model_name='incompatibleduties',
            name='second',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='apart_to', to='sysadmin.role', verbose_name='not together with'),
        ),
        migrations.AddConstraint(
            model_name='incompatibleduties',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('first', '='), ('second', '='), ('valid', '&&')], name='sysadmin_duties_once', violation_error_message='These two roles are kept apart in that period already.'),
        ),
        migrations.AddConstraint(
            model_name='incompatibleduties',
            constraint=models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='sysadmin_duties_two_roles', violation_error_message='Choose two different roles.'),
        ),
        migrations.AddConstraint(
            model_name='incompatibleduties',
            constraint=models.CheckConstraint(condition=models.Q(('valid__isempty', False)), name='sysadmin_duties_not_empty', violation_error_message='The rule must begin before it ends.'),
        ),
        migrations.RunSQL(APART, UNDO),
    ]
