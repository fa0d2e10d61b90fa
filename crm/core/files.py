"""Files that people hand in: sealed while they stream in, under a random name that a row knows.

A file is suite (1 byte), key number (2) and salt (16), then blocks. Each block is sealed with its
place and whether it is the last, so a file that was cut short, turned round or patched does not
open. Reading may go back and forth, as archives need it.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from .keyring import KEY_BYTES, key_ring

SUITE = b"\x01"
SALT_BYTES, TAG_BYTES = 16, 16
HEAD_BYTES = len(SUITE) + 2 + SALT_BYTES
BLOCK = 64 * 1024
DAY = 24 * 3600


class BrokenFile(Exception):
    """What is stored is not what was handed in, or its key is gone."""


def folder(area: str) -> Path:
    """Where the files of an area lie, for nobody else on the machine."""
    place = Path(settings.MEDIA_ROOT) / area
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


@dataclass(frozen=True)
class _Key:
    """What seals one file: a key derived from the ring's and the file's own salt."""

    head: bytes

    @classmethod
    def fresh(cls) -> _Key:
        """The active key with a new salt."""
        number = key_ring().seal.active
        return cls(SUITE + number.to_bytes(2, "big") + os.urandom(SALT_BYTES))

    @cached_property
    def cipher(self) -> AESGCM:
        """The cipher of this file."""
        key = key_ring().seal.by_id.get(int.from_bytes(self.head[1:3], "big"))
        if self.head[:1] != SUITE or key is None:
            raise BrokenFile("The key of this file is not in the key ring.")
        return AESGCM(HKDF(hashes.SHA256(), KEY_BYTES, self.head[3:], b"sealed-file/1").derive(key))

    @staticmethod
    def nonce(place: int, *, last: bool) -> bytes:
        """Never twice under one key: the place of the block, and whether another follows."""
        return place.to_bytes(11, "big") + bytes([last])

    def seal(self, plain: bytes, place: int, *, last: bool) -> bytes:
        """One block as it is stored."""
        return self.cipher.encrypt(self.nonce(place, last=last), plain, self.head)

    def open(self, sealed: bytes, place: int, *, last: bool) -> bytes:
        """One block as it was handed in."""
        try:
            return self.cipher.decrypt(self.nonce(place, last=last), sealed, self.head)
        except InvalidTag:
            raise BrokenFile("This file was changed or cut short.") from None


@dataclass
class Draft:
    """A file on its way in; it is there for good once it is finished and its row is committed."""

    area: str
    name: str = field(default_factory=lambda: secrets.token_hex(16))
    size: int = 0

    def __post_init__(self) -> None:
        self._path = folder(self.area) / self.name
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        self._file = os.fdopen(os.open(self._path, flags, 0o600), "wb")
        self._key, self._digest = _Key.fresh(), hashlib.sha256()
        self._waiting, self._place = bytearray(), 0
        self._file.write(self._key.head)

    @property
    def digest(self) -> str:
        """What tells this content from any other."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> None:
        """Take in a piece."""
        self.size += len(data)
        self._digest.update(data)
        self._waiting += data
        # the last block is known only at the end, so one is always held back
        while len(self._waiting) > BLOCK:
            self._put(bytes(self._waiting[:BLOCK]), last=False)
            del self._waiting[:BLOCK]

    def _put(self, plain: bytes, *, last: bool) -> None:
        self._file.write(self._key.seal(plain, self._place, last=last))
        self._place += 1

    def finish(self) -> None:
        """Write the end, and wait until the disk has all of it."""
        self._put(bytes(self._waiting), last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        entry = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(entry)
        finally:
            os.close(entry)

    def drop(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self._path.unlink(missing_ok=True)


class Received(UploadedFile):  # type: ignore[type-arg]
    """A file that a form brought; it goes with the request unless it is kept."""

    def __init__(self, draft: Draft, name: str) -> None:
        super().__init__(None, name, size=draft.size)
        self.draft, self.kept = draft, False

    @property
    def digest(self) -> str:
        """What tells this content from any other."""
        return self.draft.digest

    def keep(self) -> str:
        """Let the file stay; returns the name under which it is opened."""
        self.kept = True
        return self.draft.name

    def close(self) -> None:
        """The request is over."""
        if not self.kept:
            self.draft.drop()


class _Blocks(io.RawIOBase):
    """A stored file as it was handed in, read from anywhere."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._key = _Key(self._file.read(HEAD_BYTES))
        stored = path.stat().st_size - HEAD_BYTES
        self._count = max(-(-stored // (BLOCK + TAG_BYTES)), 1)
        self._size = stored - self._count * TAG_BYTES
        self._at, self._held, self._block = 0, -1, b""

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be read from anywhere."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go somewhere else."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(start + offset, 0)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Read what is left of the present block."""
        if self._at >= self._size:
            return 0
        place, offset = divmod(self._at, BLOCK)
        piece = self._opened(place)[offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _opened(self, place: int) -> bytes:
        if place != self._held:
            self._file.seek(HEAD_BYTES + place * (BLOCK + TAG_BYTES))
            sealed = self._file.read(BLOCK + TAG_BYTES)
            self._block = self._key.open(sealed, place, last=place == self._count - 1)
            self._held = place
        return self._block

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        super().close()


def open_file(area: str, name: str) -> BinaryIO:
    """A stored file as it was handed in; FileNotFoundError if it has been removed."""
    return io.BufferedReader(_Blocks(folder(area) / name), BLOCK)


def remove(area: str, name: str) -> None:
    """Delete a stored file, whether it is there or not."""
    if name:
        (folder(area) / name).unlink(missing_ok=True)


def sweep(area: str, known: Iterable[str], *, older: int = DAY) -> int:
    """Delete files that no row knows, unless they are so young that their row may still come."""
    names, removed = set(known), 0
    for path in folder(area).iterdir():
        if path.name not in names and path.stat().st_mtime < time.time() - older:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
