"""Where members of staff work from when to when, their licences, and the rights of posts."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('staff', '0004_open_branches'),
        ('sysadmin', '0004_user_views'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Licence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('kind', models.CharField(choices=[('banking', 'Banking practitioner'), ('funds', 'Fund sales'), ('securities', 'Securities'), ('insurance', 'Insurance sales'), ('wealth', 'Wealth products'), ('planner', 'Financial planner'), ('precious_metals', 'Precious metals'), ('counterfeits', 'Detection of counterfeits')], max_length=20, verbose_name='licence')),
                ('certificate', models.CharField(max_length=40, verbose_name='certificate number')),
                ('issued_on', models.DateField(verbose_name='issued on')),
                ('expires_on', models.DateField(blank=True, help_text='Left empty, it does not expire.', null=True, verbose_name='expires on')),
            ],
            options={
                'verbose_name': 'licence',
                'verbose_name_plural': 'licences',
                'default_permissions': ('view', 'add', 'change'),
            },
        ),
        migrations.CreateModel(
            name='PostRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('post', models.CharField(choices=[('wealth_manager', 'Wealth manager'), ('private_banker', 'Private banker'), ('corporate_rm', 'Corporate relationship manager'), ('small_business_rm', 'Small-business relationship manager'), ('retail_loan_rm', 'Retail-loan relationship manager'), ('lobby_manager', 'Lobby manager'), ('teller', 'Teller'), ('sub_branch_head', 'Head of sub-branch'), ('branch_head', 'Head of branch'), ('president', 'President'), ('agent', 'Service agent'), ('team_leader', 'Service team leader'), ('risk_manager', 'Risk manager'), ('credit_reviewer', 'Credit reviewer'), ('credit_approver', 'Credit approver'), ('aml_officer', 'Anti-money-laundering officer'), ('compliance', 'Compliance officer'), ('consumer_protection_officer', 'Consumer-protection officer'), ('performance_officer', 'Performance officer'), ('internal_auditor', 'Internal auditor'), ('personnel', 'Personnel officer'), ('configuration', 'Configuration officer'), ('system_administrator', 'System administrator'), ('security_administrator', 'Security administrator'), ('audit_administrator', 'Audit administrator')], error_messages={'unique': 'This post has a role already. Change that entry.'}, max_length=40, unique=True, verbose_name='post')),
                ('extent', models.CharField(choices=[('own', 'Own customers'), ('team', "Own and team's customers"), ('branch', 'The branch'), ('branches_below', 'The branch and those below it'), ('bank', 'The whole bank')], max_length=16, verbose_name='reach')),
                ('by_hand', models.BooleanField(default=False, help_text='A system administrator gives it; it ends with the post all the same.', verbose_name='given by hand')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
            ],
            options={
                'verbose_name': 'right of a post',
                'verbose_name_plural': 'rights of posts',
                'ordering': ['post'],
                'default_permissions': ('view', 'add', 'change'),
            },
        ),
        migrations.CreateModel(
            name='StaffAssignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('post', models.CharField(choices=[('wealth_manager', 'Wealth manager'), ('private_banker', 'Private banker'), ('corporate_rm', 'Corporate relationship manager'), ('small_business_rm', 'Small-business relationship manager'), ('retail_loan_rm', 'Retail-loan relationship manager'), ('lobby_manager', 'Lobby manager'), ('teller', 'Teller'), ('sub_branch_head', 'Head of sub-branch'), ('branch_head', 'Head of branch'), ('president', 'President'), ('agent', 'Service agent'), ('team_leader', 'Service team leader'), ('risk_manager', 'Risk manager'), ('credit_reviewer', 'Credit reviewer'), ('credit_approver', 'Credit approver'), ('aml_officer', 'Anti-money-laundering officer'), ('compliance', 'Compliance officer'), ('consumer_protection_officer', 'Consumer-protection officer'), ('performance_officer', 'Performance officer'), ('internal_auditor', 'Internal auditor'), ('personnel', 'Personnel officer'), ('configuration', 'Configuration officer'), ('system_administrator', 'System administrator'), ('security_administrator', 'Security administrator'), ('audit_administrator', 'Audit administrator')], max_length=40, verbose_name='post')),
                ('valid', django.contrib.postgres.fields.ranges.DateRangeField(editable=False, verbose_name='valid')),
                ('decision', models.CharField(blank=True, help_text='Number of the order or decision by which it is given.', max_length=60, verbose_name='appointment order')),
            ],
            options={
                'verbose_name': 'assignment',
                'verbose_name_plural': 'assignments',
                'default_permissions': ('view', 'change'),
            },
        ),
        migrations.AlterModelOptions(
            name='staffmember',
            options={'default_permissions': ('view', 'add', 'change'), 'ordering': ['number'], 'permissions': [('move_staffmember', 'Give a member of staff another post or branch'), ('leave_staffmember', 'Enter that a member of staff leaves')], 'verbose_name': 'member of staff', 'verbose_name_plural': 'staff'},
        ),
        migrations.AddField(
            model_name='staffmember',
            name='leaves_on',
            field=models.DateField(blank=True, editable=False, null=True, verbose_name='last day'),
        ),
        migrations.AddField(
            model_name='staffmember',
            name='skills',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('english', 'English'), ('cantonese', 'Cantonese'), ('sign_language', 'Sign language'), ('private_banking', 'Private banking'), ('trade_finance', 'Trade finance'), ('supply_chain', 'Supply-chain finance'), ('rural', 'Farming and villages'), ('elderly', 'Care for elderly customers')], max_length=40), blank=True, default=list, size=None, verbose_name='skills'),
        ),
        migrations.AddConstraint(
            model_name='staffmember',
            constraint=models.CheckConstraint(condition=models.Q(('leaves_on__isnull', True), ('leaves_on__gte', models.F('joined_on')), _connector='OR'), name='staff_member_leaves_after_joining', violation_error_message='Nobody leaves before they join. Enter a later day.'),
        ),
        migrations.AddField(
            model_name='licence',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='licences', to='staff.staffmember', verbose_name='member of staff'),
        ),
        migrations.AddField(
            model_name='postrole',
            name='role',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='sysadmin.role', verbose_name='role'),
        ),
        migrations.AddField(
            model_name='staffassignment',
            name='branch',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='staff.branch', verbose_name='branch'),
        ),
        migrations.AddField(
            model_name='staffassignment',
            name='grant',
            field=models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assignment', to='sysadmin.grant', verbose_name='grant'),
        ),
        migrations.AddField(
            model_name='staffassignment',
            name='member',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='staff.staffmember', verbose_name='member of staff'),
        ),
        migrations.AddField(
            model_name='staffassignment',
            name='supervisor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assigned_reports', to='staff.staffmember', verbose_name='reports to'),
        ),
        migrations.AddIndex(
            model_name='licence',
            index=models.Index(fields=['expires_on', 'id'], name='staff_licence_expiry'),
        ),
        migrations.AddConstraint(
            model_name='licence',
            constraint=models.UniqueConstraint(fields=('kind', 'certificate'), name='staff_licence_once', violation_error_message='A licence of this kind with this number is entered already.'),
        ),
        migrations.AddConstraint(
            model_name='licence',
            constraint=models.CheckConstraint(condition=models.Q(('expires_on__isnull', True), ('expires_on__gt', models.F('issued_on')), _connector='OR'), name='staff_licence_expires_after_issue', violation_error_message='A licence expires after it is issued. Check the two days.'),
        ),
        migrations.AddConstraint(
            model_name='staffassignment',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('member', '='), ('valid', '&&')], name='staff_assignment_one_at_a_time', violation_error_message='The member of staff has another assignment in that period. Change that one.'),
        ),
        migrations.AddConstraint(
            model_name='staffassignment',
            constraint=models.CheckConstraint(condition=models.Q(('valid__isempty', False)), name='staff_assignment_not_empty', violation_error_message='The assignment must begin before it ends.'),
        ),
        migrations.AddConstraint(
            model_name='staffassignment',
            constraint=models.CheckConstraint(condition=models.Q(('supervisor__isnull', True), models.Q(('supervisor', models.F('member')), _negated=True), _connector='OR'), name='staff_assignment_not_own_supervisor', violation_error_message='Nobody reports to themselves.'),
        ),
        # as they stand on the day of the change; the table is not audited yet
        migrations.RunSQL(
            "insert into staff_staffassignment (created_at, updated_at, version, member_id, branch_id,"
            " post, supervisor_id, valid, decision) select now(), now(), 1, id, branch_id, post,"
            " supervisor_id, daterange(joined_on, null), '' from staff_staffmember",
            migrations.RunSQL.noop,
        ),
    ]
