"""The embedded PostgreSQL cluster of the demo and of the tests; standard library only."""

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from crm.ops.postgres import ClusterError, Programs
from crm.ops.private_file import read_or_create

SUPERUSER, OWNER, APPLICATION = "meridian_super", "meridian_owner", "meridian_app"
DATABASE = "meridian"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "wal_compression": "off",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",  # a failed statement may carry a customer's data
}
# Nothing of a test run is worth saving from a power cut.
VOLATILE_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "30min",
}
SHARED_MEMORY_NEEDED = 256 << 20
SOCKET = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 103
# A server that was killed leaves workers behind that finish their statement first.
LINGERING = ("pre-existing shared memory block", "lock file")
LINGERING_SECONDS, RECOVERY_SECONDS, STOP_SECONDS = 30, 300, 30

ROLES = """\
select format('create role %I login password %L', name, password) from (values
  ('{owner}', '{owner_password}'),
  ('{application}', '{application_password}')
) as wanted(name, password)
where not exists (select from pg_roles where rolname = name) \\gexec
revoke connect, temporary on database postgres, template1 from public;
"""
NEW_DATABASE = """\
select 'create database "{name}" owner {owner} template "{template}"'
where not exists (select from pg_database where datname = '{name}') \\gexec
revoke all on database "{name}" from public;
grant connect on database "{name}" to {application};
\\connect "{name}"
revoke create on schema public from public;
grant all on schema public to {owner};
"""


@dataclass(frozen=True)
class Postmaster:
    """What the server says of itself in its own file."""

    pid: int
    ready: bool

    @classmethod
    def of(cls, data: Path) -> "Postmaster | None":
        """The server of this data folder, if it is a living process."""
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
            pid = int(lines[0])
        except (OSError, ValueError, IndexError):
            return None
        if f"-D {data}" not in _command_line(pid):
            return None  # the number now belongs to another process
        return cls(pid, ready=len(lines) > 7 and lines[7].strip() == "ready")


def _command_line(pid: int) -> str:
    if sys.platform != "linux":
        answer = subprocess.run(  # noqa: S603 - a number of ours
            ["/bin/ps", "-p", str(pid), "-o", "command="],
            capture_output=True,
            text=True,
            check=False,
        )
        return answer.stdout
    try:
        return (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        )
    except OSError:
        return ""


class Cluster:
    """One data folder of PostgreSQL with its three roles, reached by a local socket only."""

    def __init__(self, data: Path, roles: Path, *, volatile: bool = False) -> None:
        self.data = data
        self.roles_file = roles
        self.volatile = volatile
        self.process: subprocess.Popen[bytes] | None = None
        self.log = data.with_name(f"{data.name}.log")
        self.log_start = 0

    @cached_property
    def programs(self) -> Programs:
        """PostgreSQL's programs, looked for when they are first needed."""
        return Programs.find()

    @cached_property
    def passwords(self) -> dict[str, str]:
        """The password of each role, made with the cluster."""
        if (self.data / "PG_VERSION").exists() and not self.roles_file.exists():
            raise ClusterError(
                f"The passwords of {self.data} are missing. Put {self.roles_file} back from a "
                "backup, or remove the folder to begin anew."
            )
        return read_or_create(
            self.roles_file,
            lambda: {role: secrets.token_urlsafe(32) for role in (SUPERUSER, OWNER, APPLICATION)},
        )

    @cached_property
    def sockets(self) -> Path:
        """The folder of the socket: beside the data, or where the path is short enough."""
        beside = self.data.with_name(f"{self.data.name}-run")
        if len(str(beside / SOCKET)) <= SOCKET_PATH_LIMIT:
            return beside
        mark = sha256(str(self.data).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"meridian-{os.geteuid()}-{mark}"

    def url(self, role: str, database: str = DATABASE) -> str:
        """The DATABASE_URL with which the role connects."""
        login, folder = f"{role}:{self.passwords[role]}", quote(str(self.sockets), safe="")
        return f"postgresql://{login}@{folder}/{database}"

    def start(self, *, die_with_parent: bool = False) -> None:
        """Make the cluster if there is none, start it unless it runs, and wait until it answers."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        roles = self._roles()  # before anything runs: without the passwords nobody gets in
        with self._locked():
            self._initialise()
            self.programs.own(self.sockets)
            self._launch(die_with_parent=die_with_parent)
            try:
                self._provision(roles)
            except ClusterError:
                if self._answers():
                    raise
                # It had just been killed and was found before it was quite gone.
                self._launch(die_with_parent=die_with_parent)
                self._provision(roles)

    def running(self) -> bool:
        """Whether the server is there, even if it does not answer yet."""
        if self.process and self.process.poll() is None:
            return True
        return Postmaster.of(self.data) is not None

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """Stop the server, whoever started it, and wait until it has gone."""
        number = signal.SIGINT if mode == "fast" else signal.SIGQUIT
        deadline = time.monotonic() + STOP_SECONDS
        with self._locked():
            while self.running():
                self._signal(number)
                if self.process:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        self.process.wait(STOP_SECONDS)
                else:
                    time.sleep(0.05)
                if time.monotonic() > deadline:
                    number = signal.SIGQUIT  # recovery at the next start puts everything right
            self.process = None

    def sql(self, statements: str, database: str = "postgres") -> str:
        """Run statements as the superuser, outside a transaction; their rows without decoration."""
        login = {"PGPASSWORD": self.passwords[SUPERUSER]}
        options: list[str | Path] = ["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database]
        options += ["-h", self.sockets, "-U", SUPERUSER]
        answer = self.programs.run("psql", *options, text=statements, extra=login)
        if answer.returncode:
            raise ClusterError(answer.stderr.strip())
        return answer.stdout.strip()

    def create_database(self, name: str, template: str = "template1") -> None:
        """Make a database of the owner's, empty or as a copy, unless it is there already."""
        values = {"name": name, "template": template, "owner": OWNER, "application": APPLICATION}
        self.sql(NEW_DATABASE.format_map(values))

    def drop_database(self, name: str) -> None:
        """Remove a database together with its connections."""
        self.sql(f'drop database if exists "{name}" with (force)')

    def _provision(self, roles: str) -> None:
        self.sql(roles)
        self.create_database(DATABASE)

    def _roles(self) -> str:
        values = {
            "owner": OWNER,
            "owner_password": self.passwords[OWNER],
            "application": APPLICATION,
            "application_password": self.passwords[APPLICATION],
        }
        return ROLES.format_map(values)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with self.data.with_name(f"{self.data.name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _initialise(self) -> None:
        version = self.data / "PG_VERSION"
        if version.exists():
            self._refuse_other_version(int(version.read_text()))
            return
        if self.data.exists() and any(self.data.iterdir()):
            raise ClusterError(f"{self.data} holds something else. Move it away and start again.")
        # Made under another name first: an interruption never leaves half a cluster under this one.
        draft = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        self.programs.own(draft)
        try:
            self._initdb(draft)
            draft.rename(self.data)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _refuse_other_version(self, found: int) -> None:
        if found != self.programs.major:
            raise ClusterError(
                f"{self.data} was made by PostgreSQL {found}, but PostgreSQL "
                f"{self.programs.major} was found. Name the folder of PostgreSQL {found} in "
                "CRM_PG_BIN, or move the data by dump and restore."
            )

    def _initdb(self, folder: Path) -> None:
        password = folder.with_name(f"{folder.name}.password")
        options: list[str | Path] = ["-D", folder, "-U", SUPERUSER, f"--pwfile={password}"]
        options += ["-A", "scram-sha-256", "-E", "UTF8", "--no-instructions", "--locale=C"]
        if self.volatile:
            options.append("--no-sync")
        if self.programs.major >= 17:  # the same order on every machine
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._write_password(password)
        try:
            # The character type must know Chinese letters; its name differs between systems.
            for letters in ("C.UTF-8", "UTF-8", "en_US.UTF-8"):
                answer = self.programs.run("initdb", *options, f"--lc-ctype={letters}")
                if answer.returncode == 0:
                    return
        finally:
            password.unlink()
        raise ClusterError(f"PostgreSQL could not make {folder}: {answer.stderr.strip()}")

    def _write_password(self, file: Path) -> None:
        file.unlink(missing_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(self.passwords[SUPERUSER])
            if self.programs.account:
                os.fchown(descriptor, self.programs.account.pw_uid, self.programs.account.pw_gid)

    def _launch(self, *, die_with_parent: bool) -> None:
        begun, tried = time.monotonic(), False
        while not self._answers():
            if not self.running():
                if tried:
                    self._refuse_failure(time.monotonic() - begun)
                self._forget_stranger()
                self._spawn(die_with_parent=die_with_parent)
                tried = True
            if time.monotonic() - begun > RECOVERY_SECONDS:
                raise ClusterError(f"PostgreSQL does not get ready; see {self.log}.")
            time.sleep(0.02)

    def _answers(self) -> bool:
        server = Postmaster.of(self.data)
        if server is None or not server.ready:
            return False
        with socket.socket(socket.AF_UNIX) as line:  # a killed server still stands in its file
            return line.connect_ex(str(self.sockets / SOCKET)) == 0

    def _spawn(self, *, die_with_parent: bool) -> None:
        arguments: list[str | Path] = ["-D", self.data]
        for name, value in self._settings().items():
            arguments += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            self.log_start = log.tell()
            self.process = self.programs.serve(*arguments, log=log, die_with_parent=die_with_parent)

    def _refuse_failure(self, seconds: float) -> None:
        """Give up, except while what a killed server left behind is still on its way out."""
        with self.log.open("rb") as log:
            log.seek(self.log_start)
            said = log.read().decode(errors="replace").strip()
        if seconds > LINGERING_SECONDS or not any(text in said for text in LINGERING):
            raise ClusterError(f"PostgreSQL did not start: {said or self.log}")
        time.sleep(0.3)

    def _forget_stranger(self) -> None:
        """Remove the server's file if its number now belongs to another process.

        With a dead process it stays: PostgreSQL finds the lingering workers by what stands in it.
        """
        file = self.data / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            if _command_line(int(file.read_text().splitlines()[0])):
                file.unlink()

    def _settings(self) -> dict[str, str]:
        settings = SETTINGS | {"unix_socket_directories": str(self.sockets)}
        if self.volatile:
            settings |= VOLATILE_SETTINGS
        shared = Path("/dev/shm")  # noqa: S108 - only its size is asked for
        if not shared.is_dir() or shutil.disk_usage(shared).total < SHARED_MEMORY_NEEDED:
            settings["dynamic_shared_memory_type"] = "mmap"  # containers often have 64 MB only
        return settings

    def _signal(self, number: signal.Signals) -> None:
        server = Postmaster.of(self.data)
        pid = self.process.pid if self.process else server.pid if server else None
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
