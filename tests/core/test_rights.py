"""What the application's own role may not do in the database, whatever is sent to it."""

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from psycopg import errors

from crm.core.acting import acting
from crm.core.audit import TRAILS
from crm.core.models import AccessEvent, AuditEvent
from crm.core.trail import Kind, record_access
from sysadmin.models import system_user
from tests.factories import UserFactory

APPLICATION = settings.APPLICATION_ROLE
WRITING = ("insert", "update", "delete", "truncate", "references", "trigger")
FORBIDDEN = [
    "update core_audit_event set reason = 'x'",
    "update core_audit_event set actor_id = actor_id where false",
    "delete from core_audit_event",
    "truncate core_audit_event",
    "insert into core_audit_event (table_name, operation, row_key, actor_id, reason, request_id,"
    " address, session) values ('t', 'I', '1', 1, '', '', '', '')",
    "copy core_audit_event (table_name) from stdin",
    "merge into core_audit_event t using (values (1)) s(n) on true when matched then delete",
    "update core_access_event set purpose = 'x'",
    "delete from core_access_event where false",
    "truncate core_access_event",
    "insert into core_access_event (at, kind) values (now(), 'view') on conflict (id, at)"
    " do update set kind = 'x'",
    "truncate staff_branch cascade",
    "alter table staff_branch disable trigger audit_update",
    "alter table staff_branch disable trigger all",
    "alter table core_audit_event disable trigger all",
    "alter table core_audit_event detach partition {partition}",
    "drop trigger audit_update on staff_branch",
    "drop trigger append_only on core_audit_event",
    "create trigger mine before insert on staff_branch for each row execute function"
    " core_append_only()",
    "create rule mine as on update to staff_branch do instead nothing",
    "drop table core_cache",
    "drop table {partition}",
    "alter table staff_branch add column mine int",
    "alter table core_audit_event owner to current_user",
    "create table mine (n int)",
    "create temporary table mine (n int)",
    "create view mine as select 1",
    "create materialized view mine as select 1",
    "create sequence mine",
    "create type mine as enum ('x')",
    "create schema mine",
    "create function mine() returns int language sql return 1",
    "create or replace function core_audit() returns trigger language plpgsql as"
    " 'begin return null; end'",
    "create or replace function core_append_only() returns trigger language plpgsql as"
    " 'begin return new; end'",
    "alter function core_audit() rename to mine",
    "alter function core_audit() set session_replication_role = replica",
    "alter function core_append_only() owner to current_user",
    "drop function core_audit() cascade",
    "create extension dblink",
    "set session_replication_role = replica",
    "set local session_replication_role = replica",
    "select set_config('session_replication_role', 'replica', true)",
    "alter role current_user set session_replication_role = replica",
    "alter role current_user superuser",
    "alter role current_user createrole",
    "create role mine",
    "grant pg_write_all_data to current_user",
    "set role {owner}",
    "set session authorization {owner}",
    "grant insert on {partition} to public",
    "alter default privileges for role {owner} grant all on tables to public",
    "reassign owned by {owner} to current_user",
    "copy staff_branch to '/tmp/mine'",
    "copy staff_branch to program 'cat'",
    "copy core_cache from program 'id'",
    "select pg_read_file('/etc/hosts')",
    "select lo_import('/etc/hosts')",
    "insert into django_migrations (app, name, applied) values ('x', 'x', now())",
    "delete from django_migrations",
]
REFUSALS = {errors.InsufficientPrivilege.sqlstate, errors.InvalidGrantOperation.sqlstate}


@pytest.fixture
def ask(db):
    """Asks as the application; gives all rows."""

    def run(query, *values):
        with connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    return run


@pytest.fixture
def partition(ask):
    """This month's part of the audit trail."""
    with acting(by=system_user()):
        UserFactory()
    ((name,),) = ask(
        "select distinct tableoid::regclass::text from core_audit_event"
        " where id = (select max(id) from core_audit_event)"
    )
    return name


@pytest.fixture
def owner(ask):
    """The role that made the tables."""
    ((name,),) = ask("select tableowner from pg_tables where tablename = 'core_audit_event'")
    return name


def test_the_tests_ask_as_the_application(ask):
    assert ask("select current_user::text, session_user::text") == [(APPLICATION, APPLICATION)]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_a_forbidden_statement_is_refused(ask, partition, owner, statement):
    count = AuditEvent.objects.count()
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        ask(statement.format(partition=partition, owner=owner))
    assert refusal.value.__cause__.sqlstate in REFUSALS, refusal.value
    assert AuditEvent.objects.count() == count


def test_the_application_owns_nothing_and_is_nobody_else(ask):
    owned = ask(
        "select c.relname::text from pg_class c where pg_get_userbyid(c.relowner) = current_user"
        " union all select proname from pg_proc where pg_get_userbyid(proowner) = current_user"
        " union all select typname from pg_type where pg_get_userbyid(typowner) = current_user"
        " union all select nspname from pg_namespace where pg_get_userbyid(nspowner) = current_user"
        " union all select datname from pg_database where pg_get_userbyid(datdba) = current_user"
    )
    assert owned == []
    attributes = ask(
        "select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
        " from pg_roles where rolname = current_user"
    )
    assert attributes == [(False,) * 5]
    assert ask("select roleid from pg_auth_members where member = current_user::regrole") == []


def rights(ask, condition, privileges):
    """Which of these rights the application has on which tables."""
    return {
        (table, privilege)
        for privilege in privileges
        for (table,) in ask(
            "select relname::text from pg_class where relnamespace = 'public'::regnamespace"
            f" and relkind in ('r', 'p', 'v', 'm', 'f') and {condition}"
            " and has_table_privilege(oid, %s)",
            privilege,
        )
    }


def test_no_table_can_be_emptied_at_a_stroke_or_given_a_trigger(ask):
    assert rights(ask, "true", ("truncate", "references", "trigger")) == set()


def test_a_trail_can_be_read_and_the_access_trail_added_to(ask):
    names = ", ".join(f"'{name}'" for name in TRAILS)
    assert rights(ask, f"relname in ({names})", ("select", *WRITING)) == {
        ("core_audit_event", "select"),
        ("core_access_event", "select"),
        ("core_access_event", "insert"),
    }
    columns = ask(
        "select relname from pg_class where relname = any(%s)"
        " and has_any_column_privilege(oid, 'update')",
        list(TRAILS),
    )
    assert columns == []


def test_no_part_of_a_divided_table_is_written_past_the_triggers_of_the_whole(ask):
    ask("select core_make_partitions(12)")
    parts = ask("select count(*) from pg_class where relispartition and relkind = 'r'")
    assert parts[0][0] >= 2 * 13
    assert rights(ask, "relispartition", ("select", *WRITING)) == set()


def test_a_trail_has_no_part_for_months_that_nobody_prepared(ask):
    found = ask(
        "select p.partrelid::regclass::text, p.partdefid::int from pg_partitioned_table p"
        " join pg_class c on c.oid = p.partrelid where c.relname = any(%s)",
        list(TRAILS),
    )
    assert sorted(found) == sorted((name, 0) for name in TRAILS)


def test_functions_that_act_as_their_owner_trust_no_search_path(ask):
    found = ask(
        "select proname, proconfig from pg_proc where prosecdef"
        " and pronamespace = 'public'::regnamespace"
    )
    assert {name for name, _ in found} == {
        "core_audit",
        "core_make_partitions",
        "core_trail_upto",
        "customers_make_partitions",
        "customers_sort_in_search_keys",
        "customers_listing_begin",
        "customers_listing_fill",
        "customers_listing_finish",
        "customers_listing_give_up",
        "customers_listing_swap",
    }
    for _, options in found:
        assert "search_path=pg_catalog, public, pg_temp" in options


def test_a_look_is_added_to_the_access_trail_and_stays(ask):
    record_access(Kind.VIEW, by=system_user(), purpose="once")
    event = AccessEvent.objects.get(purpose="once")
    for statement in (
        AccessEvent.objects.filter(pk=event.pk).delete,
        lambda: AccessEvent.objects.filter(pk=event.pk).update(purpose="other"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            statement()
    assert AccessEvent.objects.filter(purpose="once").count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "update {trail} set address = 'x'",
        "update {trail} set at = at + interval '1 month'",
        "delete from {trail}",
        "truncate {trail}",
        "merge into {trail} using (values (1)) s(n) on true when matched then delete",
    ],
)
@pytest.mark.parametrize("trail", TRAILS)
def test_even_the_owner_is_stopped_by_the_trails(owner_connection, trail, statement):
    owner_connection.execute("select set_config('meridian.context', %s, true)", [CONTEXT])
    owner_connection.execute("update sysadmin_user set version = version + 1")
    owner_connection.execute("insert into core_access_event (at, kind) values (now(), 'view')")
    with pytest.raises(psycopg.Error, match="is append-only") as refusal:
        owner_connection.execute(statement.format(trail=trail))
    assert refusal.value.sqlstate == "MR002"
    owner_connection.rollback()


CONTEXT = '{"actor": 1, "reason": "", "request": "", "address": "", "session": ""}'
