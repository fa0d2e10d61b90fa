"""The series of customer numbers: what is drawn once is never drawn again."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_links")]
    operations = [
        migrations.RunSQL(
            "create sequence customers_number_series as bigint start with 1200001",
            "drop sequence customers_number_series",
        )
    ]
