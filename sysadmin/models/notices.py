"""What the system tells each of the staff by themselves."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL
from crm.core.clock import now

from .users import User


class Delivery(models.TextChoices):
    """When somebody wants to be told of something."""

    AT_ONCE = "at_once", pgettext_lazy("notification", "At once")
    DIGEST = "digest", pgettext_lazy("notification", "Collected, each morning")
    OFF = "off", pgettext_lazy("notification", "Off")


class Importance(models.TextChoices):
    """How much something matters to those who are told."""

    INFO = "info", pgettext_lazy("importance", "For information")
    WARN = "warn", pgettext_lazy("importance", "Important")
    BAD = "bad", pgettext_lazy("importance", "Urgent")


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Notifications; each is its recipient's own and nobody else's."""

    def shown_to(self, user: User) -> Self:
        """What a user has been told by now."""
        return self.filter(recipient=user.pk, shown_from__lte=now())

    def unread(self) -> Self:
        """What has not been opened."""
        return self.filter(read_at=None)


class Notification(models.Model):
    """What somebody is told of a record; the words are made when it is read.

    `code` says what happened where a kind of notification has several turns. `in_digest` is what
    waits behind the line of a morning's digest.
    """

    id = models.BigAutoField(primary_key=True)
    recipient = models.ForeignKey(User, models.PROTECT, related_name="notifications")
    kind = models.CharField(max_length=40)
    code = models.CharField(max_length=20, blank=True)
    subject_model = models.CharField(max_length=80)
    subject_key = models.BigIntegerField()
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    day = models.DateField(null=True)
    at = models.DateTimeField()
    shown_from = models.DateTimeField()
    in_digest = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True)

    CLASSES = dict.fromkeys(
        [
            "id",
            "recipient",
            "kind",
            "code",
            "subject_model",
            "subject_key",
            "author",
            "day",
            "at",
            "shown_from",
            "in_digest",
            "read_at",
        ],
        INTERNAL,
    )
    UNSHOWN = "tells its recipient of what the trail holds, and is swept"
    objects = NotificationQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "kind", "subject_model", "subject_key"],
                condition=Q(read_at=None),
                name="sysadmin_notification_once_unread",
            )
        ]
        indexes = [
            models.Index(
                fields=["recipient", "-shown_from", "-id"], name="sysadmin_notification_newest"
            ),
            models.Index(
                fields=["recipient", "shown_from"],
                condition=Q(read_at=None, in_digest=False),
                name="sysadmin_notification_unread",
            ),
            models.Index(
                fields=["subject_model", "subject_key", "recipient"],
                name="sysadmin_notification_subject",
            ),
            BrinIndex(fields=["at"], name="sysadmin_notification_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.subject_model} {self.subject_key}"
