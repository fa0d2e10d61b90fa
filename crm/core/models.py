"""Bases of every record, and the kernel's own tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .classes import INTERNAL, PERSONAL, DataClass
from .querysets import ScopedQuerySet
from .scope import Scope, System

Text = str | Promise


@dataclass(frozen=True)
class Move:
    """One step that may be taken with a record, and the sentences that speak of it.

    `leaves` and `enters` are states of a Workflow; a step of another record has none. The sentences
    may hold %(name)s (the record) and %(status)s (its present state).
    """

    label: Text
    question: Text
    done: Text
    refused: Text
    leaves: frozenset[str] = frozenset()
    enters: str = ""
    grave: bool = False


class Record(models.Model):
    """A business record: dated, versioned against lost updates, audited by the database."""

    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    SCOPE: ClassVar[Scope]
    MOVES: ClassVar[Mapping[str, Move]] = {}
    CLASSES: ClassVar[Mapping[str, DataClass]] = {
        "id": INTERNAL,
        "created_at": INTERNAL,
        "updated_at": INTERNAL,
        "version": INTERNAL,
    }
    # the column that names the customer a row belongs to, for the trail
    AUDIT_SUBJECT: ClassVar[str] = ""

    class Meta:
        abstract = True

    def full_clean(
        self,
        exclude: Iterable[str] | None = None,
        validate_unique: bool = True,  # noqa: FBT001, FBT002  (the framework's signature)
        validate_constraints: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        """Check the fields; constraints are the database's to judge, once, when it counts."""
        super().full_clean(exclude, validate_unique, validate_constraints)

    def can(self, verb: str) -> bool:
        """Whether the record's present state allows the step."""
        return verb in self.MOVES

    def sentence(self, text: Text) -> str:
        """A sentence of a move, filled in for this record."""
        status = getattr(self, "get_status_display", None)
        return str(text) % {"name": self, "status": status() if status else ""}


class Workflow(Record):
    """A record whose `status` changes only along MOVES."""

    status = models.CharField(_("status"), max_length=16, editable=False)

    CLASSES: ClassVar[Mapping[str, DataClass]] = {"status": INTERNAL}

    class Meta:
        abstract = True

    def can(self, verb: str) -> bool:
        """Whether the present state allows the move."""
        return self.status in self.MOVES[verb].leaves


class AuditEvent(models.Model):
    """One change of one row, written by the database and never altered."""

    class Operation(models.TextChoices):
        INSERT = "I", _("Added")
        UPDATE = "U", _("Changed")
        DELETE = "D", _("Removed")

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(_("when"))
    table_name = models.TextField(_("table"))
    operation = models.CharField(_("operation"), max_length=1, choices=Operation)
    row_key = models.TextField(_("key"))
    subject_id = models.BigIntegerField(_("customer"), null=True)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        verbose_name=_("by"),
    )
    reason = models.TextField(_("reason"))
    request_id = models.TextField(_("request"))
    address = models.TextField(pgettext_lazy("network", "address"))
    session = models.TextField(_("session"))
    database_user = models.TextField(_("database user"))
    transaction_id = models.TextField(_("transaction"))

    SCOPE = System()
    CLASSES = dict.fromkeys(
        [
            "id",
            "at",
            "table_name",
            "operation",
            "row_key",
            "subject_id",
            "actor",
            "reason",
            "request_id",
            "session",
            "database_user",
            "transaction_id",
        ],
        INTERNAL,
    ) | {"before": PERSONAL, "after": PERSONAL, "address": PERSONAL}
    objects = ScopedQuerySet["AuditEvent"].as_manager()

    class Meta:
        managed = False  # partitioned by month; made by a migration in SQL
        db_table = "core_audit_event"
        default_permissions = ("view",)
        verbose_name = _("audit event")
        verbose_name_plural = _("audit trail")

    def __str__(self) -> str:
        return f"{self.operation} {self.table_name} {self.row_key}"


class AccessEvent(models.Model):
    """One look, search, reveal, refusal or sign-in; written once and never altered."""

    class Kind(models.TextChoices):
        VIEW = "view", _("View")
        REVEAL = "reveal", _("Reveal")
        SEARCH = "search", _("Search")
        EXPORT = "export", _("Export")
        DENIAL = "denial", _("Denial")
        SIGN_IN = "sign_in", _("Sign-in")
        SIGN_IN_FAILED = "sign_in_failed", _("Failed sign-in")
        SIGN_OUT = "sign_out", _("Sign-out")
        FACTOR = "factor", _("Change of second factor")

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("when"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("by"),
    )
    model = models.TextField(_("record kind"), default="")
    row_key = models.BigIntegerField(_("key"), null=True)
    subject_id = models.BigIntegerField(_("customer"), null=True)
    field = models.TextField(_("field"), default="")
    purpose = models.TextField(_("purpose"), default="")
    request_id = models.TextField(_("request"), default="")
    address = models.TextField(pgettext_lazy("network", "address"), default="")
    session = models.TextField(_("session"), default="")

    SCOPE = System()
    CLASSES = dict.fromkeys(
        [
            "id",
            "at",
            "kind",
            "actor",
            "model",
            "row_key",
            "subject_id",
            "field",
            "purpose",
            "request_id",
            "session",
        ],
        INTERNAL,
    ) | {"address": PERSONAL}
    objects = ScopedQuerySet["AccessEvent"].as_manager()

    class Meta:
        managed = False  # partitioned by month; made by a migration in SQL
        db_table = "core_access_event"
        default_permissions = ("view",)
        verbose_name = _("access event")
        verbose_name_plural = _("access trail")

    def __str__(self) -> str:
        return f"{self.kind} {self.model} {self.row_key}"


class IdempotencyKey(models.Model):
    """A form that was sent: the same again gets the same answer, never a second effect."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.UUIDField()
    digest = models.CharField(max_length=64)
    target = models.TextField(default="")
    at = models.DateTimeField(auto_now_add=True)

    CLASSES = dict.fromkeys(["id", "user", "key", "digest", "target", "at"], INTERNAL)

    class Meta:
        db_table = "core_idempotency_key"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="core_idempotency_once")
        ]
        indexes = [models.Index(fields=["at"], name="core_idempotency_at")]

    def __str__(self) -> str:
        return str(self.key)


class StoredQuery(models.Model):
    """What was searched for, kept under a token: free text never stands in an address.

    It holds words only; whoever opens it sees the rows within their own reach.
    """

    id = models.BigAutoField(primary_key=True)
    token = models.UUIDField(unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    resource = models.CharField(max_length=80)
    text = models.CharField(max_length=200)
    at = models.DateTimeField()

    CLASSES = dict.fromkeys(["id", "token", "user", "resource", "at"], INTERNAL) | {
        "text": PERSONAL
    }

    class Meta:
        db_table = "core_stored_query"
        default_permissions = ()
        indexes = [models.Index(fields=["at"], name="core_stored_query_at")]

    def __str__(self) -> str:
        return str(self.token)
