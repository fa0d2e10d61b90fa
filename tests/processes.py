"""Processes beside a test, as an installation runs them, to be killed at a chosen moment."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPResponse
from typing import Any

import psycopg
from django.conf import settings
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from psycopg import sql

from crm.ops.installation import ROOT
from crm.ops.processes import Child, kill_session

PATIENCE, LOOK_EVERY = 60, 0.02
# so soon the next worker notices that another one is gone
SOON = "2"
WORKER = [sys.executable, "-W", "ignore", str(ROOT / "manage.py"), "procrastinate", "worker"]
WEB = [
    *[sys.executable, "-m", "gunicorn", "--config", "python:crm.ops.web"],
    *["--workers", "1", "--threads", "1", "crm.wsgi"],
]
TOKEN = "t" * 32
WAITING = """
select waiting.pid from pg_locks waiting join pg_class held on held.oid = waiting.relation
where not waiting.granted and held.relname = %s
"""


def environment(**changes: str) -> Mapping[str, str]:
    """What a process of ours needs to know to work on the test's database and files."""
    return (
        os.environ
        | {
            "CRM_STALLED_SECONDS": SOON,
            "CRM_BOOTSTRAP": "0",
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "CRM_DATA": str(settings.DATA_DIR),
        }
        | changes
    )


def a_worker(**changes: str) -> Child:
    """A worker that has not been started."""
    return Child("The job worker", WORKER, environment(**changes))


@contextmanager
def running(child: Child) -> Iterator[Child]:
    """Start a process, and leave nothing of it behind."""
    child.start()
    try:
        yield child
    finally:
        child.make_end(0)


def in_time(condition: Callable[[], object]) -> Callable[[], object]:
    """The condition, which has to come true while somebody would still wait for it."""
    deadline = time.monotonic() + PATIENCE

    def asked() -> object:
        assert time.monotonic() < deadline
        return condition()

    return asked


def until(condition: Callable[[], object]) -> None:
    """Wait for a state, however long a slow machine needs."""
    asked = in_time(condition)
    while not asked():
        time.sleep(LOOK_EVERY)  # leaves the processor to what is waited for


@contextmanager
def held_up(address: str, table: str) -> Iterator[Callable[[], int]]:
    """Let nobody write into a table until this ends; gives the server's process that waits.

    `address` is the superuser's. Whoever is writing into the table finishes first.
    """
    with (
        closing(psycopg.connect(address)) as holder,
        closing(psycopg.connect(address, autocommit=True)) as watcher,
    ):
        holder.execute(sql.SQL("lock table {} in exclusive mode").format(sql.Identifier(table)))

        def waiting() -> int:
            row = watcher.execute(WAITING, [table]).fetchone()
            return row[0] if row else 0

        yield waiting


class Web:
    """A web process at an address that stays when the process is killed."""

    def __init__(self) -> None:
        self.line = socket.create_server(("127.0.0.1", 0))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; who asks before it is ready waits."""
        number = self.line.fileno()
        self.process = subprocess.Popen(  # noqa: S603  (our own program)
            [*WEB, "--bind", f"fd://{number}"],
            env=environment(),
            pass_fds=[number],
            start_new_session=True,
        )

    def kill(self) -> None:
        """End it, with all that it has started, wherever it is."""
        if self.process:
            kill_session(self.process.pid)
            self.process.wait()

    def connect(self) -> socket.socket:
        """A line to it."""
        return socket.create_connection(self.line.getsockname(), PATIENCE)


def posted(client: Client, path: str, data: Mapping[str, Any]) -> bytes:
    """A form as the browser of this client sends it."""
    cookies = {"csrf": TOKEN} | {name: morsel.value for name, morsel in client.cookies.items()}
    body = encode_multipart(BOUNDARY, {"csrfmiddlewaretoken": TOKEN, **data})
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Connection: close",
        f"Cookie: {'; '.join(f'{name}={value}' for name, value in cookies.items())}",
        f"Content-Type: {MULTIPART_CONTENT}",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def answered(line: socket.socket) -> tuple[int, str]:
    """The status of the answer, and where it leads."""
    with closing(HTTPResponse(line)) as answer:
        answer.begin()
        return answer.status, answer.headers.get("Location", "")
