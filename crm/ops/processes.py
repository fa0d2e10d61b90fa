"""The processes of the demo: started together, watched, ended together; standard library only."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import FrameType

from crm.ops.cluster import Cluster
from crm.ops.postgres import end_with_parent

STOP_SECONDS = 12
FAILURES_ALLOWED, FAILURES_WITHIN = 5, 60
LOOK_EVERY = 0.2


class ProcessError(Exception):
    """A process cannot be kept running; the text says which and why."""


class Stopped(BaseException):
    """Somebody asked us to stop; like KeyboardInterrupt it passes every handler of errors."""


def stop_on_signals() -> None:
    """Turn Ctrl-C and a request to end into Stopped."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _raise_stopped)


def _raise_stopped(_number: int, _frame: FrameType | None) -> None:
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)  # a second Ctrl-C must not interrupt the stopping
    raise Stopped


class Child:
    """One process of ours, in a session of its own together with its own children."""

    def __init__(
        self,
        name: str,
        arguments: list[str],
        environment: Mapping[str, str],
        *,
        when_orphaned: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.arguments = arguments
        self.environment = environment
        self.when_orphaned = when_orphaned
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process; it ends with this one, as the cluster does then."""
        self.process = subprocess.Popen(  # noqa: S603 - our own programs
            self.arguments,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent(self.when_orphaned),  # noqa: PLW1509 - no threads here
        )

    def ended(self) -> int | None:
        """The exit code once the process has ended."""
        return self.process.poll() if self.process else None

    def ask_to_end(self) -> None:
        """Ask the process to finish what it is doing and to end."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def make_end(self, seconds: float) -> None:
        """Wait for the end, then end whatever is left of the session."""
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(max(seconds, 0))
            kill_session(self.process.pid)
            self.process.wait()


def kill_session(pid: int) -> None:
    """End a process and everything it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


class Record:
    """The children on disk, so that the next start can end those that outlived a killed demo."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def write(self, pids: Iterable[int]) -> None:
        """Note which processes are ours now."""
        self.file.write_text(json.dumps({str(pid): _birth(pid) for pid in pids}))

    def end_leftovers(self) -> None:
        """End noted processes that still live, but nobody who got one of their numbers since."""
        with contextlib.suppress(OSError, ValueError):
            for pid, birth in json.loads(self.file.read_text()).items():
                if birth and birth == _birth(int(pid)):
                    kill_session(int(pid))
        self.file.unlink(missing_ok=True)


def _birth(pid: int) -> str:
    """When the process began: together with its number this names it for ever."""
    if sys.platform != "linux":
        answer = subprocess.run(  # noqa: S603 - a number of ours
            ["/bin/ps", "-p", str(pid), "-o", "lstart="],
            capture_output=True,
            text=True,
            check=False,
        )
        return answer.stdout.strip()
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip() + fields[19]
    except OSError:
        return ""


class Patience:
    """How often something may fail before we give up, and how long we wait in between."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.failures: deque[float] = deque(maxlen=FAILURES_ALLOWED)

    def wait(self, reason: str) -> None:
        """Wait a little longer after each failure, or give up."""
        now = time.monotonic()
        if len(self.failures) == FAILURES_ALLOWED and now - self.failures[0] < FAILURES_WITHIN:
            raise ProcessError(
                f"{self.name} ended {FAILURES_ALLOWED + 1} times within a minute ({reason}). "
                "What it wrote stands above."
            )
        recent = sum(1 for moment in self.failures if now - moment < FAILURES_WITHIN)
        self.failures.append(now)
        time.sleep(0.1 * 2**recent)


class Supervisor:
    """Keeps the cluster and the children running, and ends them together."""

    def __init__(
        self, cluster: Cluster | None, record: Record, say: Callable[[str], object]
    ) -> None:
        self.cluster = cluster
        self.record = record
        self.say = say
        self.children: list[Child] = []
        self.patience: dict[str, Patience] = {}

    def start_cluster(self) -> None:
        """Start PostgreSQL, which every other process needs."""
        if self.cluster:
            self.cluster.start(die_with_parent=True)

    def start(self, *children: Child) -> None:
        """Start the processes and watch them from now on."""
        for child in children:
            child.start()
            self.children.append(child)
            self._note()

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Restart what ends, until the condition holds or somebody stops us."""
        while not until():
            self._look_at_cluster()
            for child in self.children:
                self._look_at(child)
            time.sleep(LOOK_EVERY)

    def stop(self) -> None:
        """End everything: first those that use the cluster, then the cluster."""
        for child in self.children:
            child.ask_to_end()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            child.make_end(deadline - time.monotonic())
        if self.cluster:
            self.cluster.stop()
        self.record.write([])

    def _look_at_cluster(self) -> None:
        if self.cluster and not self.cluster.running():
            self._be_patient("PostgreSQL", "it was killed or crashed")
            self.cluster.start(die_with_parent=True)

    def _look_at(self, child: Child) -> None:
        code = child.ended()
        if code is None:
            return
        child.make_end(0)  # its own children may still hold the port
        self._be_patient(child.name, f"exit code {code}")
        child.start()
        self._note()

    def _be_patient(self, name: str, reason: str) -> None:
        self.say(f"{name} ended ({reason}) and is started again.")
        self.patience.setdefault(name, Patience(name)).wait(reason)

    def _note(self) -> None:
        self.record.write(child.process.pid for child in self.children if child.process)
