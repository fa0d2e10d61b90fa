"""One PostgreSQL cluster in memory per test run; loaded with `-p`, before Django's settings are."""

import base64
import contextlib
import fcntl
import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from crm.ops.cluster import APPLICATION, Cluster

RUN_FOLDER = "MERIDIAN_TEST_RUN"
PREFIX = "meridian-test-"
ROOMY = 1 << 30
TEMPLATE = "meridian_template"


def run_cluster() -> Cluster:
    """The cluster of this run, as the controller and every worker know it."""
    folder = Path(os.environ[RUN_FOLDER])
    return Cluster(folder / "pg", folder / "roles.json", volatile=True)


def database_name() -> str:
    """The database of this process alone."""
    return f"meridian_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


class Run:
    """What the controller keeps for the whole run: the folder, its lock and the server."""

    def __init__(self) -> None:
        sweep_abandoned()
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_place()))
        self.folder.chmod(0o755)  # PostgreSQL's account passes through when we are root
        self.lock = (self.folder / "alive").open("w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        os.environ[RUN_FOLDER] = str(self.folder)
        self.cluster = run_cluster()
        self.cluster.start(die_with_parent=True)

    def end(self) -> None:
        """Stop the server and leave nothing behind."""
        self.cluster.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.close()
        os.environ.pop(RUN_FOLDER, None)


def _place() -> str | None:
    """Memory, if there is enough of it."""
    memory = Path("/dev/shm")  # noqa: S108 - the folder below it gets a random name
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOMY
    return str(memory) if roomy else None


def sweep_abandoned() -> None:
    """Remove what a killed run left: its lock is free, as the process that held it is gone."""
    for place in {_place() or tempfile.gettempdir(), tempfile.gettempdir()}:
        for folder in Path(place).glob(f"{PREFIX}*"):
            with contextlib.suppress(OSError), (folder / "alive").open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)


def _set_environment() -> None:
    key = base64.b64encode(bytes(range(32))).decode()
    os.environ["DATABASE_URL"] = run_cluster().url(APPLICATION, database_name())
    os.environ["CRM_DATA"] = str(Path(os.environ[RUN_FOLDER]) / database_name())
    os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
    os.environ.setdefault("CRM_SEAL_KEYS", f"1:{key}")
    os.environ.setdefault("CRM_INDEX_KEYS", f"1:{key}")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config):
    """Start the cluster and name it before pytest-django asks the settings for it."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        run = Run()
        early_config.add_cleanup(run.end)
    _set_environment()
    return (yield)


def pytest_configure(config):
    """Put our database fixtures in the place of pytest-django's, which are registered earlier."""
    from tests import cluster_fixtures  # noqa: PLC0415 - it needs the settings

    config.pluginmanager.register(cluster_fixtures, "cluster_fixtures")


def pytest_report_header():
    """Say on which server the tests run."""
    programs = run_cluster().programs
    return f"cluster: PostgreSQL {programs.major} in {json.dumps(os.environ[RUN_FOLDER])}"
