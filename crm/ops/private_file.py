"""Files that only their owner may read; standard library only."""

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def read_or_create(path: Path, create: Callable[[], dict[str, str]]) -> dict[str, str]:
    """The values kept in the file, made once by whoever comes first."""
    if not path.exists():
        _create(path, create())
    values: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return values


def _create(path: Path, values: dict[str, str]) -> None:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(values, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # unlike a rename it never replaces what another process has just made
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
