"""What members of staff have to do, and the address at which their calendar is fetched."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL, PERSONAL
from crm.core.clock import bank_today, now
from crm.core.formats import day
from crm.core.models import Move, Record, Workflow
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Asker, InTree, OwnedBy, Reach
from customers.models import Customer
from staff.models import StaffMember

# when a task without a time of its own is due on its day, for its reminder
MORNING = dt.time(9)


@dataclass(frozen=True)
class InSomebodysHands(InTree):
    """Rows in the hands of a member of staff, reached by whoever entered them for them too.

    `author` is the path to the user who entered the row.
    """

    author: str = ""

    def arms(self, model: type[models.Model], reach: Reach, user: Asker) -> list[Q]:
        """The tree, the own rows, the team's, and what the user gave to others."""
        given = [Q(**{self.author: user.pk})] if reach.own else []
        return [*super().arms(model, reach, user), *given]


class TaskQuerySet(ScopedQuerySet["Task"]):
    """What there is to do."""

    def of(self, user: Any) -> Self:
        """Those in the hands of a user."""
        return self.filter(member__user=user.pk)

    def open(self) -> Self:
        """Those that are still to be done."""
        return self.filter(status=Task.Status.OPEN)

    def reminding(self) -> Self:
        """Open ones whose reminder has come."""
        return self.open().filter(remind_at__lte=now())


class Task(Workflow):
    """Something that a member of staff has to do by a day, perhaps about a customer."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("task", "Open")
        DONE = "done", pgettext_lazy("task", "Done")
        DROPPED = "dropped", pgettext_lazy("task", "Dropped")

    class Priority(models.IntegerChoices):
        HIGH = 1, pgettext_lazy("priority", "High")
        NORMAL = 2, pgettext_lazy("priority", "Normal")
        LOW = 3, pgettext_lazy("priority", "Low")

    class Reminder(models.IntegerChoices):
        """Minutes before a task is due."""

        THEN = 0, _("When it is due")
        QUARTER = 15, _("15 minutes before")
        HOUR = 60, _("An hour before")
        DAY = 1440, _("A day before")
        THREE_DAYS = 4320, _("Three days before")
        WEEK = 10080, _("A week before")

    MOVES = {
        "finish": Move(
            leaves=frozenset({Status.OPEN}),
            enters=Status.DONE,
            label=pgettext_lazy("task", "Mark as done"),
            question=_("Is “%(name)s” done?"),
            done=_("“%(name)s” is done."),
            refused=_("This task is no longer open. Status now: %(status)s."),
        ),
        "drop": Move(
            leaves=frozenset({Status.OPEN}),
            enters=Status.DROPPED,
            label=pgettext_lazy("task", "Drop"),
            question=_("Drop “%(name)s”?"),
            done=_("“%(name)s” is dropped."),
            refused=_("This task is no longer open. Status now: %(status)s."),
            grave=True,
        ),
        "reopen": Move(
            leaves=frozenset({Status.DONE, Status.DROPPED}),
            enters=Status.OPEN,
            label=pgettext_lazy("task", "Open again"),
            question=_("Open “%(name)s” again?"),
            done=_("“%(name)s” is open again."),
            refused=_("This task is open already. Status now: %(status)s."),
        ),
    }

    title = models.CharField(_("what is to be done"), max_length=120)
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("customer"),
    )
    member = models.ForeignKey(
        StaffMember, models.PROTECT, related_name="tasks", verbose_name=_("who does it")
    )
    due_on = models.DateField(_("due on"), default=bank_today)
    due_at = models.TimeField(_("at"), null=True, blank=True)
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, default=Priority.NORMAL
    )
    remind_before = models.PositiveIntegerField(
        _("reminder"), choices=Reminder, null=True, blank=True
    )
    remind_at = models.DateTimeField(_("reminder at"), null=True, blank=True, editable=False)
    source = models.CharField(
        _("where it comes from"),
        max_length=80,
        blank=True,
        help_text=_("Such as a call, a visit or a request of the customer."),
    )
    contact = models.OneToOneField(
        "services.Contact",
        models.PROTECT,
        null=True,
        related_name="task",
        verbose_name=_("contact whose next step it is"),
        editable=False,
    )
    note = models.CharField(pgettext_lazy("task", "note"), max_length=1000, blank=True)
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.OPEN, editable=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="tasks_given",
        verbose_name=_("given by"),
        editable=False,
    )

    SCOPE = InSomebodysHands(
        "member__branch",
        owner="member__user",
        leader="member__supervisor__user",
        author="author",
    )
    AUDIT_SUBJECT = "customer_id"
    CONFIDENTIAL = True
    CLASSES = dict.fromkeys(
        [
            "customer",
            "member",
            "due_on",
            "due_at",
            "priority",
            "remind_before",
            "remind_at",
            "author",
            "contact",
        ],
        INTERNAL,
    ) | dict.fromkeys(["title", "source", "note"], PERSONAL)
    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        default_permissions = ("view", "add", "change")
        permissions = [
            ("finish_task", _("Mark a task as done")),
            ("drop_task", _("Drop a task")),
            ("reopen_task", _("Open a task again")),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], name="services_task_by_day"),
            models.Index(fields=["member", "due_on", "id"], name="services_task_of_member"),
            models.Index(fields=["customer", "due_on", "id"], name="services_task_of_customer"),
            models.Index(
                fields=["member", "remind_at"],
                condition=Q(status="open", remind_at__isnull=False),
                name="services_task_reminders",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="services_task_reminder_has_moment",
                condition=Q(remind_before__isnull=True, remind_at__isnull=True)
                | Q(remind_before__isnull=False, remind_at__isnull=False),
                violation_error_message=_("A reminder has its moment."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def due(self) -> dt.datetime:
        """The moment at which it is due; in the morning if only the day is known."""
        at = dt.datetime.combine(self.due_on, self.due_at or MORNING)
        return timezone.make_aware(at, timezone.get_default_timezone())

    @property
    def shown_due(self) -> str:
        """The day on which it is due, with the time if there is one."""
        return " ".join([day(self.due_on), self.shown_due_at]).strip()

    shown_due.fget.label = _("due on")  # type: ignore[attr-defined]

    @property
    def shown_due_at(self) -> str:
        """The time of the day at which it is due; empty without one."""
        return f"{self.due_at:%H:%M}" if self.due_at else ""

    @property
    def shown_reminder(self) -> str:
        """When it is reminded of, in words; empty if it is not."""
        return "" if self.remind_before is None else str(self.get_remind_before_display())

    shown_reminder.fget.label = _("reminder")  # type: ignore[attr-defined]

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been done before today."""
        return self.status == self.Status.OPEN and self.due_on < bank_today()

    @property
    def is_reminding(self) -> bool:
        """Whether its reminder has come."""
        is_open = self.status == self.Status.OPEN
        return is_open and self.remind_at is not None and self.remind_at <= now()

    def set_reminder(self) -> None:
        """Work out the moment of the reminder anew."""
        minutes = self.remind_before
        self.remind_at = None if minutes is None else self.due - dt.timedelta(minutes=minutes)


class CalendarFeed(Record):
    """The private address at which a user's calendar is fetched; only its digest is kept.

    Without a digest the address is revoked.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="calendar_feed",
        verbose_name=_("user"),
    )
    digest = models.CharField(_("digest"), max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001  (many may have none)
    renewed_at = models.DateTimeField(_("valid since"), null=True, editable=False)

    UNSHOWN = "a private address, which nobody else may have"
    SCOPE = OwnedBy("user")
    CLASSES = dict.fromkeys(["user", "digest", "renewed_at"], INTERNAL)
    objects = ScopedQuerySet["CalendarFeed"].as_manager()

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user}"
