"""When regular work last ran: the queue forgets what has succeeded."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0010_health")]

    operations = [
        migrations.CreateModel(
            name="RegularRun",
            fields=[
                ("task", models.CharField(max_length=128, primary_key=True, serialize=False)),
                ("due_at", models.DateTimeField()),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("has_failed", models.BooleanField(default=False)),
                ("first_at", models.DateTimeField()),
            ],
            options={"db_table": "core_regular_run", "default_permissions": ()},
        ),
    ]
