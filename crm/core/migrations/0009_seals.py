"""Seals over the trails: written once by the application, which cannot alter them."""

from django.db import migrations, models

SQL = r"""
create trigger append_only before update or delete on core_seal
    for each row execute function core_append_only();
create trigger append_only_truncate before truncate on core_seal
    for each statement execute function core_append_only();
create trigger append_only before update or delete on core_trail_check
    for each row execute function core_append_only();
create trigger append_only_truncate before truncate on core_trail_check
    for each statement execute function core_append_only();

-- The last key of a trail below which no line can still come: whoever has taken a key and has not
-- committed holds a lock that this one waits for.
create function core_trail_upto(trail text) returns bigint
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    found bigint;
begin
    if trail not in ('core_audit_event', 'core_access_event') then
        raise exception '% is no trail.', trail;
    end if;
    execute format('lock table only public.%I in share mode', trail);
    execute format('select max(id) from public.%I', trail) into found;
    return found;
end $$;
"""

UNDO = """
drop function core_trail_upto(text);
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0008_limited_policies")]

    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "number",
                    models.BigIntegerField(
                        primary_key=True, serialize=False, verbose_name="number"
                    ),
                ),
                (
                    "trail",
                    models.CharField(
                        choices=[
                            ("core_audit_event", "Audit trail"),
                            ("core_access_event", "Access trail"),
                        ],
                        max_length=20,
                        verbose_name="trail",
                    ),
                ),
                ("epoch", models.IntegerField(verbose_name="epoch")),
                ("after", models.BigIntegerField(verbose_name="after line")),
                ("upto", models.BigIntegerField(verbose_name="up to line")),
                ("lines", models.IntegerField(verbose_name="lines")),
                ("root", models.BinaryField(verbose_name="root")),
                ("leaves", models.BinaryField(verbose_name="digests of the lines")),
                ("guards", models.JSONField(null=True, verbose_name="triggers")),
                ("note", models.TextField(default="", verbose_name="reason")),
                ("sealed_at", models.DateTimeField(verbose_name="sealed")),
                ("key_id", models.IntegerField(verbose_name="key")),
                ("previous", models.BinaryField(verbose_name="seal before")),
                ("mac", models.BinaryField(verbose_name="proof")),
            ],
            options={
                "db_table": "core_seal",
                "default_permissions": (),
                "verbose_name": "seal",
                "verbose_name_plural": "seals",
            },
        ),
        migrations.CreateModel(
            name="TrailCheck",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(verbose_name="when")),
                ("ended_at", models.DateTimeField(verbose_name="ended")),
                ("seals", models.BigIntegerField(verbose_name="seals")),
                ("lines", models.BigIntegerField(verbose_name="lines")),
                ("findings", models.JSONField(default=list, verbose_name="findings")),
            ],
            options={"db_table": "core_trail_check",
                "default_permissions": (),
                "verbose_name": "check of the trails",
                "verbose_name_plural": "checks of the trails",
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
