"""Open requests in order of their deadline, by who handles them and by branch."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('config_admin', '0008_names_once'),
        ('customers', '0020_handover'),
        ('services', '0008_opportunities_follow'),
        ('staff', '0022_handover_takes_along'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='servicerequest',
            name='services_request_owner',
        ),
        migrations.AlterField(
            model_name='servicerequest',
            name='branch',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='staff.branch', verbose_name='branch'),
        ),
        migrations.AlterField(
            model_name='servicerequest',
            name='customer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='customers.customer', verbose_name='customer'),
        ),
        migrations.AddIndex(
            model_name='servicerequest',
            index=models.Index(condition=models.Q(('status__in', ['queued', 'assigned', 'in_progress', 'waiting'])), fields=['owner', 'due_at', 'id'], name='services_request_in_hand'),
        ),
        migrations.AddIndex(
            model_name='servicerequest',
            index=models.Index(condition=models.Q(('status__in', ['queued', 'assigned', 'in_progress', 'waiting'])), fields=['branch', 'due_at', 'id'], name='services_request_open'),
        ),
    ]
