"""The triggers that write and guard the trails, and whether anybody has touched them."""

from __future__ import annotations

from django.db import connection

from crm.core.audit import SEALS, TRAILS, audited_models

Guards = dict[str, str]

# altering a trigger, or the function behind it, leaves a new number of the transaction that did it
_STATE = """
select c.relname || '.' || t.tgname, t.tgenabled::text || ' ' || t.xmin::text || ' ' || p.xmin::text
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
join pg_proc p on p.oid = t.tgfoid
where not t.tgisinternal and c.relnamespace = 'public'::regnamespace and not c.relispartition
  and p.proname in ('core_audit', 'core_append_only')
"""


def guards() -> Guards:
    """How each of the triggers stands."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        return dict(cursor.fetchall())


def asleep(standing: Guards) -> list[str]:
    """The triggers that should be there and are not, or are switched off."""
    return sorted(name for name in _wanted() if not standing.get(name, "").startswith("O"))


def touched(before: Guards, after: Guards) -> list[str]:
    """The triggers that were altered or taken away; a new table brings new ones."""
    return sorted(name for name, state in before.items() if after.get(name) != state)


def _wanted() -> list[str]:
    tables = [model._meta.db_table for model in audited_models()]
    return [f"{t}.audit_{event}" for t in tables for event in ("insert", "update", "delete")] + [
        f"{t}.{name}" for t in (*TRAILS, *SEALS) for name in ("append_only", "append_only_truncate")
    ]
