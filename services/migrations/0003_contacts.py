"""What was talked about with customers, and what was promised to them."""

import config_admin.dictionaries.entries
import crm.core.clock
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):


    dependencies = [
        ('customers', '0020_handover'),
        ('services', '0002_guards'),
        ('staff', '0021_withdrawn_assignments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('kind', models.CharField(choices=[('call', 'Call'), ('visit', 'Visit'), ('meeting', 'Branch meeting'), ('message', 'Message')], default='call', max_length=12, verbose_name='kind')),
                ('direction', models.CharField(choices=[('outgoing', 'The bank'), ('incoming', 'The customer')], default='outgoing', max_length=12, verbose_name='initiated by')),
                ('at', models.DateTimeField(default=crm.core.clock.now, verbose_name='when')),
                ('purpose', config_admin.dictionaries.entries.EntryField(dictionary='contact_purpose', max_length=32, verbose_name='purpose')),
                ('result', config_admin.dictionaries.entries.EntryField(dictionary='contact_result', max_length=32, verbose_name='result')),
                ('summary', models.TextField(max_length=2000, verbose_name='what was said')),
                ('customer_side', models.CharField(blank=True, help_text='Names and functions, if it was not the customer alone.', max_length=200, verbose_name='present for the customer')),
                ('next_step', models.CharField(blank=True, max_length=200, verbose_name='next step')),
                ('next_on', models.DateField(blank=True, null=True, verbose_name='next step on')),
                ('is_confidential', models.BooleanField(default=False, help_text='Only those present, the lead manager and compliance read it.', verbose_name='confidential')),
                ('entered_at', models.DateTimeField(default=crm.core.clock.now, editable=False, verbose_name='entered')),
                ('status', models.CharField(choices=[('logged', 'Not reviewed'), ('reviewed', 'Reviewed')], default='logged', editable=False, max_length=16, verbose_name='status')),
                ('reviewed_at', models.DateTimeField(editable=False, null=True, verbose_name='reviewed')),
                ('review', models.CharField(blank=True, editable=False, max_length=500, verbose_name='remark of the review')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='staff.staffmember', verbose_name='by')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='customers.customer', verbose_name='customer')),
                ('reviewed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reviewed by')),
            ],
            options={
                'verbose_name': 'contact',
                'verbose_name_plural': 'contacts',
                'permissions': [('correct_contact', "Correct one's own contact"), ('review_contact', 'Review a contact'), ('annotate_contact', 'Add a note to a contact'), ('view_confidential_contact', 'See confidential contacts')],
                'default_permissions': ('view', 'add'),
            },
        ),
        migrations.CreateModel(
            name='ContactAttendee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('is_withdrawn', models.BooleanField(default=False, verbose_name='withdrawn')),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendees', to='services.contact', verbose_name='contact')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer', verbose_name='customer')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='staff.staffmember', verbose_name='member of staff')),
            ],
            options={
                'verbose_name': 'attendee',
                'verbose_name_plural': 'attendees',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ContactNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('at', models.DateTimeField(default=crm.core.clock.now, verbose_name='when')),
                ('text', models.CharField(max_length=500, verbose_name='note')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='services.contact', verbose_name='contact')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer', verbose_name='customer')),
            ],
            options={
                'verbose_name': 'note on a contact',
                'verbose_name_plural': 'notes on contacts',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Promise',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('words', models.CharField(max_length=200, verbose_name='promise')),
                ('due_on', models.DateField(verbose_name='promised until')),
                ('made_on', models.DateField(default=crm.core.clock.bank_today, editable=False, verbose_name='promised on')),
                ('is_confidential', models.BooleanField(default=False, editable=False, verbose_name='confidential')),
                ('status', models.CharField(choices=[('open', 'Open'), ('kept', 'Kept'), ('kept_late', 'Kept late'), ('broken', 'Broken'), ('withdrawn', 'Withdrawn')], default='open', editable=False, max_length=16, verbose_name='status')),
                ('settled_on', models.DateField(editable=False, null=True, verbose_name='settled on')),
                ('remark', models.CharField(blank=True, editable=False, max_length=500, verbose_name='remark')),
                ('contact', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='promises', to='services.contact', verbose_name='made in')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='promises', to='customers.customer', verbose_name='customer')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='promises', to='staff.staffmember', verbose_name='kept by')),
            ],
            options={
                'verbose_name': 'promise',
                'verbose_name_plural': 'promises',
                'permissions': [('keep_promise', 'Enter that a promise is kept'), ('pass_on_promise', 'Give a promise to somebody else'), ('withdraw_promise', 'Withdraw a promise')],
                'default_permissions': ('view', 'add'),
            },
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(fields=['-at', '-id'], name='services_contact_by_time'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(fields=['customer', '-at', '-id'], name='services_contact_by_customer'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(fields=['author', '-at', '-id'], name='services_contact_by_author'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reviewed_by__isnull', False), ('status', 'reviewed')), models.Q(('reviewed_by__isnull', True), ('status', 'logged')), _connector='OR'), name='services_contact_reviewed_by_somebody', violation_error_message='A review names who reviewed.'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(('next_on__isnull', True), models.Q(('next_step', ''), _negated=True), _connector='OR'), name='services_contact_next_step_with_day', violation_error_message='Say what the next step is.'),
        ),
        migrations.AddConstraint(
            model_name='contactattendee',
            constraint=models.UniqueConstraint(fields=('contact', 'member'), name='services_attendee_once'),
        ),
        migrations.AddIndex(
            model_name='promise',
            index=models.Index(fields=['due_on', 'id'], name='services_promise_by_day'),
        ),
        migrations.AddIndex(
            model_name='promise',
            index=models.Index(fields=['customer', 'due_on', 'id'], name='services_promise_by_customer'),
        ),
        migrations.AddIndex(
            model_name='promise',
            index=models.Index(fields=['owner', 'due_on', 'id'], name='services_promise_by_owner'),
        ),
        migrations.AddIndex(
            model_name='promise',
            index=models.Index(condition=models.Q(('status', 'open')), fields=['due_on'], name='services_promise_open'),
        ),
        migrations.AddConstraint(
            model_name='promise',
            constraint=models.CheckConstraint(condition=models.Q(('is_confidential', False), ('contact__isnull', False), _connector='OR'), name='services_promise_confidential_in_contact', violation_error_message='A confidential promise is made in a contact.'),
        ),
    ]
