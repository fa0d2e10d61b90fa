"""Database fixtures: each worker clones the migrated template and connects as the application."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import connections
from django.test import TransactionTestCase

from crm.ops.cluster import APPLICATION, OWNER, SUPERUSER
from tests.cluster_plugin import RUN_FOLDER, TEMPLATE, database_name, run_cluster

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def run_of_tests():
    """The cluster of this run."""
    return run_cluster()


@pytest.fixture(scope="session")
def django_db_setup(run_of_tests, django_test_environment):
    """Clone the template; no flush afterwards, as the application may not truncate."""
    migrate_template_once(run_of_tests)
    clone(run_of_tests)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: clone(run_of_tests))
        yield
    connections.close_all()


@pytest.fixture
def app_dsn(run_of_tests, django_db_setup):
    """The address at which the application connects to this worker's database."""
    return run_of_tests.url(APPLICATION, database_name())


@pytest.fixture
def owner_connection(run_of_tests, django_db_setup):
    """A connection of the owner to this worker's database; what is not committed is undone."""
    yield from _connection(run_of_tests.url(OWNER, database_name()))


@pytest.fixture
def super_connection(run_of_tests, django_db_setup):
    """A connection of the superuser to this worker's database; what is not committed is undone."""
    yield from _connection(run_of_tests.url(SUPERUSER, database_name()))


def _connection(address):
    connection = psycopg.connect(address)
    yield connection
    connection.close()


def clone(cluster):
    """Put a fresh copy of the template in the place of this worker's database."""
    connections.close_all()
    cluster.drop_database(database_name())
    cluster.create_database(database_name(), TEMPLATE)


def migrate_template_once(cluster):
    """Let the owner migrate the template; the other workers wait until it is there."""
    done = Path(os.environ[RUN_FOLDER]) / "template.done"
    with done.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists():
            said = done.read_text()
        else:
            said = _make_template(cluster)
            done.write_text(said)
    if said:
        pytest.fail(f"The migrations of the test template failed.\n{said}", pytrace=False)


def _make_template(cluster):
    cluster.create_database(TEMPLATE)
    said = migrate(cluster, TEMPLATE)
    if not said:
        cluster.sql(f'alter database "{TEMPLATE}" with is_template true allow_connections false')
    return said


def migrate(cluster, database):
    """Let the owner migrate a database; returns what went wrong."""
    environment = os.environ | {"DATABASE_URL": cluster.url(OWNER, database)}
    settings = environment.get("DJANGO_SETTINGS_MODULE", "tests.settings")
    command = [sys.executable, "manage.py", "migrate", "--no-input", "-v", "0"]
    answer = subprocess.run(  # noqa: S603 - our own command
        command,
        cwd=ROOT,
        env=environment | {"DJANGO_SETTINGS_MODULE": settings, "CRM_BOOTSTRAP": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout + answer.stderr if answer.returncode else ""
