"""Long work: who asked for it, how far it is, and what became of each row."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.classes import INTERNAL
from crm.core.formats import number
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import OwnedOrAll

from .records import Move, Workflow


class Job(Workflow):
    """A piece of long work that somebody started; it runs in the background, in their name.

    `arguments` hold keys and addresses of lists alone, never a value of a record.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    MOVES = {
        "cancel": Move(
            leaves=frozenset({Status.QUEUED, Status.RUNNING}),
            enters=Status.CANCELLED,
            label=_("Stop job"),
            question=_("Stop the job “%(name)s”, and keep what it has done so far?"),
            done=_("The job “%(name)s” has stopped."),
            refused=_("Only a job that waits or runs can be stopped. Status now: %(status)s."),
            grave=True,
        ),
        "retry": Move(
            leaves=frozenset({Status.FAILED, Status.CANCELLED}),
            enters=Status.QUEUED,
            label=_("Continue job"),
            question=_("Continue the job “%(name)s” where it stopped?"),
            done=_("The job “%(name)s” continues."),
            refused=_(
                "Only a job that failed or was stopped can continue. Status now: %(status)s."
            ),
        ),
    }

    kind = models.CharField(_("kind of job"), max_length=60, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="jobs",
        verbose_name=_("started by"),
        editable=False,
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.QUEUED, editable=False
    )
    arguments = models.JSONField(
        _("details"), encoder=DjangoJSONEncoder, default=dict, editable=False
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)
    undoes = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="undone_by",
        verbose_name=_("takes back"),
        editable=False,
        error_messages={"unique": _("This job has been taken back already.")},
    )

    SCOPE = OwnedOrAll("owner")
    CLASSES = dict.fromkeys(["kind", "owner", "status", "arguments", "reason", "undoes"], INTERNAL)
    objects = ScopedQuerySet["Job"].as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        default_permissions = ("view",)
        permissions = [
            ("cancel_job", _("Stop a job")),
            ("retry_job", _("Continue a job")),
            ("view_health_job", _("See how the system is")),
        ]
        indexes = [models.Index(fields=["owner", "-id"], name="core_job_by_owner")]

    def __str__(self) -> str:
        return self.shown_kind

    @property
    def shown_kind(self) -> str:
        """What the job does, in the active language."""
        from crm.core.jobs import label_of  # noqa: PLC0415  (kinds register after the models load)

        return label_of(self.kind)

    shown_kind.fget.label = _("what it does")  # type: ignore[attr-defined]

    @property
    def is_open(self) -> bool:
        """Whether the job still has something to do."""
        return self.status in {self.Status.QUEUED, self.Status.RUNNING}


class JobProgress(models.Model):
    """How far a job is; written with each chunk of its work, in the same transaction."""

    job = models.OneToOneField(Job, models.CASCADE, primary_key=True, related_name="progress")
    position = models.JSONField(default=dict)
    total = models.BigIntegerField(null=True)
    done = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    fault = models.TextField(default="")

    CLASSES = dict.fromkeys(
        [
            "job",
            "position",
            "total",
            "done",
            "changed",
            "refused",
            "started_at",
            "ended_at",
            "fault",
        ],
        INTERNAL,
    )
    UNSHOWN = "on the page of its job"

    class Meta:
        db_table = "core_job_progress"
        default_permissions = ()

    def __str__(self) -> str:
        return self.shown

    @property
    def same(self) -> int:
        """How many rows needed no change."""
        return self.done - self.changed - self.refused

    @property
    def shown_fault(self) -> str:
        """Why the job stopped, in the active language where the kernel itself says so."""
        from crm.core.jobs import FAULTS  # noqa: PLC0415  (jobs know the models)

        return str(FAULTS.get(self.fault, self.fault))

    @property
    def shown(self) -> str:
        """How many rows are done, and of how many where that is known."""
        done = number(self.done)
        return done if self.total is None else f"{done} / {number(self.total)}"


class JobRow(models.Model):
    """What a job is to do with one row, and what became of it."""

    class Outcome(models.TextChoices):
        WAITING = "W", _("Waiting")
        CHANGED = "C", _("Changed")
        SAME = "S", _("Nothing to change")
        REFUSED = "R", _("Refused")

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(Job, models.CASCADE, related_name="rows")
    key = models.BigIntegerField()
    outcome = models.CharField(max_length=1, choices=Outcome, default=Outcome.WAITING)
    cause = models.CharField(max_length=40, default="")
    before = models.BigIntegerField(null=True)

    CLASSES = dict.fromkeys(["id", "job", "key", "outcome", "cause", "before"], INTERNAL)
    UNSHOWN = "counted on the page of its job"

    class Meta:
        db_table = "core_job_row"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["job", "key"], name="core_job_row_once")]
        indexes = [models.Index(fields=["job", "outcome", "id"], name="core_job_row_outcome")]

    def __str__(self) -> str:
        return f"{self.job_id}: {self.key}"


class RegularRun(models.Model):
    """When regular work was last due, when it began and ended, and whether it failed."""

    task = models.CharField(max_length=128, primary_key=True)
    due_at = models.DateTimeField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    has_failed = models.BooleanField(default=False)
    first_at = models.DateTimeField()

    CLASSES = dict.fromkeys(
        ["task", "due_at", "began_at", "ended_at", "has_failed", "first_at"], INTERNAL
    )
    UNSHOWN = "on the page of the system's health"

    class Meta:
        db_table = "core_regular_run"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.task}: {self.began_at}"
