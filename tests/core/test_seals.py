"""Seals over the trails: whatever a superuser alters afterwards is found, and named."""

import datetime as dt
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from crm.core.clock import clock_at, now
from crm.core.models import AccessEvent, AuditEvent, Seal, TrailCheck
from crm.core.seals import sealing
from crm.core.seals.head import read_head, write_head
from crm.core.seals.sealing import seal_trails
from crm.core.seals.verifying import findings_of, verify
from crm.core.tasks import check_trails
from crm.core.trail import record_access
from crm.ops.cluster import SUPERUSER
from crm.settings import database
from sysadmin.models import Grant, Notification
from tests.cluster_plugin import database_name
from tests.factories import RoleFactory, UserFactory

PAGE = "/system/seals/"


@pytest.fixture
def data(settings, tmp_path):
    """A folder of its own beside the database, for the head of the chain."""
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def powerful(run_of_tests, django_db_setup, django_db_blocker, data):
    """Everything in this test happens as the superuser of the database."""
    own = dict(connection.settings_dict)
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict.update(
            {
                key: value
                for key, value in database(run_of_tests.url(SUPERUSER, database_name())).items()
                if key in {"USER", "PASSWORD"}
            }
        )
        yield
        connection.close()
        connection.settings_dict.update(own)


@pytest.fixture
def sealed(powerful, db):
    """Two stretches of each trail under seals, and two lines that came later."""
    with clock_at(now() - dt.timedelta(minutes=10)):
        seal_two_stretches()
    RoleFactory()
    sql("set constraints all immediate")


def seal_two_stretches():
    for _stretch in range(2):
        user = UserFactory()
        RoleFactory.create_batch(3)
        for kind in ("view", "search", "reveal"):
            record_access(kind, by=user)
        sql("set constraints all immediate")
        seal_trails()


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else None


def unguarded(statement, *values, table="core_audit_event"):
    """What somebody does who may switch triggers off, and does not leave them off."""
    sql(f"alter table {table} disable trigger user")
    sql(statement, *values)
    sql(f"alter table {table} enable trigger user")


def altering(change, where="id = (select min(id) + 1 from core_audit_event)"):
    return lambda: unguarded(f"update core_audit_event set {change} where {where}")


LAST = "(select max(upto) from core_seal where trail = 'core_audit_event')"
COPIED = (
    "insert into core_audit_event overriding system value select {key}, at, table_name, operation,"
    " row_key, subject_id, before, after, actor_id, reason, request_id, address, session,"
    " database_user, transaction_id from core_audit_event where id = {like}"
)
SECOND = "(select min(id) + 1 from core_audit_event)"


def swapped():
    """Two lines change places: each has the key of the other, and all else of its own."""
    first, second = [key for (key,) in sql("select id from core_audit_event order by id limit 2")]
    for key, like in ((-1, first), (-2, second)):
        unguarded(COPIED.format(key=key, like=like))
    unguarded("delete from core_audit_event where id in (%s, %s)", first, second)
    for key, like in ((first, -2), (second, -1)):
        unguarded(COPIED.format(key=key, like=like))
    unguarded("delete from core_audit_event where id < 0")


def copied_in():
    unguarded(f"delete from core_audit_event where id = {SECOND}")
    columns = (
        "id, at, table_name, operation, row_key, actor_id, reason, request_id, address, session"
    )
    key, at = sql("select min(id) + 1, max(at)::text from core_audit_event")[0]
    copy = f"copy core_audit_event ({columns}) from stdin"
    with connection.cursor() as cursor, cursor.copy(copy) as file:
        file.write(f"{key}\t{at}\tx\tU\t1\t1\t\t\t\t\n")


def seals(statement, *values):
    return lambda: unguarded(statement, *values, table="core_seal")


def rebuilt():
    """The last seals are made anew over what is left, by somebody who lacks the key."""
    unguarded(f"delete from core_audit_event where id = {SECOND}")
    unguarded(
        "update core_seal set lines = lines - 1, leaves = substr(leaves, 17),"
        " mac = sha256(leaves) where number = 1",
        table="core_seal",
    )


def partition_dropped():
    month = sql("select tableoid::regclass::text from core_audit_event limit 1")[0][0]
    sql(f"alter table core_audit_event detach partition {month}")
    sql(f"drop table {month}")
    sql("select core_make_partitions(3)")


def moved():
    """A line goes into the partition of another month, with its moment."""
    altering("at = at + interval '1 month'")()


TAMPERINGS = {
    "a field": (altering("after = '{}'"), {"changed"}),
    "the actor": (altering("actor_id = actor_id + 1"), {"changed"}),
    "the moment by a microsecond": (altering("at = at + interval '1 microsecond'"), {"changed"}),
    "the reason": (altering("reason = 'asked for'"), {"changed"}),
    "the address": (altering("address = '10.9.9.9'"), {"changed"}),
    "the database user": (altering("database_user = 'somebody'"), {"changed"}),
    "a line deleted": (
        lambda: unguarded(f"delete from core_audit_event where id = {SECOND}"),
        {"missing"},
    ),
    "a line slipped in": (
        lambda: unguarded(COPIED.format(key="-5", like=SECOND)),
        {"added"},
    ),
    "a line inserted by COPY in the place of another": (copied_in, {"changed"}),
    "two lines swapped": (swapped, {"changed"}),
    "a line moved to another month": (moved, {"changed"}),
    "a month dropped": (partition_dropped, {"missing"}),
    "the newest lines and their seals cut off": (
        lambda: (
            unguarded(f"delete from core_audit_event where id > {SECOND}"),
            unguarded("delete from core_seal where number > 1", table="core_seal"),
        ),
        {"head_gone"},
    ),
    "an older copy": (seals("delete from core_seal where number > 2"), {"head_gone"}),
    "the file exchanged for an older one": (
        lambda: write_head(Seal.objects.get(number=2)),
        {"head_behind"},
    ),
    "a seal altered": (seals("update core_seal set lines = 0 where number = 2"), {"seal_changed"}),
    "a seal removed": (seals("delete from core_seal where number = 2"), {"seal_missing"}),
    "the last seal altered": (
        seals("update core_seal set mac = sha256('x') where number = 4"),
        {"seal_changed", "head_gone"},
    ),
    "the chain built anew without the key": (rebuilt, {"seal_changed"}),
    "the epoch reset": (seals("update core_seal set epoch = 0 where number = 1"), {"seal_changed"}),
    "the key of a seal exchanged": (
        seals("update core_seal set key_id = 9 where number = 3"),
        {"seal_changed"},
    ),
    "a line of the access trail": (
        lambda: unguarded(
            "update core_access_event set purpose = 'none'"
            " where id = (select min(id) from core_access_event)",
            table="core_access_event",
        ),
        {"changed"},
    ),
    "a trigger switched off, a write, and on again": (
        lambda: unguarded("update sysadmin_role set name = 'x'", table="sysadmin_role"),
        {"guard_touched"},
    ),
    "a trigger left off": (
        lambda: sql("alter table sysadmin_role disable trigger audit_update"),
        {"guard_asleep"},
    ),
    "a trigger taken away": (
        lambda: sql("drop trigger audit_update on sysadmin_role"),
        {"guard_asleep"},
    ),
    "what the triggers call replaced": (
        lambda: sql("alter function core_audit() reset all"),
        {"guard_touched"},
    ),
}


@pytest.mark.proves("SY-5")
@pytest.mark.parametrize("name", TAMPERINGS)
def test_whatever_a_superuser_alters_under_the_seals_is_found(sealed, name):
    assert verify().findings == []
    alter, wanted = TAMPERINGS[name]
    alter()
    found = {finding["code"] for finding in verify().findings}
    assert wanted <= found


@pytest.mark.proves("SY-5")
def test_the_check_names_the_lines_and_the_seal(sealed):
    key = sql("select min(id) + 1 from core_audit_event")[0][0]
    altering("actor_id = actor_id + 1")()
    seal_of = Seal.objects.filter(trail="core_audit_event", upto__gte=key).order_by("number")[0]
    said = [finding.words for finding in findings_of(verify())]
    assert f"Lines of the Audit trail were changed under seal {seal_of.number}: {key}." in said


@pytest.mark.proves("SY-5")
def test_the_application_can_neither_alter_nor_remove_a_seal(data, db):
    RoleFactory()
    seal_trails()
    verify()
    for statement in (
        "update core_seal set lines = 0",
        "delete from core_seal",
        "truncate core_seal",
        "delete from core_trail_check",
        "alter table core_seal disable trigger user",
    ):
        with pytest.raises(Exception, match=r"denied|owner"), transaction.atomic():
            sql(statement)
    assert verify().findings == []


def test_every_line_is_under_one_seal_however_many_there_are(data, db, monkeypatch):
    monkeypatch.setattr(sealing, "MOST", 4)
    RoleFactory.create_batch(10)
    assert seal_trails() > 2
    assert seal_trails() == 0
    audit = Seal.objects.filter(trail="core_audit_event")
    assert sum(seal.lines for seal in audit) == AuditEvent.objects.count()
    check = verify()
    assert (check.findings, check.seals) == ([], Seal.objects.count())
    assert check.lines == AuditEvent.objects.count() + AccessEvent.objects.count()


def test_a_gap_longer_than_a_stretch_takes_no_empty_seals(data, db, monkeypatch):
    monkeypatch.setattr(sealing, "MOST", 4)
    RoleFactory()
    seal_trails()
    with transaction.atomic():
        RoleFactory.create_batch(12)
        transaction.set_rollback(True)
    RoleFactory()
    assert seal_trails() == 1
    assert Seal.objects.latest("number").lines == 1
    assert verify().findings == []


def run(step, **options):
    said = io.StringIO()
    call_command("audit", step, stdout=said, stderr=said, **options)
    return said.getvalue()


@pytest.mark.proves("SY-5")
def test_the_command_prints_the_head_to_be_kept_elsewhere_and_fails_on_a_finding(data, db):
    RoleFactory()
    assert read_head() is None
    head = run("seal").split()[-1]
    assert read_head().mac == head
    assert run("verify").split()[-1] == head
    (data / "seals" / "head.json").write_text(
        json.dumps({"epoch": 1, "number": 9, "mac": head}), encoding="utf-8"
    )
    with pytest.raises(CommandError, match="not as they were sealed"):
        run("verify")
    RoleFactory()
    with pytest.raises(CommandError, match="missing or changed"):
        run("seal")


@pytest.mark.proves("SY-5")
def test_after_a_restore_a_new_epoch_goes_on_and_says_why(data, db):
    RoleFactory()
    run("seal")
    (data / "seals" / "head.json").unlink()
    assert [f["code"] for f in verify().findings] == ["head_missing"]
    with pytest.raises(CommandError, match="--reason"):
        run("epoch")
    run("epoch", reason="Restored the copy of Sunday")
    RoleFactory()
    run("seal")
    assert verify().findings == []
    assert list(Seal.objects.order_by("number").values_list("epoch", flat=True)) == [1, 2, 2]
    assert Seal.objects.get(number=2).note == "Restored the copy of Sunday"


@pytest.fixture
def auditor(signed_in, person, bank):
    return signed_in(person(bank, "core.view_auditevent", extent=Grant.Reach.BANK))


@pytest.mark.proves("SY-5")
def test_the_auditor_sees_the_seals_and_what_the_last_check_found(data, auditor):
    assert "Not checked yet" in auditor.get(PAGE).content.decode()
    RoleFactory()
    seal_trails()
    verify()
    page = auditor.get(PAGE).content.decode()
    assert Seal.objects.latest("number").fingerprint in page
    assert "Everything is as it was sealed" in page
    (data / "seals" / "head.json").unlink()
    verify()
    page = auditor.get(PAGE).content.decode()
    assert "The file that keeps the last seal is missing" in page
    assert TrailCheck.objects.count() == 2


@pytest.mark.proves("SY-5")
def test_the_nightly_check_tells_those_who_read_the_whole_trail(data, auditor):
    RoleFactory()
    seal_trails()
    check_trails(timestamp=0)
    assert not Notification.objects.exists()
    (data / "seals" / "head.json").unlink()
    check_trails(timestamp=0)
    told = Notification.objects.get()
    assert told.recipient.has_action("core.view_auditevent")
    page = auditor.get("/system/notifications/").content.decode()
    assert "A check of the seals has found something" in page
    assert auditor.post(f"/system/notifications/{told.pk}/open/").headers["Location"] == PAGE


@pytest.mark.proves("SY-5")
def test_only_who_reads_the_whole_trail_sees_its_seals(data, signed_in, person, bank):
    other = signed_in(person(bank, "core.view_accessevent", extent=Grant.Reach.BANK))
    assert other.get(PAGE).status_code == 403
    RoleFactory()
    seal_trails()
    near = signed_in(person(bank, "core.view_auditevent"))
    assert Seal.objects.latest("number").fingerprint not in near.get(PAGE).content.decode()
