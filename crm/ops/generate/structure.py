"""Indexes and constraints taken down for a load, and put back exactly as they were.

What was taken down stands in a table of the owner's until it is back, so that a run that was killed
can be tidied up by the next one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg import Connection, sql

# An index of many small keys is built faster in memory that fits the processor's cache.
FOR_GIN, FOR_BTREE = "64MB", "512MB"
# A foreign key goes before what it leans on, and comes back after it. An index of the rows in one
# of several states stays: PostgreSQL writes the list of states otherwise once it is made again.
REMEMBER = """
insert into meridian_generate.kept (place, owner, name, down, up)
select 1, c.conrelid::regclass::text, c.conname,
    format('alter table %%s drop constraint %%I', c.conrelid::regclass, c.conname),
    format('alter table %%s add constraint %%I %%s', c.conrelid::regclass, c.conname,
           pg_get_constraintdef(c.oid))
from pg_constraint c
where c.contype = 'f' and c.conparentid = 0
    and (c.conrelid = any(%(tables)s::regclass[]) or c.confrelid = any(%(tables)s::regclass[]))
union all
select 2, c.conrelid::regclass::text, c.conname,
    format('alter table %%s drop constraint %%I', c.conrelid::regclass, c.conname),
    format('alter table %%s add constraint %%I %%s', c.conrelid::regclass, c.conname,
           pg_get_constraintdef(c.oid))
from pg_constraint c
where c.contype in ('u', 'x') and c.conparentid = 0 and c.conrelid = any(%(tables)s::regclass[])
union all
select 3, i.indrelid::regclass::text, r.relname,
    format('drop index %%s', i.indexrelid::regclass), replace(pg_get_indexdef(i.indexrelid),
        ' ON ONLY ', ' ON ')
from pg_index i join pg_class r on r.oid = i.indexrelid
where i.indrelid = any(%(tables)s::regclass[]) and not r.relispartition
    and coalesce(pg_get_expr(i.indpred, i.indrelid), '') not like '%%ANY (%%'
    and not exists (select from pg_constraint c where c.conindid = i.indexrelid and c.contype in
        ('p', 'u', 'x'))
order by 1, 2, 3
"""
PICTURE = """
select 'index', indexname, indexdef from pg_indexes where schemaname = 'public'
union all
select 'trigger', tgrelid::regclass || '.' || tgname, tgenabled::text || ' '
    || pg_get_triggerdef(oid)
from pg_trigger where not tgisinternal
union all
select 'constraint', conrelid::regclass || '.' || conname, convalidated::text || ' '
    || pg_get_constraintdef(oid)
from pg_constraint where connamespace = 'public'::regnamespace and conrelid <> 0
"""


class Changed(Exception):
    """After a load the structure is not what it was; the text says where."""


def remember(connection: Connection[Any], tables: Iterable[str]) -> None:
    """Write down what the tables have, and what the load takes down of it."""
    connection.execute(sql.SQL("insert into meridian_generate.before {}").format(sql.SQL(PICTURE)))
    connection.execute(REMEMBER, {"tables": list(tables)})


def take_down(connection: Connection[Any]) -> None:
    """Drop secondary indexes, unique constraints and foreign keys of the tables to be loaded."""
    rows = connection.execute("select down from meridian_generate.kept order by at").fetchall()
    for (statement,) in rows:
        connection.execute(sql.SQL(statement))


def put_back(connection: Connection[Any], tables: Iterable[str] | None = None) -> None:
    """Make again what is still down: the indexes of some tables, or everything."""
    chosen = None if tables is None else list(tables)
    rows = connection.execute(
        "select at, up from meridian_generate.kept"
        " where %(tables)s::text[] is null or (place > 1 and owner = any(%(tables)s))"
        " order by at desc",
        {"tables": chosen},
    ).fetchall()
    for at, statement in rows:
        memory = FOR_GIN if " USING gin " in statement else FOR_BTREE
        # a key is checked in half the time along the indexes of both sides
        hashing = "off" if " FOREIGN KEY " in statement else "on"
        connection.execute(
            "select set_config('maintenance_work_mem', %s, true),"
            " set_config('enable_hashjoin', %s, true)",
            [memory, hashing],
        )
        connection.execute(sql.SQL(statement))
        connection.execute("delete from meridian_generate.kept where at = %s", [at])


def compare(connection: Connection[Any]) -> None:
    """Refuse to end well unless indexes, triggers and constraints are as before."""
    connection.execute(
        sql.SQL("create table meridian_generate.after (kind, name, said) as {}").format(
            sql.SQL(PICTURE)
        )
    )
    rows = connection.execute(
        "(select 'gone: ' || kind || ' ' || name from (table meridian_generate.before except table"
        " meridian_generate.after) b) union all (select 'new: ' || kind || ' ' || name from (table"
        " meridian_generate.after except table meridian_generate.before) a) order by 1"
    ).fetchall()
    if rows:
        raise Changed("; ".join(name for (name,) in rows))
