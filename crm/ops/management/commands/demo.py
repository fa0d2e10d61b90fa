"""The demonstration bank on this computer: database, web server and job worker in one command."""

import hashlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, CommandError, call_command
from django.utils.translation import gettext as _

from crm.ops import installation
from crm.ops.postgres import ClusterError
from crm.ops.processes import Child, ProcessError, Record, Stopped, Supervisor, stop_on_signals

PORT_SECONDS = 2


class Command(BaseCommand):
    """Set up the demonstration bank, run it and stop it cleanly."""

    help = "Runs Meridian with a demonstration bank; Ctrl-C stops it."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--prepare-only", action="store_true", help="set up, then stop")

    def handle(self, *args: object, **options: object) -> None:
        """Run until somebody stops us or a process cannot be kept running."""
        stop_on_signals()
        try:
            with installation.only_one():
                self._run_to_the_end(prepare_only=bool(options["prepare_only"]))
        except Stopped:
            self._say(_("Meridian has stopped. Its data is kept for the next start."))
        except (ClusterError, ProcessError, OSError) as error:
            raise CommandError(str(error)) from error

    def _run_to_the_end(self, *, prepare_only: bool) -> None:
        record = Record(settings.DATA_DIR / "demo.json")
        record.end_leftovers()
        self._refuse_taken_port()
        supervisor = Supervisor(installation.own_cluster(), record, self._say)
        try:
            supervisor.start_cluster()
            self._prepare(installation.owner_url(supervisor.cluster))
            if not prepare_only:
                self._serve(supervisor)
        finally:
            supervisor.stop()

    def _prepare(self, owner_url: str) -> None:
        self._manage("migrate", "--no-input", "--verbosity", "0", DATABASE_URL=owner_url)
        self._collect_static_files()
        self._manage("demo_bank")

    def _serve(self, supervisor: Supervisor) -> None:
        web = [sys.executable, "-m", "gunicorn", "--config", "python:crm.ops.web", "crm.wsgi"]
        worker = [*_manage_py(), "procrastinate", "worker", "--shutdown-graceful-timeout", "8"]
        supervisor.start(
            Child("The web server", web, _environment()),
            # An orphaned worker would wait for a cluster that ends with us; its jobs can resume.
            Child("The job worker", worker, _environment(), when_orphaned=signal.SIGKILL),
        )
        supervisor.watch(until=_answers)
        self._say(_("Meridian is ready: open %(address)s") % {"address": _address()})
        self._manage("demo_bank", "--sign-ins")
        self._say(_("Press Ctrl-C to stop."))
        supervisor.watch()

    def _manage(self, *arguments: str, **environment: str) -> None:
        self.stdout.flush()
        answer = subprocess.run(  # noqa: S603 - our own commands
            [*_manage_py(), *arguments], env=_environment(**environment), check=False
        )
        if answer.returncode:
            raise ProcessError(
                _("The step “%(step)s” failed; what it wrote stands above.")
                % {"step": " ".join(arguments)}
            )

    def _collect_static_files(self) -> None:
        stamp, wanted = settings.DATA_DIR / "static.stamp", _fingerprint_of_static_files()
        if stamp.exists() and stamp.read_text() == wanted:
            return
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(wanted)

    def _refuse_taken_port(self) -> None:
        deadline = time.monotonic() + PORT_SECONDS
        while (reason := _why_port_is_taken()) and time.monotonic() < deadline:
            time.sleep(0.1)  # a killed demo's web server may still be on its way out
        if reason:
            host, port = _host_and_port()
            raise CommandError(
                _(
                    "Meridian cannot listen at %(host)s, port %(port)s: %(reason)s. Stop what "
                    "uses the port, or choose another: PORT=8001 python3 manage.py demo"
                )
                % {"host": host, "port": port, "reason": reason}
            )

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _manage_py() -> list[str]:
    return [sys.executable, str(installation.ROOT / "manage.py")]


def _environment(**more: str) -> dict[str, str]:
    """The environment of the children: the owner's password reaches only the migrations."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
    return kept | {"PYTHONUNBUFFERED": "1"} | more


def _host_and_port() -> tuple[str, int]:
    port = os.environ["PORT"]
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise CommandError(_("PORT must be a number from 1 to 65535."))
    return os.environ["HOST"].strip("[]"), int(port)


def _why_port_is_taken() -> str | None:
    host, port = _host_and_port()
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            line.bind((host, port))
        except OSError as error:
            return error.strerror or str(error)
    return None


def _reachable_host() -> str:
    host = _host_and_port()[0]
    return "127.0.0.1" if host in installation.EVERY_ADDRESS else host


def _address() -> str:
    host = _reachable_host()
    return f"http://{f'[{host}]' if ':' in host else host}:{_host_and_port()[1]}/"


def _answers() -> bool:
    """Whether the web server answers a request, whatever it says."""
    line = http.client.HTTPConnection(_reachable_host(), _host_and_port()[1], timeout=10)
    try:
        line.request("GET", "/")
        return bool(line.getresponse().status)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def _fingerprint_of_static_files() -> str:
    """Changes whenever a file is added, removed or written anew."""
    digest = hashlib.sha256(str(settings.STATIC_ROOT).encode())
    for path in sorted(_static_files()):
        status = path.stat()
        digest.update(f"{path}\0{status.st_mtime_ns}\0{status.st_size}\n".encode())
    return digest.hexdigest()


def _static_files() -> Iterator[Path]:
    for finder in get_finders():
        for path, storage in finder.list([]):
            yield Path(storage.path(path))
