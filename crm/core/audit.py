"""The audit trail is written by the database: which tables it covers, and its triggers and rights.

`install()` runs as the owner after every migration and is harmless to repeat.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from psycopg import sql

from .classes import SENSITIVE, class_of
from .sealed import SealedField

# Tables of the framework and of libraries: nothing in them is a bank's record.
EXEMPT = {
    "auth_group": "groups give nothing here",
    "auth_group_permissions": "groups give nothing here",
    "auth_permission": "the framework's catalogue",
    "account_emailaddress": "unused: addresses are no means of sign-in",
    "account_emailconfirmation": "unused: addresses are no means of sign-in",
    "core_cache": "cache",
    "core_idempotency_key": "guards against double submission, swept daily",
    "core_job_progress": "how far a job is; what it does is audited where it does it",
    "core_job_row": "what a job is to do with which rows; the rows themselves are audited",
    "core_regular_run": "when regular work last ran; what it changes is audited",
    "core_seal": "proves the trails; written once and never altered",
    "core_stored_query": "what was searched for, swept; searches are in the access trail",
    "core_trail_check": "what a check of the seals found; written once and never altered",
    "django_admin_log": "unused: nothing is changed in the administration site",
    "django_content_type": "the framework's catalogue",
    "django_migrations": "the framework's own record",
    "django_session": "sessions; sign-ins are in the access trail",
    "mfa_authenticator": "changes of factors are in the access trail",
    "procrastinate_events": "job queue",
    "procrastinate_jobs": "job queue",
    "procrastinate_periodic_defers": "job queue",
    "procrastinate_workers": "job queue",
    "sysadmin_last_sign_in": "the last of the sign-ins, which are in the access trail",
    "sysadmin_notification": "tells its recipient of what the trail holds; swept",
    "usersessions_usersession": "sessions; sign-ins are in the access trail",
}
# Written by the database or once only; the application may not change what is in them.
TRAILS = ("core_audit_event", "core_access_event")
SEALS = ("core_seal", "core_trail_check")

_TRANSITIONS = {
    "insert": "referencing new table as new_rows",
    "update": "referencing old table as old_rows new table as new_rows",
    "delete": "referencing old table as old_rows",
}


def audited_models() -> Iterator[type[models.Model]]:
    """Every model whose changes are recorded: all that descend from Record."""
    from .models import Record  # noqa: PLC0415  (models are not loaded when settings are)

    for model in apps.get_models(include_auto_created=True):
        if issubclass(model, Record):
            yield model


def exempt() -> dict[str, str]:
    """Every table without triggers, with its reason: the named, fed, derived and noted ones."""
    from .models.records import Derived, Fed, Noted  # noqa: PLC0415  (models load after the settings)

    reasons: dict[type[models.Model], str] = {
        Fed: "fed by another system; the batch that brought a row is audited",
        Derived: "worked out by the database from records that are audited",
        Noted: "noted of operations; what they change is audited",
    }
    return EXEMPT | {
        table: reason
        for model in apps.get_models()
        for base, reason in reasons.items()
        if issubclass(model, base)
        for table in getattr(model, "TABLES", ()) or (model._meta.db_table,)
    }


def install() -> None:
    """Give every audited table its triggers and the application its rights; run as the owner."""
    for model in audited_models():
        _cover(model)
    _grant()
    with connection.cursor() as cursor:
        cursor.execute("select core_make_partitions(3)")


def withheld(model: type[models.Model]) -> list[str]:
    """Sensitive columns that do not rest sealed: the trail says that they changed, not to what."""
    return [
        str(field.column)
        for field in model._meta.concrete_fields
        if class_of(model, field.name) == SENSITIVE and not isinstance(field, SealedField)
    ]


def _cover(model: type[models.Model]) -> None:
    table = model._meta.db_table
    subject: str = model.AUDIT_SUBJECT  # type: ignore[attr-defined]
    arguments = [model._meta.pk.column, subject, ",".join(withheld(model))]
    with connection.cursor() as cursor:
        cursor.execute(
            "select tgname::text from pg_trigger where tgrelid = %s::regclass"
            " and tgenabled = 'O' and tgfoid = 'core_audit'::regproc and tgargs = %s",
            [f'"{table}"', b"".join(f"{argument}\0".encode() for argument in arguments)],
        )
        # one that stands as it should is left alone: the seals tell when a trigger was touched
        standing = {name for (name,) in cursor}
        for event, transition in _TRANSITIONS.items():
            if f"audit_{event}" in standing:
                continue
            cursor.execute(
                sql.SQL(
                    "create or replace trigger {name} after {event} on {table} {transition}"
                    " for each statement execute function core_audit({key}, {subject}, {withheld})"
                ).format(
                    name=sql.Identifier(f"audit_{event}"),
                    event=sql.SQL(event),
                    table=sql.Identifier(table),
                    transition=sql.SQL(transition),
                    key=sql.Literal(arguments[0]),
                    subject=sql.Literal(arguments[1]),
                    withheld=sql.Literal(arguments[2]),
                )
            )


def _grant() -> None:
    role = sql.Identifier(settings.APPLICATION_ROLE)
    statements = [
        "grant usage on schema public to {role}",
        "grant select, insert, update, delete on all tables in schema public to {role}",
        "grant usage, select on all sequences in schema public to {role}",
        "revoke insert, update, delete on django_migrations from {role}",
    ]
    # at one stroke: between a grant and its revocation nobody else sees the wider right
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(sql.SQL(statement).format(role=role))
        # partitions are made by functions of the owner, each module's own among them
        cursor.execute(
            "select oid::regprocedure::text from pg_proc where prosecdef"
            " and pronamespace = 'public'::regnamespace and proname like any(%s)",
            [[r"%\_make\_partitions", r"core\_trail\_upto"]],
        )
        for (function,) in cursor.fetchall():
            for statement in (
                f"revoke execute on function {function} from public",
                f"grant execute on function {function} to {{role}}",
            ):
                cursor.execute(sql.SQL(statement).format(role=role))
        # a part of a divided table is reached through the whole alone
        cursor.execute(
            "select core_trail_tables() union select relname::text from pg_class"
            " where relispartition and relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(
                sql.SQL("revoke all on {table} from {role}").format(
                    table=sql.Identifier(table), role=role
                )
            )
        cursor.execute(
            sql.SQL("grant select on core_audit_event, core_access_event to {role}").format(
                role=role
            )
        )
        cursor.execute(sql.SQL("grant insert on core_access_event to {role}").format(role=role))
        for table in SEALS:
            cursor.execute(
                sql.SQL("revoke update, delete on {table} from {role}").format(
                    table=sql.Identifier(table), role=role
                )
            )
