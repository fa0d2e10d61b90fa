"""What the kernel keeps about requests: forms that were sent, words that were searched for."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from crm.core.classes import INTERNAL, PERSONAL


class IdempotencyKey(models.Model):
    """A form that was sent: the same again gets the same answer, never a second effect."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.UUIDField()
    digest = models.CharField(max_length=64)
    target = models.TextField(default="")
    at = models.DateTimeField(auto_now_add=True)

    CLASSES = dict.fromkeys(["id", "user", "key", "digest", "target", "at"], INTERNAL)
    UNSHOWN = "guards against double submission, and is swept"

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
    UNSHOWN = "what somebody searched for; that they did stands in the access trail"

    class Meta:
        db_table = "core_stored_query"
        default_permissions = ()
        indexes = [models.Index(fields=["at"], name="core_stored_query_at")]

    def __str__(self) -> str:
        return str(self.token)
