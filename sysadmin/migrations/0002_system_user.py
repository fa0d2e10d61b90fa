"""The system itself as an actor, for what no person does."""

from django.db import migrations


def add_system_user(apps, schema_editor):
    user = apps.get_model("sysadmin", "User")
    user.objects.create(
        username="system",
        display_name="系统",
        latin_name="System",
        password="!",  # no password fits it
        is_active=False,
        is_system=True,
    )


def remove_system_user(apps, schema_editor):
    apps.get_model("sysadmin", "User").objects.filter(is_system=True).delete()


class Migration(migrations.Migration):
    dependencies = [("sysadmin", "0001_initial")]
    operations = [migrations.RunPython(add_system_user, remove_system_user)]
