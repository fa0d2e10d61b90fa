"""First use: a virtual environment with the pinned packages; standard library only."""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GUARD = "CRM_BOOTSTRAPPED"


class BootstrapError(Exception):
    """The set-up could not be finished; the text says what to do."""


@dataclass(frozen=True)
class Packages:
    """One requirements file and how it is installed."""

    file: str
    dependencies: bool = True

    @property
    def stamp(self) -> str:
        """The mark left in the environment once these packages are there."""
        return f"{Path(self.file).stem}.stamp"


PRODUCT = Packages("requirements.txt")
DATABASE = Packages("requirements-embedded.txt", dependencies=False)
TESTS = Packages("requirements-test.txt")


def ensure(argv: list[str]) -> None:
    """Make sure that this process runs in the project's environment with what its command needs."""
    if os.environ.get("CRM_BOOTSTRAP") == "0":
        return
    guarded = os.environ.pop(GUARD, None)  # the children of this process are to start afresh
    if Path(sys.prefix).resolve() == (ROOT / ".venv").resolve():
        return
    if guarded:
        sys.exit("The environment .venv does not start as it should. Delete .venv and try again.")
    _refuse_windows()
    environment = Environment(ROOT)
    try:
        environment.prepare(argv[1] if len(argv) > 1 else "")
    except (BootstrapError, OSError) as error:
        sys.exit(f"Meridian could not be set up. {error}")
    _continue_inside(environment.python, argv)


def _refuse_windows() -> None:
    if sys.platform == "win32" and "DATABASE_URL" not in os.environ:
        sys.exit(
            "Meridian runs on Linux and macOS. On Windows use WSL (wsl --install), "
            "or set DATABASE_URL to a PostgreSQL server."
        )


def _continue_inside(python: Path, argv: list[str]) -> None:
    for name in (
        "PYTHONPATH",
        "PYTHONHOME",
    ):  # they would mix foreign packages into the environment
        os.environ.pop(name, None)
    os.environ[GUARD] = "1"
    arguments = [str(python), str(ROOT / "manage.py"), *argv[1:]]
    if sys.platform == "win32":  # exec there returns to the shell before the command has ended
        sys.exit(subprocess.call(arguments))  # noqa: S603 - our own program
    os.execv(python, arguments)  # noqa: S606 - our own program


class Environment:
    """The project's virtual environment."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        scripts = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
        self.python = self.folder / scripts
        self.uv = shutil.which("uv")

    def prepare(self, command: str) -> None:
        """Install what the command lacks; costs only a few reads when nothing is missing."""
        if not self._missing(command):
            return
        with self._locked():  # two first starts at once: the second finds the work done
            missing = self._missing(command)
            if PRODUCT in missing and not self._usable():
                self._create()
                missing = self._missing(command)
            for packages in missing:
                self._install(packages)

    def _missing(self, command: str) -> list[Packages]:
        wanted = [PRODUCT]
        if command in {"demo", "generate"} and "DATABASE_URL" not in os.environ:
            wanted.append(DATABASE)
        if command == "test":  # the tests bring their own cluster, whatever DATABASE_URL says
            wanted += [DATABASE, TESTS]
        return [packages for packages in wanted if not self._installed(packages)]

    def _installed(self, packages: Packages) -> bool:
        stamp = self.folder / packages.stamp
        return stamp.is_file() and stamp.read_text() == self._fingerprint(packages)

    def _fingerprint(self, packages: Packages) -> str:
        pins = (self.root / packages.file).read_bytes()
        version = "{}.{}".format(*sys.version_info)
        return hashlib.sha256(pins + version.encode()).hexdigest()

    def _usable(self) -> bool:
        """Whether an earlier set-up was finished, by this version of Python."""
        if not (self.folder / PRODUCT.stamp).is_file():
            return False
        code = "import sys; print('{}.{}'.format(*sys.version_info))"
        try:
            answer = _run(self.python, "-I", "-c", code)
        except OSError:
            return False
        return answer.stdout.strip() == "{}.{}".format(*sys.version_info)

    def _create(self) -> None:
        _say("Setting up Meridian in .venv; this is done once.")
        attempts: list[list[str | Path]] = [
            [sys.executable, "-m", "venv", "--clear", self.folder],
            # Debian without python3-venv cannot put pip inside; pip then works from outside.
            [sys.executable, "-m", "venv", "--clear", "--without-pip", self.folder],
        ]
        if self.uv:
            with_uv: list[str | Path] = [
                self.uv,
                "venv",
                "-q",
                "--clear",
                "--python",
                sys.executable,
                self.folder,
            ]
            attempts.insert(0, with_uv)
        for attempt in attempts:
            answer = _run(*attempt)
            if answer.returncode == 0:
                return
        raise BootstrapError(f"The environment .venv cannot be made: {answer.stderr.strip()}")

    def _install(self, packages: Packages) -> None:
        stamp = self.folder / packages.stamp
        wanted = self._fingerprint(packages)
        stamp.unlink(missing_ok=True)  # an interruption must leave no stamp behind
        _say(f"Installing {packages.file} …")
        if not self._install_with_uv(packages) and not self._install_with_pip(packages):
            self._explain_failure(packages)
        stamp.write_text(wanted)

    def _install_with_uv(self, packages: Packages) -> bool:
        if not self.uv:
            return False
        answer = _run(
            self.uv, "pip", "install", "-q", "--python", self.python, *self._what(packages)
        )
        return answer.returncode == 0

    def _install_with_pip(self, packages: Packages) -> bool:
        pip: list[str | Path] = [self.python, "-m", "pip"]
        if _run(*pip, "--version").returncode:
            pip = [sys.executable, "-m", "pip", "--python", self.python]
        options = ("install", "-q", "--disable-pip-version-check", "--no-input")
        answer = _run(*pip, *options, *self._what(packages))
        if answer.returncode:
            _say(answer.stderr.strip())
        return answer.returncode == 0

    def _what(self, packages: Packages) -> list[str | Path]:
        options: list[str | Path] = ["--require-hashes", "-r", self.root / packages.file]
        return options if packages.dependencies else ["--no-deps", *options]

    @staticmethod
    def _explain_failure(packages: Packages) -> None:
        if packages != DATABASE:
            raise BootstrapError(
                f"The packages in {packages.file} could not be installed; the messages above "
                "say why. The computer must reach a package index or the bank's mirror of one "
                "(pip.conf), and Python needs pip, venv or uv (Debian: apt-get install "
                "python3-venv)."
            )
        _say(
            "There is no PostgreSQL package for this computer: Meridian uses a PostgreSQL on PATH, "
            "or the server that DATABASE_URL names."
        )

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        if sys.platform == "win32":
            yield
            return
        import fcntl  # noqa: PLC0415 - Windows has none

        # Opened for reading: the folder is always there and may not be ours to litter.
        descriptor = os.open(self.root / PRODUCT.file, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    dropped = {"PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "VIRTUAL_ENV"}
    environment = {key: value for key, value in os.environ.items() if key not in dropped}
    return subprocess.run(  # noqa: S603 - the arguments are ours and no shell reads them
        [str(argument) for argument in arguments],
        env=environment | {"PIP_USER": "0"},
        capture_output=True,
        text=True,
        check=False,
    )


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
