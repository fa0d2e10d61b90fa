"""Alerts, their cases, and who may decide on them; the database refuses it too."""

import crm.core.clock
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


SQL = r"""
create function risk_refuse_case(rule text) returns void language plpgsql as $$
begin
    raise exception 'A rule about alert cases forbids this: %.', rule
        using errcode = 'check_violation', constraint = rule;
end $$;

create function risk_guard_case() returns trigger language plpgsql as $$
declare
    is_new boolean := tg_op = 'INSERT';
    actor bigint := (
        nullif(current_setting('meridian.context', true), '')::jsonb ->> 'actor'
    )::bigint;
    latest risk_case_proposal;
begin
    if actor is null then
        return new;  -- the trail refuses what nobody does
    end if;
    if new.officer_id is not null and (is_new or new.officer_id is distinct from old.officer_id)
        and customers_is_close(
            new.officer_id, new.customer_id, daterange(core_bank_day(), null)) then
        perform risk_refuse_case('risk_case_conflict');
    end if;
    if is_new then
        return new;
    end if;
    if new.level < old.level then
        perform risk_refuse_case('risk_case_level_rises');
    end if;
    if new.status <> old.status and 'closed' in (new.status, old.status) then
        select * into latest from risk_case_proposal where case_id = new.id order by id desc limit 1;
        if new.status = 'closed' then
            if latest.decision is distinct from 'approved'
                or latest.decided_by_id is distinct from actor
                or actor in (latest.proposed_by_id, old.edited_by_id) then
                perform risk_refuse_case('risk_case_closed_by_another');
            end if;
            if latest.case_version is distinct from old.version then
                perform risk_refuse_case('risk_case_unchanged');
            end if;
        elsif actor in (latest.proposed_by_id, latest.decided_by_id) then
            perform risk_refuse_case('risk_case_reopened_by_another');
        end if;
    end if;
    return new;
end $$;

create trigger case_guarded before insert or update on risk_alertcase
    for each row execute function risk_guard_case();

-- what was proposed stays, and is decided once
create function risk_keep_proposal() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.decision = 'open'
        and (new.case_id, new.customer_id, new.outcome, new.reason, new.evidence, new.silent_until,
             new.case_version, new.proposed_by_id, new.proposed_at)
        is not distinct from
            (old.case_id, old.customer_id, old.outcome, old.reason, old.evidence, old.silent_until,
             old.case_version, old.proposed_by_id, old.proposed_at) then
        return new;
    end if;
    raise exception 'What was proposed and decided about a case stays as it is.'
        using errcode = 'check_violation', constraint = 'risk_proposal_kept';
end $$;

create trigger proposal_kept before update or delete on risk_case_proposal
    for each row execute function risk_keep_proposal();
"""

UNDO = """
drop trigger proposal_kept on risk_case_proposal;
drop function risk_keep_proposal();
drop trigger case_guarded on risk_alertcase;
drop function risk_guard_case();
drop function risk_refuse_case(text);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0022_restrictions'),
        ('risk', '0001_screening'),
        ('staff', '0022_handover_takes_along'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AlertCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('number', models.CharField(editable=False, max_length=32, unique=True, verbose_name='number')),
                ('family', models.CharField(choices=[('arrears', 'Arrears'), ('liquidity', 'Liquidity'), ('utilisation', 'Use of limits'), ('guarantee', 'Guarantors')], editable=False, max_length=12, verbose_name='about')),
                ('status', models.CharField(choices=[('new', 'New'), ('investigating', 'Being investigated'), ('waiting', 'Waiting for information'), ('escalated', 'Escalated'), ('proposed', 'Waiting for approval'), ('closed', 'Closed')], default='new', editable=False, max_length=16, verbose_name='status')),
                ('level', models.PositiveSmallIntegerField(choices=[(1, 'Low'), (2, 'Medium'), (3, 'High')], editable=False, verbose_name='severity')),
                ('opened_on', models.DateField(default=crm.core.clock.bank_today, editable=False, verbose_name='opened on')),
                ('due_on', models.DateField(editable=False, verbose_name='to be decided by')),
                ('waits_since', models.DateField(editable=False, null=True, verbose_name='its time stands since')),
                ('diary_on', models.DateField(editable=False, null=True, verbose_name='information expected by')),
                ('is_restricted', models.BooleanField(default=False, editable=False, verbose_name='restricted')),
                ('silent_until', models.DateField(editable=False, null=True, verbose_name='silent until')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alert_cases', to='customers.customer', verbose_name='customer')),
                ('edited_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='last worked on by')),
                ('officer', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alert_cases', to='staff.staffmember', verbose_name='officer')),
            ],
            options={
                'verbose_name': 'alert case',
                'verbose_name_plural': 'alert cases',
                'permissions': [('assign_alertcase', 'Assign an alert case'), ('ask_alertcase', 'Ask for information about an alert case'), ('answer_alertcase', 'Give information about an alert case'), ('escalate_alertcase', 'Escalate an alert case'), ('propose_alertcase', 'Propose a decision on an alert case'), ('approve_alertcase', 'Approve a decision on an alert case'), ('send_back_alertcase', 'Send back a decision on an alert case'), ('reopen_alertcase', 'Open an alert case again'), ('view_restricted_alertcase', 'See alert cases referred for a report')],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('rule', models.CharField(max_length=24, verbose_name='rule')),
                ('rule_version', models.CharField(max_length=16, verbose_name='version of the rule')),
                ('level', models.PositiveSmallIntegerField(choices=[(1, 'Low'), (2, 'Medium'), (3, 'High')], verbose_name='severity')),
                ('measures', models.JSONField(verbose_name='measures')),
                ('cut_offs', models.JSONField(verbose_name='cut-offs')),
                ('raised_on', models.DateField(default=crm.core.clock.bank_today, verbose_name='raised on')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer', verbose_name='customer')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='risk.alertcase', verbose_name='alert case')),
            ],
            options={
                'verbose_name': 'alert',
                'verbose_name_plural': 'alerts',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='CaseProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('outcome', models.CharField(choices=[('true_match', 'True match'), ('false_positive', 'False positive'), ('confirmed', 'Confirmed risk'), ('accepted', 'Risk accepted'), ('duplicate', 'Duplicate'), ('report', 'Referred for report')], max_length=16, verbose_name='decision')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('evidence', models.TextField(max_length=2000, verbose_name='evidence')),
                ('silent_until', models.DateField(blank=True, null=True, verbose_name='silent until')),
                ('case_version', models.PositiveIntegerField(verbose_name='version of the case')),
                ('proposed_at', models.DateTimeField(default=crm.core.clock.now, verbose_name='proposed')),
                ('decision', models.CharField(choices=[('open', 'Waiting'), ('approved', 'Approved'), ('sent_back', 'Sent back')], default='open', max_length=12, verbose_name='what became of it')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided')),
                ('remark', models.CharField(blank=True, max_length=500, verbose_name='remark')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='risk.alertcase', verbose_name='alert case')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer', verbose_name='customer')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by')),
            ],
            options={
                'verbose_name': 'proposal for a case',
                'verbose_name_plural': 'proposals for cases',
                'db_table': 'risk_case_proposal',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='CaseQuestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('text', models.TextField(max_length=2000, verbose_name='question')),
                ('asked_at', models.DateTimeField(default=crm.core.clock.now, verbose_name='asked')),
                ('reply', models.TextField(blank=True, max_length=2000, verbose_name='answer')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='answered')),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='answered by')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='risk.alertcase', verbose_name='alert case')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer', verbose_name='customer')),
            ],
            options={
                'verbose_name': 'question about a case',
                'verbose_name_plural': 'questions about cases',
                'db_table': 'risk_case_question',
                'default_permissions': (),
            },
        ),
        migrations.AddIndex(
            model_name='alertcase',
            index=models.Index(fields=['due_on', 'id'], name='risk_case_by_due_day'),
        ),
        migrations.AddIndex(
            model_name='alertcase',
            index=models.Index(fields=['-level', 'due_on', 'id'], name='risk_case_by_severity'),
        ),
        migrations.AddIndex(
            model_name='alertcase',
            index=models.Index(fields=['-opened_on', '-id'], name='risk_case_by_age'),
        ),
        migrations.AddConstraint(
            model_name='alertcase',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'closed'), _negated=True), fields=('customer', 'family'), name='risk_case_open_once', violation_error_message='The customer has an open case about this already.'),
        ),
        migrations.AddConstraint(
            model_name='alertcase',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'new'), ('officer__isnull', False), _connector='OR'), name='risk_case_in_hands', violation_error_message='Assign the case first.'),
        ),
        migrations.AddConstraint(
            model_name='alertcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('diary_on__isnull', False), ('status', 'waiting'), ('waits_since__isnull', False)), models.Q(models.Q(('status', 'waiting'), _negated=True), ('diary_on__isnull', True), ('waits_since__isnull', True)), _connector='OR'), name='risk_case_waits', violation_error_message='A case waits for information until a day.'),
        ),
        migrations.AddConstraint(
            model_name='alertcase',
            constraint=models.CheckConstraint(condition=models.Q(('silent_until__isnull', True), ('status', 'closed'), _connector='OR'), name='risk_case_silent_once_closed', violation_error_message='Only what is decided is silent.'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(fields=('case', 'rule', 'level'), name='risk_alert_once', violation_error_message='This warning stands in the case already.'),
        ),
        migrations.AddConstraint(
            model_name='caseproposal',
            constraint=models.UniqueConstraint(condition=models.Q(('decision', 'open')), fields=('case',), name='risk_case_proposed_once', violation_error_message='A proposal for this case waits already.'),
        ),
        migrations.AddConstraint(
            model_name='caseproposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('decision', 'open')), models.Q(models.Q(('decision', 'open'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='risk_proposal_by_two', violation_error_message='A second person decides: not the one who made the proposal.'),
        ),
        migrations.AddConstraint(
            model_name='caseproposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'accepted'), _negated=True), ('silent_until__isnull', False), _connector='OR'), name='risk_proposal_accepted_until', violation_error_message='A risk is accepted until a day.'),
        ),
        migrations.AddConstraint(
            model_name='caseproposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('evidence', ''), _negated=True)), name='risk_proposal_founded', violation_error_message='A decision has a reason and evidence.'),
        ),
        migrations.AddConstraint(
            model_name='casequestion',
            constraint=models.UniqueConstraint(condition=models.Q(('answered_at__isnull', True)), fields=('case',), name='risk_case_asked_once', violation_error_message='A question about this case waits already.'),
        ),
        migrations.AddConstraint(
            model_name='casequestion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('answered_by__isnull', True), ('reply', '')), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), models.Q(('reply', ''), _negated=True)), _connector='OR'), name='risk_case_question_answered', violation_error_message='An answer has words, and somebody who gives it.'),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
