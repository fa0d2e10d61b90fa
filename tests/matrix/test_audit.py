"""Every change of a bank's record is written down once by the database, or it is refused."""

import json
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, models, transaction
from django.db.models import F
from psycopg.types.json import Jsonb

from crm.core.acting import Facts, acting, coming_from
from crm.core.audit import TRAILS, audited_models, exempt
from crm.core.classes import SENSITIVE, class_of
from crm.core.models import Approval, AuditEvent
from crm.core.sealed import SealedField
from customers.models import Customer, SourceKey
from sysadmin.models import User, system_user
from tests.factories import BranchFactory, CustomerFactory, StaffMemberFactory, UserFactory
from tests.matrix.subjects import subject_of

AUDITED = sorted(audited_models(), key=lambda model: model._meta.label_lower)
EVENTS = ("insert", "update", "delete")
REFUSAL = "nobody is named as acting"
# what no copy may outlive; the rest that is sensitive rests sealed, in the trail too
WITHHELD = {
    "core_approval": {"sealed", "salt"},
    "customers_customer": {"salt"},
    "customers_contactpoint": {"index"},
    "customers_identitykey": {"index"},
    "customers_importrun": {"salt"},
    "customers_related_person": {"index"},
    "sysadmin_user": {"password"},
}
HIDDEN = "…"
# rows that the database keeps as they are, and where that is tested
KEPT = {
    "risk.caseproposal": "tests/risk/test_cases.py",
    "services.clockstop": "tests/services/test_clock.py",
    "config_admin.serviceedition": "tests/services/test_own_fields.py",
    "services.requestentry": "tests/services/test_conversation.py",
}
CHANGING = [model for model in AUDITED if model._meta.label_lower not in KEPT]
every_model = pytest.mark.parametrize("model", CHANGING, ids=lambda model: model._meta.label_lower)


def asked(query, *values):
    """All rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def tables():
    """Every table; of a partitioned one its parent."""
    rows = asked(
        "select relname from pg_class where relnamespace = 'public'::regnamespace"
        " and relkind in ('r', 'p', 'f') and not relispartition"
    )
    return {name for (name,) in rows}


def watched():
    """The tables on which all three triggers stand, enabled, once for each statement."""
    found = {}
    for table, trigger in asked(
        "select c.relname, t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid"
        " join pg_proc p on p.oid = t.tgfoid"
        " where p.proname = 'core_audit' and t.tgenabled in ('O', 'A') and not t.tgisinternal"
        " and t.tgtype & 1 = 0 and t.tgqual is null and t.tgattr = '' and not c.relispartition"
        " and (t.tgname, t.tgtype & 28) in"
        " (('audit_insert', 4), ('audit_update', 16), ('audit_delete', 8))"
    ):
        found.setdefault(table, set()).add(trigger)
    return {table for table, names in found.items() if names == {f"audit_{e}" for e in EVENTS}}


# --- which tables ---------------------------------------------------------------------------------


def test_every_table_is_watched_or_named_with_the_reason_why_not(db):
    assert tables() - watched() - set(exempt()) - set(TRAILS) == set()


def test_no_table_is_both_watched_and_excused_and_none_is_excused_that_does_not_exist(db):
    assert watched() & (set(exempt()) | set(TRAILS)) == set()
    assert set(exempt()) | set(TRAILS) <= tables()
    assert all(exempt().values())


def test_the_models_said_to_be_audited_are_those_that_are_watched(db):
    assert {model._meta.db_table for model in AUDITED} == watched()


def test_what_belongs_to_a_customer_says_so_in_the_trail():
    for model in AUDITED:
        keys = [f.column for f in model._meta.concrete_fields if f.related_model is Customer]
        if model is Approval:
            # about any record; the column holds the customer's key where that belongs to one
            keys = ["subject_id"]
        assert model.AUDIT_SUBJECT in (keys or ["id" if model is Customer else ""])


def test_what_is_sensitive_and_not_sealed_is_withheld_from_the_trail():
    found = {}
    for model in AUDITED:
        for field in model._meta.concrete_fields:
            if class_of(model, field.name) == SENSITIVE and not isinstance(field, SealedField):
                found.setdefault(model._meta.db_table, set()).add(field.column)
    assert found == WITHHELD


# --- what is written ------------------------------------------------------------------------------


@dataclass
class Watch:
    """A row, who changes it, and what the trail has gained since."""

    model: type[models.Model]
    row: models.Model
    by: Any

    def __post_init__(self):
        self.last = newest()

    @property
    def table(self):
        return self.model._meta.db_table

    @property
    def rows(self):
        return self.model._base_manager.filter(pk=self.row.pk)

    @property
    def stored(self):
        """The row as the database holds it, every column."""
        found = asked(f'select to_jsonb(t) from "{self.table}" t where id = %s', self.row.pk)
        return json.loads(found[0][0]) if found else None

    def told(self, row):
        """What the trail may keep of a row."""
        return {name: row[name] for name in row.keys() - WITHHELD.get(self.table, set())}

    def insert(self, row):
        """Store a row, every column as given but those that the database works out."""
        given = ", ".join(
            f'"{f.column}"' for f in self.model._meta.concrete_fields if not f.generated
        )
        asked(
            f'insert into "{self.table}" ({given}) select {given}'
            f' from jsonb_populate_record(null::"{self.table}", %s) returning id',
            Jsonb(row),
        )

    def event(self):
        """The only event since; how it was made is checked here for every kind of change."""
        (event,) = AuditEvent.objects.filter(id__gt=self.last)
        self.last = event.id
        assert (event.table_name, event.row_key) == (self.table, str(self.row.pk))
        column = self.model.AUDIT_SUBJECT
        assert event.subject_id == (getattr(self.row, column) if column else None)
        assert (event.actor_id, event.reason) == (self.by.pk, "by order of the court")
        assert (event.request_id, event.address, event.session) == ("r1", "10.9.8.7", "s1")
        assert event.database_user == "meridian_app"
        return event


def newest():
    """The last event of the trail."""
    return AuditEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0


@pytest.fixture
def watch(db, model):
    """A row of the model, and a user who is about to change it."""
    branch = BranchFactory(parent=BranchFactory())
    row = subject_of(model).row(branch, StaffMemberFactory(branch=branch))
    return Watch(model, row, UserFactory())


@pytest.fixture
def at_work(watch):
    """What the user does from here on is done for a reason, and from somewhere."""
    with (
        coming_from(Facts("r1", "10.9.8.7", "s1")),
        acting(by=watch.by, reason="by order of the court"),
    ):
        yield watch


@every_model
def test_a_change_is_one_event_with_the_difference_alone(at_work):
    was = at_work.row.version
    assert at_work.rows.update(version=F("version") + 1) == 1
    event = at_work.event()
    assert (event.operation, event.before, event.after) == (
        "U",
        {"version": was},
        {"version": was + 1},
    )


@every_model
def test_a_row_gone_and_come_again_is_two_events_with_all_that_may_be_kept(at_work):
    row = at_work.stored
    # references to the row are checked when the transaction ends; until then it is back
    at_work.rows._raw_delete("default")
    gone = at_work.event()
    assert (gone.operation, gone.before, gone.after) == ("D", at_work.told(row), None)
    at_work.insert(row)
    come = at_work.event()
    assert (come.operation, come.before, come.after) == ("I", None, at_work.told(row))
    assert at_work.stored == row


@every_model
def test_a_changed_key_is_one_row_gone_and_one_come(at_work):
    row, key = at_work.stored, at_work.row.pk
    at_work.rows.update(id=key + 10**6)
    events = AuditEvent.objects.filter(id__gt=at_work.last)
    told = {(e.operation, e.row_key): e.before or e.after for e in events}
    assert told == {
        ("D", str(key)): at_work.told(row),
        ("I", str(key + 10**6)): at_work.told(row) | {"id": key + 10**6},
    }
    at_work.model._base_manager.filter(pk=key + 10**6).update(id=key)


@every_model
def test_a_change_that_changes_nothing_is_no_event(at_work):
    assert at_work.rows.update(version=F("version")) == 1
    assert newest() == at_work.last


@pytest.mark.parametrize(
    ("model", "column"),
    [(m, c) for m in AUDITED for c in sorted(WITHHELD.get(m._meta.db_table, ()))],
    ids=str,
)
def test_of_a_withheld_value_the_trail_says_only_that_it_changed(at_work, column):
    field = at_work.model._meta.get_field(column)
    value = b"w" * 18 if isinstance(field, models.BinaryField) else "w" * 18
    at_work.rows.update(**{column: value})
    event = at_work.event()
    assert (event.before, event.after) == ({column: HIDDEN}, {column: HIDDEN})


@every_model
def test_without_an_actor_nothing_is_stored(watch):
    row = watch.stored
    with pytest.raises(DatabaseError, match=REFUSAL), transaction.atomic():
        watch.rows.update(version=F("version") + 1)
    with pytest.raises(DatabaseError, match=REFUSAL), transaction.atomic():
        watch.rows._raw_delete("default")
    assert watch.stored == row
    assert newest() == watch.last
    with acting(by=watch.by):
        watch.rows._raw_delete("default")
    with pytest.raises(DatabaseError, match=REFUSAL), transaction.atomic():
        watch.insert(row)
    assert watch.stored is None
    with acting(by=watch.by):
        watch.insert(row)


# --- by whichever way -----------------------------------------------------------------------------

TABLE = SourceKey._meta.db_table
MANY = 3


def fresh(customer, number=MANY):
    """Rows about to be stored."""
    return [SourceKey(customer=customer, system="test", key=f"N{n}") for n in range(number)]


def held(customer):
    """The rows that stand there."""
    return list(SourceKey.objects.filter(customer=customer, system="held").order_by("pk"))


def values_of(customer):
    """Rows as values of a statement."""
    return [(customer.pk, "test", f"N{n}") for n in range(MANY)]


COLUMNS = "(customer_id, system, key, version, created_at, updated_at)"
ONE = f"insert into {TABLE} {COLUMNS} values (%s, %s, %s, 1, clock_timestamp(), clock_timestamp())"


def by_raw_sql(customer):
    with connection.cursor() as cursor:
        cursor.execute(ONE, values_of(customer)[0])
        cursor.execute(f"update {TABLE} set system = 'raw' where customer_id = %s", [customer.pk])
        cursor.execute(f"delete from {TABLE} where customer_id = %s", [customer.pk])
    return {"I": 1, "U": MANY + 1, "D": MANY + 1}


def by_executemany(customer):
    with connection.cursor() as cursor:
        cursor.executemany(ONE, values_of(customer))
    return {"I": MANY}


def by_copy(customer):
    stamps = [customer.created_at, customer.created_at]
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy {TABLE} {COLUMNS} from stdin") as target,
    ):
        for values in values_of(customer):
            target.write_row([*values, 1, *stamps])
    return {"I": MANY}


def by_bulk_create(customer):
    SourceKey.objects.bulk_create(fresh(customer))
    return {"I": MANY}


def by_bulk_create_over_what_is_there(customer):
    rows = [*fresh(customer), *held(customer)]
    for row in rows:
        row.pk, row.version = None, 7
    SourceKey.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["system", "key"], update_fields=["version"]
    )
    return {"I": MANY, "U": MANY}


def by_bulk_update(customer):
    rows = held(customer)
    for row in rows:
        row.key += "x"
    SourceKey.objects.bulk_update(rows, ["key"])
    return {"U": MANY}


def by_update_of_a_queryset(customer):
    SourceKey.objects.filter(customer=customer).update(system="other")
    return {"U": MANY}


def by_deletion_of_a_queryset(customer):
    SourceKey.objects.filter(customer=customer).delete()
    return {"D": MANY}


def by_save_and_delete(customer):
    row = fresh(customer)[0]
    row.save()
    row.system = "other"
    row.save()
    row.delete()
    return {"I": 1, "U": 1, "D": 1}


def by_merge(customer):
    with connection.cursor() as cursor:
        cursor.execute(
            f"merge into {TABLE} t"
            " using (values ('K0', 'd'), ('K1', 'u'), ('N9', 'i')) s(key, verb)"
            " on t.key = s.key and t.system = 'held'"
            " when matched and s.verb = 'd' then delete"
            " when matched then update set system = 'merged'"
            f" when not matched then insert {COLUMNS}"
            " values (%s, 'test', s.key, 1, clock_timestamp(), clock_timestamp())",
            [customer.pk],
        )
    return {"I": 1, "U": 1, "D": 1}


def by_a_statement_within_a_query(customer):
    with connection.cursor() as cursor:
        cursor.execute(
            f"with gone as (delete from {TABLE} where customer_id = %s returning *)"
            " select count(*) from gone",
            [customer.pk],
        )
    return {"D": MANY}


WAYS = [
    by_raw_sql,
    by_executemany,
    by_copy,
    by_bulk_create,
    by_bulk_create_over_what_is_there,
    by_bulk_update,
    by_update_of_a_queryset,
    by_deletion_of_a_queryset,
    by_save_and_delete,
    by_merge,
    by_a_statement_within_a_query,
]


@pytest.fixture
def customer(db):
    """A customer with keys of a source system."""
    customer = CustomerFactory()
    rows = [SourceKey(customer=customer, system="held", key=f"K{n}") for n in range(MANY)]
    with acting(by=system_user()):
        SourceKey.objects.bulk_create(rows)
    return customer


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_each_row_is_written_down_once_by_whichever_way_it_changes(customer, way):
    user, last = UserFactory(), newest()
    with acting(by=user, reason="by the dozen"):
        expected = way(customer)
    counted = dict.fromkeys(expected, 0)
    for event in AuditEvent.objects.filter(id__gt=last):
        assert (event.table_name, event.subject_id) == (TABLE, customer.pk)
        assert (event.actor_id, event.reason) == (user.pk, "by the dozen")
        counted[event.operation] += 1
    assert counted == expected


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_by_no_way_a_row_changes_without_an_actor(customer, way):
    def state():
        return sorted(SourceKey.objects.values_list("id", "system", "key", "version"))

    before, last = state(), newest()
    # what comes out of a copy is the driver's own error
    refused = pytest.raises((DatabaseError, psycopg.DatabaseError), match=REFUSAL)
    with refused, transaction.atomic():
        way(customer)
    assert state() == before
    assert newest() == last


@pytest.mark.parametrize(
    "context",
    [
        "",
        "{}",
        '{"actor": null}',
        '{"actor": ""}',
        '{"actor": "x"}',
        "[]",
        "null",
        "x",
        '{"actor": 1}',
    ],
)
def test_an_actor_who_is_nobody_is_not_believed(customer, context):
    last = newest()
    asked("select set_config('meridian.context', %s, true)", context)
    with pytest.raises(DatabaseError), transaction.atomic():
        SourceKey.objects.filter(customer=customer).update(system="other")
    assert newest() == last
    assert set(SourceKey.objects.values_list("system", flat=True)) == {"held"}


def test_an_actor_is_forgotten_when_the_work_ends_or_fails(customer):
    def change():
        SourceKey.objects.filter(customer=customer).update(version=F("version") + 1)

    with acting(by=system_user()):
        change()
    with pytest.raises(DatabaseError, match=REFUSAL), transaction.atomic():
        change()
    with pytest.raises(ZeroDivisionError), acting(by=system_user()):
        _ = 1 / 0
    with pytest.raises(DatabaseError, match=REFUSAL), transaction.atomic():
        change()


def test_a_reason_given_inside_holds_inside_only(customer):
    last = newest()
    rows = SourceKey.objects.filter(customer=customer)[:1]
    user = User.objects.get(pk=system_user().pk)
    with acting(by=user, reason="outer"):
        for inner in ("inner", ""):
            with acting(by=user, reason=inner):
                SourceKey.objects.filter(pk=rows[0].pk).update(version=F("version") + 1)
        SourceKey.objects.filter(pk=rows[0].pk).update(version=F("version") + 1)
    reasons = AuditEvent.objects.filter(id__gt=last).order_by("id").values_list("reason", flat=True)
    assert list(reasons) == ["inner", "outer", "outer"]


def test_nobody_acts_inside_the_work_of_another(customer):
    with acting(by=system_user()), pytest.raises(RuntimeError), acting(by=UserFactory()):
        pass
