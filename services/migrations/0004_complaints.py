"""Complaints, and who keeps away from them; the database refuses it too."""

import config_admin.dictionaries.entries
import config_admin.figures.currencies
import crm.core.clock
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

SQL = r"""
create function services_kept_away(member bigint, about bigint) returns boolean
    language sql stable as $$
    select coalesce(member = about, false) or (
        coalesce((
            select value::numeric from config_admin_parameter_value
            where code = 'complaint_recuse_leader' and valid @> core_bank_day()
        ), 1) = 1
        and exists (
            select from staff_staffmember where id = about and supervisor_id = member
        )
    )
$$;

create function services_acting_member() returns bigint language sql stable as $$
    select id from staff_staffmember where user_id = (
        nullif(current_setting('meridian.context', true), '')::jsonb ->> 'actor'
    )::bigint
$$;

create function services_refuse_complaint(rule text) returns void language plpgsql as $$
begin
    raise exception 'A rule about complaints forbids this: %.', rule
        using errcode = 'check_violation', constraint = rule;
end $$;

create function services_stands_above(reviewer bigint, handler bigint) returns boolean
    language sql stable as $$
    select exists (
        select from staff_staffmember r
        join staff_branch above on above.id = r.branch_id
        join staff_staffmember h on h.id = handler
        join staff_branch place on place.id = h.branch_id
        where r.id = reviewer and (
            (above.lft < place.lft and above.rgt > place.rgt)
            or (place.level = 'head_office' and above.id = place.id
                and r.supervisor_id is distinct from h.id)
        )
    )
$$;

create function services_guard_complaint() returns trigger language plpgsql as $$
declare
    is_new boolean := tg_op = 'INSERT';
begin
    if nullif(current_setting('meridian.context', true), '') is null then
        return new;  -- the trail refuses what nobody does
    end if;
    if services_kept_away(new.handler_id, new.about_id)
        or services_kept_away(new.reviewer_id, new.about_id) then
        -- whoever came to lead the person complained of afterwards is replaced, not locked in
        if is_new or (new.handler_id, new.reviewer_id, new.about_id) is distinct from
            (old.handler_id, old.reviewer_id, old.about_id) then
            perform services_refuse_complaint('services_complaint_recusal');
        end if;
    end if;
    if not is_new and services_kept_away(services_acting_member(), old.about_id) then
        perform services_refuse_complaint('services_complaint_recusal');
    end if;
    if (new.handler_id is not null and (is_new or new.handler_id is distinct from old.handler_id)
            and customers_is_close(
                new.handler_id, new.customer_id, daterange(core_bank_day(), null)))
        or (new.reviewer_id is not null
            and (is_new or new.reviewer_id is distinct from old.reviewer_id)
            and customers_is_close(
                new.reviewer_id, new.customer_id, daterange(core_bank_day(), null))) then
        perform services_refuse_complaint('services_complaint_conflict');
    end if;
    if new.reviewer_id is not null and (is_new or new.reviewer_id is distinct from old.reviewer_id)
        and not services_stands_above(new.reviewer_id, new.handler_id) then
        perform services_refuse_complaint('services_complaint_level');
    end if;
    if new.holding_id is not null and not exists (
        select from customers_holding where id = new.holding_id and customer_id = new.customer_id
    ) then
        perform services_refuse_complaint('services_complaint_holding');
    end if;
    return new;
end $$;

create trigger complaint_guarded before insert or update on services_complaint
    for each row execute function services_guard_complaint();

create function services_guard_reply() returns trigger language plpgsql as $$
begin
    if nullif(current_setting('meridian.context', true), '') is null then
        return new;
    end if;
    if services_kept_away(
        new.given_by_id, (select about_id from services_complaint where id = new.complaint_id)
    ) then
        perform services_refuse_complaint('services_complaint_recusal');
    end if;
    return new;
end $$;

create trigger reply_guarded before insert or update on services_complaint_reply
    for each row execute function services_guard_reply();
"""

UNDO = """
drop trigger reply_guarded on services_complaint_reply;
drop function services_guard_reply();
drop trigger complaint_guarded on services_complaint;
drop function services_guard_complaint();
drop function services_stands_above(bigint, bigint);
drop function services_refuse_complaint(text);
drop function services_acting_member();
drop function services_kept_away(bigint, bigint);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('config_admin', '0007_series_begin_once'),
        ('customers', '0020_handover'),
        ('services', '0003_contacts'),
        ('staff', '0021_withdrawn_assignments'),
    ]

    operations = [
        migrations.CreateModel(
            name='Complaint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('number', models.CharField(editable=False, max_length=32, unique=True, verbose_name='number')),
                ('complainant', models.CharField(choices=[('customer', 'The customer'), ('agent', 'An agent of the customer'), ('heir', 'An heir'), ('group', 'A group of customers')], default='customer', max_length=12, verbose_name='complainant')),
                ('complainant_name', models.CharField(blank=True, help_text='Only if it is not the customer.', max_length=120, verbose_name='name of the complainant')),
                ('received_at', models.DateTimeField(default=crm.core.clock.now, verbose_name='received at')),
                ('channel', config_admin.dictionaries.entries.EntryField(dictionary='received_by', max_length=32, verbose_name='channel')),
                ('business', config_admin.dictionaries.entries.EntryField(dictionary='complaint_business', max_length=32, verbose_name='business')),
                ('cause', config_admin.dictionaries.entries.EntryField(dictionary='complaint_cause', max_length=32, verbose_name='cause')),
                ('description', models.TextField(max_length=4000, verbose_name='what is complained of')),
                ('expected', models.CharField(max_length=500, verbose_name='what the complainant expects')),
                ('is_legal', models.BooleanField(default=False, verbose_name='a court or a lawyer is involved')),
                ('is_regulator', models.BooleanField(default=False, verbose_name='the regulator is involved')),
                ('is_media', models.BooleanField(default=False, verbose_name='the media are involved')),
                ('is_vulnerable', models.BooleanField(default=False, verbose_name='the complainant needs special care')),
                ('status', models.CharField(choices=[('received', 'Received'), ('assigned', 'Assigned'), ('investigating', 'Being investigated'), ('answered', 'Answered'), ('disputed', 'Answer disputed'), ('in_review', 'In review'), ('closed', 'Closed'), ('withdrawn', 'Withdrawn')], default='received', editable=False, max_length=16, verbose_name='status')),
                ('due_on', models.DateField(editable=False, verbose_name='to be answered by')),
                ('is_complex', models.BooleanField(default=False, editable=False, verbose_name='complex')),
                ('complex_reason', models.CharField(blank=True, editable=False, max_length=500, verbose_name='why it is complex')),
                ('extension_reason', models.CharField(blank=True, editable=False, max_length=500, verbose_name='why it was extended')),
                ('extension_told_on', models.DateField(editable=False, null=True, verbose_name='complainant told of the extension on')),
                ('finding', models.CharField(blank=True, choices=[('upheld', 'Justified'), ('partly', 'Justified in part'), ('not_upheld', 'Not justified')], editable=False, max_length=12, verbose_name='finding')),
                ('findings', models.TextField(blank=True, editable=False, max_length=4000, verbose_name='what was found out')),
                ('remedy', models.CharField(blank=True, editable=False, max_length=1000, verbose_name='remedy')),
                ('compensation', models.DecimalField(decimal_places=2, editable=False, max_digits=18, null=True, verbose_name='compensation')),
                ('compensation_currency', models.CharField(blank=True, choices=config_admin.figures.currencies.currency_choices, editable=False, max_length=3, verbose_name='currency of the compensation')),
                ('root_cause', models.CharField(blank=True, editable=False, max_length=1000, verbose_name='root cause')),
                ('corrective_action', models.CharField(blank=True, editable=False, max_length=1000, verbose_name='corrective action')),
                ('recheck_on', models.DateField(editable=False, null=True, verbose_name='check for recurrence on')),
                ('recurred', models.BooleanField(editable=False, null=True, verbose_name='the cause has come back')),
                ('recheck_note', models.CharField(blank=True, editable=False, max_length=1000, verbose_name='what the check found')),
                ('answered_at', models.DateTimeField(editable=False, null=True, verbose_name='answered at')),
                ('disputed_at', models.DateTimeField(editable=False, null=True, verbose_name='disputed at')),
                ('dispute', models.CharField(blank=True, editable=False, max_length=1000, verbose_name='what is disputed')),
                ('about', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='complaints_about', to='staff.staffmember', verbose_name='person complained of')),
                ('branch', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='complaints', to='staff.branch', verbose_name='branch')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='complaints', to='customers.customer', verbose_name='customer')),
                ('handler', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='complaints_handled', to='staff.staffmember', verbose_name='handler')),
                ('holding', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='complaints', to='customers.holding', verbose_name='holding')),
                ('received_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='complaints_received', to='staff.staffmember', verbose_name='received by')),
                ('reviewer', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='complaints_reviewed', to='staff.staffmember', verbose_name='reviewer')),
            ],
            options={
                'verbose_name': 'complaint',
                'verbose_name_plural': 'complaints',
                'permissions': [('assign_complaint', 'Assign a complaint'), ('investigate_complaint', 'Handle complaints'), ('establish_complaint', 'Enter findings about a complaint'), ('complicate_complaint', 'Mark a complaint as complex'), ('extend_complaint', 'Extend the time for a complaint'), ('compensate_complaint', 'Compensate for a complaint'), ('answer_complaint', 'Answer a complaint'), ('dispute_complaint', 'Enter that an answer is disputed'), ('review_complaint', 'Name who reviews a complaint'), ('close_complaint', 'Close a complaint'), ('withdraw_complaint', 'Enter that a complaint is withdrawn'), ('recheck_complaint', 'Check a complaint for recurrence')],
                'default_permissions': ('view', 'add', 'change'),
            },
        ),
        migrations.CreateModel(
            name='ComplaintReply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('text', models.TextField(max_length=4000, verbose_name='answer')),
                ('ways', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('review', 'Review by the unit above'), ('mediation', 'Mediation by the body for financial disputes'), ('regulator', 'Complaint to the regulator (12378)')], max_length=12), size=None, verbose_name='ways that remain')),
                ('is_of_review', models.BooleanField(default=False, verbose_name='after a review')),
                ('due_on', models.DateField(verbose_name='to be answered by')),
                ('given_at', models.DateTimeField(default=crm.core.clock.now, verbose_name='answered at')),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='services.complaint', verbose_name='complaint')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer', verbose_name='customer')),
                ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='complaint_replies', to='staff.staffmember', verbose_name='answered by')),
            ],
            options={
                'verbose_name': 'answer to a complaint',
                'verbose_name_plural': 'answers to complaints',
                'db_table': 'services_complaint_reply',
                'default_permissions': (),
            },
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(fields=['branch', 'due_on', 'id'], name='services_complaint_by_branch'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(fields=['due_on', 'id'], name='services_complaint_by_due_day'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(fields=['-received_at', '-id'], name='services_complaint_by_receipt'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(('complainant', 'customer'), models.Q(('complainant_name', ''), _negated=True), _connector='OR'), name='services_complaint_complainant_named', violation_error_message='Enter the name of the complainant.'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'closed'), _negated=True), models.Q(models.Q(('finding', ''), _negated=True), models.Q(('findings', ''), _negated=True), models.Q(('root_cause', ''), _negated=True), ('answered_at__isnull', False)), _connector='OR'), name='services_complaint_closed_with_cause', violation_error_message='A complaint is closed with its findings, an answer and the root cause.'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('compensation__isnull', True), ('compensation_currency', '')), models.Q(('compensation__gt', 0), models.Q(('compensation_currency', ''), _negated=True)), _connector='OR'), name='services_complaint_compensation', violation_error_message='Compensation is an amount above zero in a currency.'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('extension_reason', ''), ('extension_told_on__isnull', True)), models.Q(('extension_told_on__isnull', False), ('is_complex', True), models.Q(('extension_reason', ''), _negated=True)), _connector='OR'), name='services_complaint_extended_once_complex', violation_error_message='Only a complex complaint is extended, with a reason, and the complainant is told.'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(('reviewer__isnull', True), models.Q(('reviewer', models.F('handler')), _negated=True), _connector='OR'), name='services_complaint_reviewed_by_another', violation_error_message='Nobody reviews their own answer.'),
        ),
        migrations.AddConstraint(
            model_name='complaintreply',
            constraint=models.UniqueConstraint(fields=('complaint', 'is_of_review'), name='services_complaint_answered_once', violation_error_message='This complaint is answered already.'),
        ),
        migrations.AddConstraint(
            model_name='complaintreply',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('is_of_review', False), ('ways__contains', ['review', 'mediation', 'regulator'])), models.Q(('is_of_review', True), ('ways__contains', ['mediation', 'regulator'])), _connector='OR'), name='services_complaint_reply_names_ways', violation_error_message='Tell the complainant every way that remains.'),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
