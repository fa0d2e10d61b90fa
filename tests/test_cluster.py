"""The embedded cluster and the processes around it, each on a server of its own."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from crm.ops.cluster import APPLICATION, DATABASE, OWNER, SUPERUSER, Cluster
from crm.ops.postgres import ClusterError
from crm.ops.processes import Child, ProcessError, Record, Supervisor
from crm.ops.testrun import find_browser, parallel

ROOT = Path(__file__).resolve().parent.parent
START = """\
import sys
from pathlib import Path
from crm.ops.cluster import Cluster
folder = Path(sys.argv[1])
Cluster(folder / "pg", folder / "roles.json", volatile=True).start()
"""
FOR_EVER = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def folder():
    """A folder that PostgreSQL's account can reach, unlike tmp_path when root runs the tests."""
    with tempfile.TemporaryDirectory(prefix="meridian-cluster-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def cluster(folder):
    cluster = Cluster(folder / "pg", folder / "roles.json", volatile=True)
    yield cluster
    cluster.stop("immediate")


@pytest.fixture
def child():
    child = Child("The sleeper", FOR_EVER, os.environ)
    yield child
    child.make_end(0)


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline


def test_each_role_connects_and_only_the_owner_creates(cluster):
    cluster.start()
    for role in (SUPERUSER, OWNER, APPLICATION):
        with psycopg.connect(cluster.url(role)) as connection:
            assert connection.execute("select current_user").fetchone() == (role,)
    with psycopg.connect(cluster.url(OWNER)) as connection:
        connection.execute("create extension btree_gist")
        connection.execute("create table kept (n int)")
    with psycopg.connect(cluster.url(APPLICATION)) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create table made (n int)")
        connection.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create temporary table made (n int)")


def test_the_application_reaches_only_its_own_database(cluster):
    cluster.start()
    for database in ("postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(cluster.url(APPLICATION, database))


def test_a_wrong_password_is_refused(cluster):
    cluster.start()
    wrong = cluster.url(APPLICATION).replace(cluster.passwords[APPLICATION], "guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_nothing_listens_on_the_network(cluster):
    cluster.start()
    assert cluster.sql("show listen_addresses; show unix_socket_permissions") == "0700"


def test_chinese_letters_are_letters_in_every_database(cluster):
    cluster.start()
    assert cluster.sql("select '张伟' ~ '^\\w+$', upper('é')", DATABASE) == "t|É"


def test_passwords_are_readable_by_their_owner_alone(cluster, folder):
    cluster.start()
    assert (folder / "roles.json").stat().st_mode & 0o777 == 0o600
    assert not list(folder.glob("*.password"))


def test_starts_at_once_share_one_server(cluster, folder):
    arguments = [sys.executable, "-c", START, str(folder)]
    starts = [subprocess.Popen(arguments, cwd=ROOT) for _ in range(3)]  # noqa: S603 - our own
    assert [process.wait() for process in starts] == [0, 0, 0]
    assert cluster.running()
    assert cluster.sql("select count(*) from pg_database where datname = 'meridian'") == "1"


def test_a_killed_server_comes_back_with_what_it_acknowledged(cluster):
    cluster.volatile = False
    cluster.start()
    cluster.sql("create table kept (n int); insert into kept values (7)", DATABASE)
    os.kill(cluster.process.pid, signal.SIGKILL)
    cluster.start()
    assert cluster.sql("select n from kept", DATABASE) == "7"


def test_the_server_ends_with_the_process_that_started_it(cluster, folder):
    script = START.replace(".start()", ".start(die_with_parent=True); sys.stdin.read()")
    process = subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-c", script, folder], cwd=ROOT, stdin=subprocess.PIPE
    )
    wait_until(lambda: (folder / "pg" / "postmaster.pid").exists() and cluster.running())
    process.kill()
    process.communicate()
    wait_until(lambda: not cluster.running())


def test_stopping_twice_is_stopping(cluster):
    cluster.start()
    cluster.stop()
    cluster.stop()
    assert not cluster.running()


def test_a_half_made_cluster_is_begun_anew(cluster, folder):
    (folder / "pg.new").mkdir()
    (folder / "pg.new" / "PG_VERSION").write_text("18")
    cluster.start()
    assert cluster.sql("select 1") == "1"
    assert not (folder / "pg.new").exists()


def test_a_number_that_now_belongs_to_another_process_does_not_hinder(cluster, folder, child):
    cluster.start()
    cluster.stop()
    child.start()
    stale = f"{child.process.pid}\n{folder / 'pg'}\n1\n5432\n{cluster.sockets}\n\n 1 1\nready   \n"
    (folder / "pg" / "postmaster.pid").write_text(stale)
    assert not cluster.running()
    cluster.start()
    assert cluster.sql("select 1") == "1"
    assert child.ended() is None


def test_data_of_another_version_is_refused_with_a_way_out(cluster, folder):
    cluster.start()
    cluster.stop()
    (folder / "pg" / "PG_VERSION").write_text("12\n")
    with pytest.raises(ClusterError, match=r"made by PostgreSQL 12.*dump and restore"):
        cluster.start()


def test_a_folder_with_something_else_is_left_alone(cluster, folder):
    (folder / "pg").mkdir()
    (folder / "pg" / "letter.txt").write_text("mine")
    with pytest.raises(ClusterError, match="something else"):
        cluster.start()
    assert (folder / "pg" / "letter.txt").read_text() == "mine"


def test_lost_passwords_are_told(cluster, folder):
    cluster.start()
    cluster.stop()
    (folder / "roles.json").unlink()
    with pytest.raises(ClusterError, match=r"passwords .* are missing"):
        Cluster(folder / "pg", folder / "roles.json").start()


def test_a_server_that_cannot_start_says_why(cluster, folder):
    cluster.start()
    cluster.stop()
    with (folder / "pg" / "postgresql.conf").open("a") as file:
        file.write("work_mem = nonsense\n")
    with pytest.raises(ClusterError, match="work_mem"):
        cluster.start()


def test_a_deep_folder_gets_a_short_socket(folder):
    deep = folder / ("deep" * 25)
    deep.mkdir()
    cluster = Cluster(deep / "pg", deep / "roles.json", volatile=True)
    try:
        cluster.start()
        with psycopg.connect(cluster.url(APPLICATION)) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    finally:
        cluster.stop("immediate")
        shutil.rmtree(cluster.sockets)


def test_a_copy_has_the_rows_and_the_rights_of_its_template(cluster):
    cluster.start()
    with psycopg.connect(cluster.url(OWNER)) as connection:
        connection.execute(f"create table kept (n int); grant select on kept to {APPLICATION}")
        connection.execute("insert into kept values (7)")
    cluster.create_database("copy", DATABASE)
    with psycopg.connect(cluster.url(APPLICATION, "copy")) as connection:
        assert connection.execute("select n from kept").fetchone() == (7,)
    cluster.drop_database("copy")
    assert cluster.sql("select count(*) from pg_database where datname = 'copy'") == "0"


def test_a_killed_process_and_a_killed_server_are_started_again(cluster, folder, child):
    said = []
    supervisor = Supervisor(cluster, Record(folder / "demo.json"), said.append)
    supervisor.start_cluster()
    supervisor.start(child)
    killed = [child.process.pid, cluster.process.pid]
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    supervisor.watch(until=lambda: len(said) == 2 and cluster.running())
    assert child.process.pid not in killed
    assert list(json.loads((folder / "demo.json").read_text())) == [str(child.process.pid)]
    supervisor.stop()
    assert child.ended() is not None
    assert not cluster.running()


def test_a_process_that_keeps_ending_brings_everything_down(folder):
    failing = Child("The web server", [sys.executable, "-c", "raise SystemExit(3)"], os.environ)
    supervisor = Supervisor(None, Record(folder / "demo.json"), lambda _text: None)
    supervisor.start(failing)
    with pytest.raises(ProcessError, match=r"The web server ended 6 times .*exit code 3"):
        supervisor.watch()


def test_what_outlived_a_killed_demo_is_ended(folder, child):
    record = Record(folder / "demo.json")
    child.start()
    record.write([child.process.pid])
    Record(folder / "demo.json").end_leftovers()
    assert child.process.wait() == -signal.SIGKILL


def test_a_stranger_with_a_noted_number_is_spared(folder, child):
    child.start()
    (folder / "demo.json").write_text(json.dumps({str(child.process.pid): "another birth"}))
    Record(folder / "demo.json").end_leftovers()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.process.wait(0.2)
    assert child.ended() is None


@pytest.mark.parametrize(
    ("arguments", "several"),
    [([], True), (["tests/core"], True), (["-n0"], False), (["--pdb"], False)],
)
def test_tests_run_in_parallel_unless_told_otherwise(arguments, several):
    assert bool(parallel(arguments)) is several


def test_a_browser_named_wrongly_is_not_replaced_by_another(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    assert find_browser() is None
