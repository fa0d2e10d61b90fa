"""The key ring: which keys seal personal values, blind their indexes and prove the trails.

A key keeps its number for ever: it stands in front of everything it made. To rotate, add a key with
a higher number, reseal, and only then take the old one out.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver

KEY_BYTES = 32
HIGHEST_ID = 0xFFFF  # the number takes two bytes of an envelope
_SETTINGS = ("SEAL_KEYS", "SEAL_ACTIVE", "INDEX_KEYS", "INDEX_ACTIVE", "TRAIL_KEYS")


@dataclass(frozen=True)
class Keys:
    """Keys for one use; the active one makes new values, the others only read old ones."""

    by_id: Mapping[int, bytes] = field(repr=False)
    active: int

    def generations(self) -> list[int]:
        """The numbers of all keys, the active one first."""
        return [self.active, *sorted(set(self.by_id) - {self.active}, reverse=True)]


@dataclass(frozen=True)
class KeyRing:
    """The installation's keys: for sealing, for blind indexes and for the seals of the trails."""

    seal: Keys
    index: Keys
    trail: Keys


@lru_cache(maxsize=1)
def key_ring() -> KeyRing:
    """The installation's keys, read once from the settings."""
    return KeyRing(seal=_keys("SEAL"), index=_keys("INDEX"), trail=_keys("TRAIL"))


def parse_keys(text: str) -> dict[int, bytes]:
    """Keys by number from text such as "1:base64,2:base64"; errors never show a key."""
    keys: dict[int, bytes] = {}
    for position, entry in enumerate(text.split(","), start=1):
        number, key = _parse_entry(entry.strip(), position)
        if number in keys:
            raise ImproperlyConfigured(
                f"Key {number} stands twice in the key ring. Give each key a number of its own."
            )
        if key in keys.values():
            raise ImproperlyConfigured(
                f"Key {number} repeats another key of the ring. Make a new random key for it."
            )
        keys[number] = key
    return keys


def _parse_entry(entry: str, position: int) -> tuple[int, bytes]:
    number, colon, encoded = entry.partition(":")
    number = number.strip()
    if not colon or not (number.isascii() and number.isdecimal() and len(number) <= 5):
        raise ImproperlyConfigured(
            f'Entry {position} of the key ring is not a key. Write each as "number:base64", '
            "separated by commas."
        )
    if not 1 <= int(number) <= HIGHEST_ID:
        raise ImproperlyConfigured(f"Key {number} is out of range. Number keys 1 to {HIGHEST_ID}.")
    return int(number), _decode(encoded.strip(), int(number))


def _decode(encoded: str, number: int) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        # The cause is left out: it would carry the key into the log.
        raise ImproperlyConfigured(f"Key {number} is not base64. Encode it again.") from None
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(
            f"Key {number} has {len(key)} bytes. A key has {KEY_BYTES} random bytes."
        )
    return key


def _keys(use: str) -> Keys:
    by_id: dict[int, bytes] = getattr(settings, f"{use}_KEYS")
    if not by_id:
        raise ImproperlyConfigured(f"{use}_KEYS is empty. Give it at least one key.")
    active: int = getattr(settings, f"{use}_ACTIVE", max(by_id))
    if active not in by_id:
        raise ImproperlyConfigured(f"{use}_ACTIVE names key {active}, which is not in the ring.")
    return Keys(by_id=dict(by_id), active=active)


@receiver(setting_changed)
def _forget(*, setting: str, **_kwargs: object) -> None:
    """Read the keys again when tests change them."""
    if setting in _SETTINGS:
        key_ring.cache_clear()
