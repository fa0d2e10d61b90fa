"""How much memory a web worker holds of its own after some work."""

from __future__ import annotations

import http.client
import os
import socket
import sys
import time
from pathlib import Path

from django.conf import settings
from django.test import Client

from crm.ops.processes import Child

REQUESTS, PATIENCE = 200, 30
HOST = "127.0.0.1"


def worker_memory_mb(client: Client, addresses: list[str]) -> float:
    """PSS of the one worker of a web server started for this, after 200 requests.

    Zero where the system does not tell, or where only HTTPS is answered.
    """
    if settings.HTTPS or not Path("/proc/self/smaps_rollup").exists():
        return 0.0
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    server = Child(
        "The web server",
        [sys.executable, "-m", "gunicorn", "--config", "python:crm.ops.web", "crm.wsgi"],
        os.environ | {"HOST": HOST, "PORT": str(port), "CRM_WEB_WORKERS": "1"},
    )
    server.start()
    try:
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        ask_often(port, {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}, addresses)
        master = server.process.pid if server.process else 0
        return round(sum(pss_mb(pid) for pid in children_of(master)), 1)
    finally:
        server.ask_to_end()
        server.make_end(10)


def ask_often(port: int, headers: dict[str, str], addresses: list[str]) -> None:
    """Send the requests over one connection, once the server answers."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            break
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
    line = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    for number in range(REQUESTS):
        line.request("GET", addresses[number % len(addresses)], headers=headers)
        answer = line.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{addresses[number % len(addresses)]} answered {answer.status}.")
    line.close()


def children_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    file = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in file.read_text().split()] if file.exists() else []


def pss_mb(pid: int) -> float:
    """The memory of a process, shared pages divided by those who share them."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
