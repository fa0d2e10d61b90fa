"""A database that is killed in the middle of an import, and the import that goes on."""

import os
import signal
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from crm.core.models import AuditEvent, Job, JobProgress
from crm.ops.cluster import APPLICATION, DATABASE, SUPERUSER, Cluster
from crm.ops.processes import Record, Supervisor
from crm.settings import database
from customers.imports import operations
from customers.imports.chunks import CHUNK
from customers.models import Customer, ImportFault, SourceKey
from tests.cluster_fixtures import migrate
from tests.cluster_plugin import RUN_FOLDER, database_name
from tests.factories import BranchFactory
from tests.imports import RIGHTS, csv, handed_in, row
from tests.jobs import work_off
from tests.processes import a_worker, held_up, in_time


def kill_server(cluster, _waiting):
    os.kill(cluster.process.pid, signal.SIGKILL)


def kill_the_workers_own_process(_cluster, waiting):
    os.kill(waiting, signal.SIGKILL)


# what happens, and into which table the worker is about to write then
DISASTERS = (
    (kill_server, "customers_sourcekey"),  # half of the rows are written
    (kill_the_workers_own_process, "core_job_progress"),  # all of them, but not the position
)
ROWS = (len(DISASTERS) + 2) * CHUNK


@pytest.fixture
def cluster():
    """A server of the test's own, which keeps what it has acknowledged."""
    folder = Path(os.environ[RUN_FOLDER]) / f"{database_name()}-killed"
    cluster = Cluster(folder / "pg", folder / "roles.json")
    cluster.start(die_with_parent=True)
    assert migrate(cluster, DATABASE) == ""
    yield cluster
    cluster.stop("immediate")


@pytest.fixture
def moved(transactional_db, cluster, monkeypatch):
    """The test itself works on that server, too."""
    there = database(cluster.url(APPLICATION))
    connection.close()
    for name in ("HOST", "USER", "PASSWORD", "NAME"):
        monkeypatch.setitem(connection.settings_dict, name, there[name])
    yield
    connection.close()


@pytest.fixture
def supervisor(cluster, tmp_path):
    """Starts the server and the worker again when they end, as the demonstration does."""
    supervisor = Supervisor(cluster, Record(tmp_path / "processes.json"), lambda _text: None)
    supervisor.start(a_worker(DATABASE_URL=cluster.url(APPLICATION)))
    yield supervisor
    supervisor.children[0].make_end(0)


def is_cut_off(waiting):
    """Whether the server has let go of everybody, as it does before it recovers."""
    try:
        waiting()
    except psycopg.OperationalError:
        return True
    return False


def answers(cluster):
    try:
        psycopg.connect(cluster.url(APPLICATION)).close()
    except psycopg.OperationalError:
        return False
    return True


def done(run):
    """How many rows are done."""
    return JobProgress.objects.get(job=run.job_id).done


@pytest.mark.proves("CI-14")
@pytest.mark.django_db(transaction=True)
def test_an_import_goes_on_where_the_database_was_killed_and_takes_every_row_once(
    cluster, moved, person, supervisor
):
    branch = BranchFactory()
    importer = person(branch, *RIGHTS)
    rows = [row(branch) for _ in range(ROWS)]
    rows[-1]["document_number"] = rows[0]["document_number"]
    run = handed_in(importer, csv(*rows))
    run = operations.check(run, by=importer, columns=run.columns, system="core")
    work_off()
    run = operations.start(run, by=importer, reason="Nachtlauf")
    left = 0
    for disaster, table in DISASTERS:
        supervisor.watch(until=in_time(lambda: done(run) > left))  # noqa: B023  (called at once)
        with held_up(cluster.url(SUPERUSER), table) as waiting:
            supervisor.watch(until=in_time(waiting))
            disaster(cluster, waiting())
            supervisor.watch(until=in_time(lambda: is_cut_off(waiting)))
        connection.close()
        supervisor.watch(until=in_time(lambda: answers(cluster)))
        left = done(run)
        assert CHUNK <= left < ROWS
        assert Customer.objects.count() == SourceKey.objects.count() == left
    supervisor.watch(until=in_time(lambda: Job.objects.get(pk=run.job_id).status == "done"))
    run.refresh_from_db()
    assert (run.status, run.rows, run.new, run.refused) == ("done", ROWS, ROWS - 1, 1)
    assert run.reasons == {"duplicate_in_file": 1}
    assert SourceKey.objects.count() == Customer.objects.count() == ROWS - 1
    assert ImportFault.objects.count() == 1
    entered = AuditEvent.objects.filter(table_name="customers_customer", operation="I")
    assert entered.count() == ROWS - 1
