"""The demo's installation: its data folder, its keys and its environment; standard library only."""

import base64
import contextlib
import fcntl
import os
import secrets
import socket
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from crm.ops.cluster import APPLICATION, OWNER, Cluster
from crm.ops.postgres import ROOTS_PLACE, ClusterError, reachable, unprivileged_account
from crm.ops.private_file import read_or_create

ROOT = Path(__file__).resolve().parent.parent.parent
DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", "8000"
EVERY_ADDRESS = {"0.0.0.0", "::", "[::]"}  # noqa: S104 - recognised, not bound
# An address for documentation: asking for the way there shows our own address and sends nothing.
ELSEWHERE = ("192.0.2.1", 9)


def environment(command: str) -> dict[str, str]:
    """What the demo adds to the environment; a bank's own installation names all of it itself.

    Other commands get the same once the demo has been set up here, unless DATABASE_URL is given.
    """
    named = "DATABASE_URL" in os.environ
    begins = command == "demo" or (command == "generate" and not named)
    if not begins and (named or not _keys_file().exists()):
        return {}
    try:
        values = _demo_values()
    except (ClusterError, OSError) as error:
        sys.exit(f"Meridian could not be set up. {error}")
    return {name: value for name, value in values.items() if name not in os.environ}


def data_folder() -> Path:
    """Where everything lies that is not part of the program."""
    return Path(os.environ.get("CRM_DATA") or ROOT / ".data").resolve()


def cluster() -> Cluster:
    """The demo's own cluster, whether it is used or not."""
    return Cluster(_database_folder(), _secrets_folder() / "roles.json")


def own_cluster() -> Cluster | None:
    """The demo's own cluster, if DATABASE_URL means that one."""
    own = cluster()
    if not own.roles_file.exists() or own.url(APPLICATION) != os.environ.get("DATABASE_URL"):
        return None
    return own


def owner_url(own: Cluster | None) -> str:
    """As whom the migrations connect."""
    if own:
        return own.url(OWNER)
    return os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Refuse a second demo on the same data."""
    file = os.open(data_folder() / "demo.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            number = os.read(file, 20).decode() or "?"
            raise ClusterError(
                f"Meridian already runs on {data_folder()} as process {number}. Stop it first, or "
                "name another folder in CRM_DATA."
            ) from None
        os.ftruncate(file, 0)
        os.write(file, str(os.getpid()).encode())
        yield
    finally:
        os.close(file)


def _demo_values() -> dict[str, str]:
    data = data_folder()
    data.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    _secrets_folder().mkdir(mode=0o700, exist_ok=True)
    host = os.environ.get("HOST", DEFAULT_HOST)
    values = {
        "CRM_DATA": str(data),
        "CRM_DEMO": "1",
        "CRM_HTTPS": "0",
        "CRM_SECOND_FACTOR": "0",
        "HOST": host,
        "PORT": DEFAULT_PORT,
        "ALLOWED_HOSTS": " ".join(_names_of(host)),
    }
    if "DATABASE_URL" not in os.environ:
        values["DATABASE_URL"] = cluster().url(APPLICATION)
    return values | read_or_create(_keys_file(), _new_keys)


def _new_keys() -> dict[str, str]:
    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "CRM_SEAL_KEYS": f"1:{key()}",
        "CRM_INDEX_KEYS": f"1:{key()}",
    }


def _names_of(host: str) -> list[str]:
    """The names in the address bar under which the demo answers."""
    if host not in EVERY_ADDRESS:
        return sorted({f"[{host}]" if ":" in host else host, "localhost", "127.0.0.1"})
    names = {"localhost", "127.0.0.1", "[::1]", socket.gethostname(), socket.getfqdn()}
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.connect(ELSEWHERE)
        names.add(line.getsockname()[0])
    return sorted(names)


def _secrets_folder() -> Path:
    return data_folder() / "secrets"


def _keys_file() -> Path:
    return _secrets_folder() / "keys.json"


def _database_folder() -> Path:
    """In the data folder, or where PostgreSQL's account can reach it when we are root."""
    data = data_folder()
    existing = next(folder for folder in (data, *data.parents) if folder.exists())
    if reachable(existing, unprivileged_account()):
        return data / "pg"
    return ROOTS_PLACE / sha256(str(data).encode()).hexdigest()[:12] / "pg"
