"""Sealed fields: personal values at rest, readable only with the key ring and the customer's salt.

An envelope is suite (1 byte), key number (2), nonce (12), cipher text and tag. The cipher's key is
derived from the ring's key and the customer's own salt, so that destroying the salt erases every
copy, in backups and trails too. Table, column and row are bound in: an envelope that was moved does
not open. After renaming a table or a column, unseal with the old place and seal with the new one.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.core import checks
from django.core.exceptions import FieldError, ValidationError
from django.db import connection, models
from django.db.models.lookups import Exact, IsNull, Lookup
from django.utils.translation import gettext_lazy as _

from .keyring import KEY_BYTES, key_ring

HEAD_BYTES, NONCE_BYTES, TAG_BYTES = 3, 12, 16
SHORTEST = HEAD_BYTES + NONCE_BYTES + TAG_BYTES
SALT_BYTES = 16
BLIND_BYTES = 16  # of 32: enough for any number of customers, and half the index

Envelope = bytes | memoryview


class Cipher(Protocol):
    """Authenticated encryption, as every suite offers it."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Cipher text and tag."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """The plain bytes; InvalidTag if anything was changed."""


@dataclass(frozen=True)
class Suite:
    """What an envelope is made with: cipher, length of its key, and the hash that derives it."""

    cipher: Callable[[bytes], Cipher]
    key_bytes: int
    digest: hashes.HashAlgorithm


# A suite is never changed, only added: its number stands in every envelope it made.
SUITES = {1: Suite(AESGCM, 32, hashes.SHA256())}
ACTIVE_SUITE = 1


class SealError(Exception):
    """A sealed value cannot be opened; the message never tells what is in it."""


@dataclass(frozen=True)
class Place:
    """Where a sealed value lives: table, column and key of the row."""

    table: str
    column: str
    key: int

    def as_bytes(self) -> bytes:
        """The place in one way only: every part is preceded by its length."""
        return _named(self.table) + _named(self.column) + _with_length(str(self.key))


def _with_length(part: str) -> bytes:
    data = part.encode()
    return len(data).to_bytes(2, "big") + data


# tables and columns are few
_named = lru_cache(maxsize=256)(_with_length)


# --- sealing --------------------------------------------------------------------------------------


def seal(plain: str, place: Place, salt: bytes) -> bytes:
    """Seal a value for one place under the customer's salt and the active key."""
    number = key_ring().seal.active
    head = bytes([ACTIVE_SUITE]) + number.to_bytes(2, "big")
    nonce = os.urandom(NONCE_BYTES)
    try:
        data = plain.encode()
    except UnicodeEncodeError:
        # The cause is left out: it would carry the value into the log.
        raise SealError(_("This value has characters that cannot be stored.")) from None
    return head + nonce + _cipher_for(head, salt).encrypt(nonce, data, head + place.as_bytes())


def unseal(blob: Envelope, place: Place, salt: bytes) -> str:
    """Open a sealed value; SealError if place, salt, key or a single bit is not right."""
    blob = bytes(blob)
    if not is_envelope(blob):
        raise SealError(_("This is not a sealed value."))
    head, nonce = blob[:HEAD_BYTES], blob[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES]
    body = blob[HEAD_BYTES + NONCE_BYTES :]
    try:
        return _cipher_for(head, salt).decrypt(nonce, body, head + place.as_bytes()).decode()
    except InvalidTag:
        raise SealError(
            _("This value was changed, moved, or sealed for another customer. It stays closed.")
        ) from None


def reseal(blob: Envelope, place: Place, salt: bytes) -> bytes | None:
    """The value under the active key and suite; None if it already is."""
    head = bytes([ACTIVE_SUITE]) + key_ring().seal.active.to_bytes(2, "big")
    if bytes(blob[:HEAD_BYTES]) == head:
        return None
    return seal(unseal(blob, place, salt), place, salt)


def is_envelope(blob: bytes) -> bool:
    """Whether bytes look like something `seal` made."""
    return len(blob) >= SHORTEST and blob[0] in SUITES


def _cipher_for(head: bytes, salt: bytes) -> Cipher:
    salt = bytes(salt or b"")
    if len(salt) < SALT_BYTES or not any(salt):
        raise SealError(_("The customer's personal data has been erased."))
    number = int.from_bytes(head[1:], "big")
    key = key_ring().seal.by_id.get(number)
    if key is None:
        raise SealError(
            _("Key %(number)s is not in the key ring. Ask the system administrator to add it.")
            % {"number": number}
        )
    return _cipher(head[0], key, salt)


@lru_cache(maxsize=256)
def _cipher(number: int, key: bytes, salt: bytes) -> Cipher:
    suite = SUITES[number]
    return suite.cipher(_derived(suite, key, salt, f"sealed-field/{number}".encode()))


def _derived(suite: Suite, key: bytes, salt: bytes, info: bytes) -> bytes:
    """HKDF (RFC 5869) of at most one block: loads derive a key for each customer they bring."""
    if suite.key_bytes > suite.digest.digest_size:
        return HKDF(suite.digest, suite.key_bytes, salt, info).derive(key)
    extracted = hmac.digest(salt, key, suite.digest.name)
    return hmac.digest(extracted, info + b"\x01", suite.digest.name)[: suite.key_bytes]


# --- blind indexes --------------------------------------------------------------------------------


def blind(value: str, label: str) -> bytes:
    """What stands in an index for a value, under the active key; the caller has normalised it."""
    return _blind(value, label, key_ring().index.active)


def blind_all(values: Iterable[str], label: str) -> list[bytes]:
    """What `blind` makes of each of many values."""
    number = key_ring().index.active
    head, key = number.to_bytes(2, "big"), _index_key(key_ring().index.by_id[number], label)
    return [head + _digest(key, value) for value in values]


def blinds(value: str, label: str) -> list[bytes]:
    """What may stand in an index for a value: one for each key, the active one first."""
    return [_blind(value, label, number) for number in key_ring().index.generations()]


def _blind(value: str, label: str, number: int) -> bytes:
    key = _index_key(key_ring().index.by_id[number], label)
    return number.to_bytes(2, "big") + _digest(key, value)


def _digest(key: bytes, value: str) -> bytes:
    return hmac.digest(key, value.encode(errors="surrogatepass"), "sha256")[:BLIND_BYTES]


# a passport has a label for each country: a search asks for all of them at once
@lru_cache(maxsize=4096)
def _index_key(key: bytes, label: str) -> bytes:
    return HKDF(hashes.SHA256(), KEY_BYTES, None, f"blind-index/{label}".encode()).derive(key)


# --- the field ------------------------------------------------------------------------------------


class _NullOnly(Exact):
    """`field=None` becomes "is null"; any other comparison is refused."""

    def get_prep_lookup(self) -> Any:
        if self.rhs is not None:
            raise FieldError(
                "A sealed value cannot be compared. Search its blind index: "
                "filter(<index>__in=blinds(value, label))."
            )
        return None


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """A personal value at rest: the model holds the envelope, never the plain text.

    Reserve the row's key before sealing: `pk=reserve_keys(Model, 1)[0]`, then `seal_into`.
    """

    description = _("Sealed value")

    def place_of(self, instance: models.Model) -> Place:
        """Where this field's value of this row lives; the row must have its key."""
        if not isinstance(instance.pk, int):
            raise ValueError(
                f"{type(instance).__name__} has no key yet. Reserve one with reserve_keys first."
            )
        return Place(self.model._meta.db_table, str(self.column), instance.pk)

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """A sealed value is different each time: it cannot be unique, indexed or edited."""
        useless = [
            name for name in ("unique", "db_index", "editable", "choices") if getattr(self, name)
        ]
        found = [
            checks.Error(f"SealedField cannot have {name}.", obj=self, id="core.E010")
            for name in useless
        ]
        return [*super().check(**kwargs), *found]

    def get_lookup(self, lookup_name: str) -> type[Lookup[Any]] | None:
        """Only "is null" can be asked of a sealed value."""
        if lookup_name == "isnull":
            return IsNull
        if lookup_name == "exact":
            return _NullOnly
        raise FieldError(
            f"A sealed value cannot be searched with '{lookup_name}'. Search its blind index: "
            "filter(<index>__in=blinds(value, label))."
        )

    def to_python(self, value: Any) -> Any:
        """An envelope from a serialised file; anything else is passed on to be refused."""
        if not isinstance(value, str):
            return value
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            return b""

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """Refuse whatever is no envelope."""
        value = self.to_python(value)
        if value is not None and not _is_envelope_like(value):
            raise ValidationError(_("Seal this value before it is stored."), code="unsealed")
        return super().clean(value, model_instance)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Let nothing into the table that was not sealed."""
        if value is not None and not _is_envelope_like(value):
            raise TypeError(f"{self} takes sealed values only. Use seal_into first.")
        return super().get_db_prep_value(value, connection, prepared)

    def formfield(self, *args: Any, **kwargs: Any) -> None:
        """No form shows it."""
        return


def _is_envelope_like(value: object) -> bool:
    return isinstance(value, bytes | bytearray | memoryview) and is_envelope(bytes(value))


# --- rows -----------------------------------------------------------------------------------------


def reserve_keys(model: type[models.Model], count: int) -> list[int]:
    """Draw keys for rows that will be inserted, in one query; a key drawn is never drawn again."""
    pk = model._meta.pk
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            # the fence has the sequence looked up once, not for each key
            "select nextval(s) from"
            " (select pg_get_serial_sequence(%s, %s)::regclass as s offset 0) t,"
            " generate_series(1, %s)",
            [table, pk.column, count],
        )
        return [key for (key,) in cursor.fetchall()]


def seal_into(instance: models.Model, field_name: str, plain: str, salt: bytes) -> None:
    """Put a value, sealed, into a field of a row that has its key."""
    place = _sealed_field(instance, field_name).place_of(instance)
    setattr(instance, field_name, seal(plain, place, salt))


def open_field(instance: models.Model, field_name: str, salt: bytes) -> str:
    """The plain value of a sealed field; empty where none is stored."""
    blob = getattr(instance, field_name)
    if blob is None:
        return ""
    return unseal(blob, _sealed_field(instance, field_name).place_of(instance), salt)


def _sealed_field(instance: models.Model, field_name: str) -> SealedField:
    field = instance._meta.get_field(field_name)
    if not isinstance(field, SealedField):
        raise TypeError(f"{field} is not a sealed field.")
    return field
