"""The demonstration's own cluster for a command that needs it only as long as it runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from crm.ops import installation
from crm.ops.cluster import Cluster
from crm.ops.processes import ProcessError, Stopped, stop_on_signals


@contextmanager
def own_cluster_running(*, first_filling: bool = False) -> Iterator[Cluster | None]:
    """Start the own cluster unless it runs; stop it afterwards if it was started here.

    None where DATABASE_URL names another server. A cluster that has just been made for its first
    filling runs without guarding against a power cut, as it would be thrown away then.
    """
    own = installation.own_cluster()
    if own is None or own.running():
        yield own
        return
    stop_on_signals()
    own.volatile = first_filling and not (own.data / "PG_VERSION").exists()
    try:
        with installation.only_one():
            own.start(die_with_parent=True)
            yield own
    except Stopped:
        sys.exit("Stopped.")
    finally:
        own.stop()


def manage(*arguments: str, **environment: str) -> None:
    """Run another command of ours, with more in its environment."""
    program = [sys.executable, str(installation.ROOT / "manage.py"), *arguments]
    answer = subprocess.run(  # noqa: S603 - our own commands
        program, env=os.environ | environment, check=False
    )
    if answer.returncode:
        raise ProcessError(f"The step “{' '.join(arguments)}” failed; what it wrote stands above.")
