"""The last seal, kept outside the database: who cuts off the end of a trail does not reach it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from crm.core.models import Seal


@dataclass(frozen=True)
class Head:
    """Which seal was the last, and in which epoch."""

    epoch: int
    number: int
    mac: str

    @property
    def stands(self) -> bool:
        """Whether the database still holds that seal as it was."""
        found = Seal.objects.filter(number=self.number, epoch=self.epoch).first()
        return found is not None and bytes(found.mac).hex() == self.mac


def read_head() -> Head | None:
    """The last seal as the file beside the database knows it; none before the first."""
    try:
        return Head(**json.loads(_path().read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def write_head(seal: Seal) -> None:
    """Keep the last seal, at one stroke."""
    path, head = _path(), Head(seal.epoch, seal.number, bytes(seal.mac).hex())
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(asdict(head), file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _path() -> Path:
    return Path(settings.DATA_DIR) / "seals" / "head.json"
