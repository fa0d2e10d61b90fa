"""The trails: written by the database or once only, never altered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL, PERSONAL
from crm.core.closed import without_closed
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import System

if TYPE_CHECKING:
    from crm.core.scope import Asker


class AuditEventQuerySet(ScopedQuerySet["AuditEvent"]):
    """The changes in the trail."""

    def visible_to(self, user: Asker) -> Self:
        """Those of rows that are not confidential to the reader."""
        return without_closed(self, user)


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
    objects = AuditEventQuerySet.as_manager()

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
