"""When users were last there; what the access trail already tells of it is taken over."""

import django.db.models.deletion
from django.db import migrations, models

KNOWN = """
insert into sysadmin_last_sign_in (user_id, at)
select e.actor_id, max(e.at) from core_access_event e join sysadmin_user u on u.id = e.actor_id
where e.kind = 'sign_in' group by e.actor_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("sysadmin", "0010_what_somebody_can_always_do"),
        ("core", "0003_trails"),
    ]

    operations = [
        migrations.CreateModel(
            name="LastSignIn",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="last_sign_in",
                        serialize=False,
                        to="sysadmin.user",
                        verbose_name="user",
                    ),
                ),
                ("at", models.DateTimeField(db_index=True, verbose_name="last signed in")),
            ],
            options={"db_table": "sysadmin_last_sign_in", "default_permissions": ()},
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
