"""What each is told, what is announced, and who has acknowledged it."""

import crm.core.clock
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('staff', '0022_handover_takes_along'),
        ('sysadmin', '0006_administration'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='deliveries',
            field=models.JSONField(default=dict, editable=False, verbose_name='notifications'),
        ),
        migrations.AddField(
            model_name='user',
            name='quiet_from',
            field=models.TimeField(blank=True, editable=False, null=True, verbose_name='quiet from'),
        ),
        migrations.AddField(
            model_name='user',
            name='quiet_until',
            field=models.TimeField(blank=True, editable=False, null=True, verbose_name='quiet until'),
        ),
        migrations.CreateModel(
            name='Announcement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('title', models.CharField(max_length=80, verbose_name='heading')),
                ('title_zh', models.CharField(max_length=80, verbose_name='heading in Chinese')),
                ('text', models.TextField(blank=True, help_text='Where one language is left empty, the other is shown.', max_length=500, verbose_name='text')),
                ('text_zh', models.TextField(blank=True, max_length=500, verbose_name='text in Chinese')),
                ('importance', models.CharField(choices=[('info', 'For information'), ('warn', 'Important'), ('bad', 'Urgent')], default='info', max_length=4, verbose_name='importance')),
                ('must_acknowledge', models.BooleanField(default=False, verbose_name='must be acknowledged')),
                ('first_day', models.DateField(default=crm.core.clock.bank_today, verbose_name='shown from')),
                ('last_day', models.DateField(verbose_name='shown until')),
                ('ended_at', models.DateTimeField(editable=False, null=True, verbose_name='taken down')),
                ('author', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='announcements', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
                ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='announcements', to='staff.branch', verbose_name='branch')),
                ('role', models.ForeignKey(blank=True, help_text='Left empty, it is for everybody at the branch and those below it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='announcements', to='sysadmin.role', verbose_name='role')),
            ],
            options={
                'verbose_name': 'announcement',
                'verbose_name_plural': 'announcements',
                'permissions': [('end_announcement', 'Take an announcement down')],
                'default_permissions': ('view', 'add'),
            },
        ),
        migrations.CreateModel(
            name='Acknowledgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgements', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('announcement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgements', to='sysadmin.announcement', verbose_name='announcement')),
            ],
            options={
                'verbose_name': 'acknowledgement',
                'verbose_name_plural': 'acknowledgements',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=40)),
                ('code', models.CharField(blank=True, max_length=20)),
                ('subject_model', models.CharField(max_length=80)),
                ('subject_key', models.BigIntegerField()),
                ('day', models.DateField(null=True)),
                ('at', models.DateTimeField()),
                ('shown_from', models.DateTimeField()),
                ('in_digest', models.BooleanField(default=False)),
                ('read_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddIndex(
            model_name='announcement',
            index=models.Index(fields=['last_day'], name='sysadmin_announcement_live'),
        ),
        migrations.AddIndex(
            model_name='announcement',
            index=models.Index(fields=['branch', '-id'], name='sysadmin_announcement_branch'),
        ),
        migrations.AddConstraint(
            model_name='announcement',
            constraint=models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='sysadmin_announcement_forward', violation_error_message='The last day lies before the first. Enter a later day.'),
        ),
        migrations.AddConstraint(
            model_name='acknowledgement',
            constraint=models.UniqueConstraint(fields=('announcement', 'user'), name='sysadmin_acknowledgement_once'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(fields=['recipient', '-shown_from', '-id'], name='sysadmin_notification_newest'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('in_digest', False), ('read_at', None)), fields=['recipient', 'shown_from'], name='sysadmin_notification_unread'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(fields=['subject_model', 'subject_key', 'recipient'], name='sysadmin_notification_subject'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['at'], name='sysadmin_notification_age'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.UniqueConstraint(condition=models.Q(('read_at', None)), fields=('recipient', 'kind', 'subject_model', 'subject_key'), name='sysadmin_notification_once_unread'),
        ),
    ]
