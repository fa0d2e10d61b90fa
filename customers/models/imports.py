"""Files of customers that somebody hands in: the file, what its columns mean, what was refused."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.core.classes import INTERNAL, PERSONAL, SENSITIVE
from crm.core.models import Job, Move, Record, Workflow
from crm.core.models.records import Fed
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import BankWide, OwnedOrAll, Through
from crm.core.sealed import SealedField


class ImportRun(Workflow):
    """A file of customers on its way into the bank: handed in, understood, checked, imported."""

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        CHECKED = "checked", _("Checked")
        RUNNING = "running", _("Being imported")
        DONE = "done", _("Imported")
        DISCARDED = "discarded", _("Discarded")

    OPEN = (Status.UPLOADED, Status.CHECKED, Status.RUNNING)
    MOVES = {
        "discard": Move(
            leaves=frozenset(OPEN),
            enters=Status.DISCARDED,
            label=_("Discard"),
            question=_("Discard the import of %(name)s?"),
            done=_("The import of %(name)s is discarded."),
            refused=_("This import has ended already. Status now: %(status)s."),
            grave=True,
        ),
    }

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="customer_imports",
        verbose_name=_("uploaded by"),
        editable=False,
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.UPLOADED, editable=False
    )
    filename = models.CharField(_("file"), max_length=200, editable=False)
    stored = models.CharField(max_length=64, blank=True, editable=False)
    checksum = models.CharField(_("checksum"), max_length=64, editable=False)
    size = models.BigIntegerField(_("size"), editable=False)
    system = models.SlugField(_("source system"), max_length=20, default="core")
    # the header and the first rows, so that pages need not open the file
    head = SealedField(null=True)
    salt = models.BinaryField(editable=False)
    columns = models.JSONField(_("columns"), default=dict, editable=False)
    trial = models.ForeignKey(
        Job,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("dry run"),
        editable=False,
    )
    job = models.ForeignKey(
        Job, models.PROTECT, null=True, related_name="+", verbose_name=_("job"), editable=False
    )
    rows = models.PositiveBigIntegerField(_("rows read"), default=0, editable=False)
    new = models.PositiveBigIntegerField(_("rows new"), default=0, editable=False)
    changed = models.PositiveBigIntegerField(_("rows changed"), default=0, editable=False)
    unchanged = models.PositiveBigIntegerField(_("rows unchanged"), default=0, editable=False)
    refused = models.PositiveBigIntegerField(_("rows refused"), default=0, editable=False)
    reasons = models.JSONField(_("reasons"), default=dict, editable=False)

    SCOPE = OwnedOrAll("owner")
    CLASSES = dict.fromkeys(
        [
            "owner",
            "status",
            "stored",
            "checksum",
            "size",
            "system",
            "trial",
            "job",
            "rows",
            "new",
            "changed",
            "unchanged",
            "refused",
            "reasons",
        ],
        INTERNAL,
    ) | {"filename": PERSONAL, "columns": PERSONAL, "head": SENSITIVE, "salt": SENSITIVE}
    objects = ScopedQuerySet["ImportRun"].as_manager()

    class Meta:
        verbose_name = _("import of customers")
        verbose_name_plural = _("imports of customers")
        default_permissions = ("view", "add", "change")
        permissions = [("discard_importrun", _("Discard an import of customers"))]
        indexes = [models.Index(fields=["owner", "-id"], name="customers_import_by_owner")]
        constraints = [
            models.UniqueConstraint(
                fields=["checksum"],
                condition=Q(status__in=["uploaded", "checked", "running"]),
                name="customers_import_once_open",
                violation_error_message=_("A file with this content is being imported already."),
            ),
            models.CheckConstraint(
                name="customers_import_adds_up",
                condition=Q(rows=F("new") + F("changed") + F("unchanged") + F("refused")),
                violation_error_message=_(
                    "Every row of a file is new, changed, unchanged or refused."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def is_open(self) -> bool:
        """Whether the import has not come to its end."""
        return self.status in self.OPEN

    @property
    def has_stopped(self) -> bool:
        """Whether the job that enters the rows has ended before the file did."""
        return self.status == self.Status.RUNNING and not (self.job and self.job.is_open)

    @property
    def shown_status(self) -> str:
        """The status as people read it; what has stopped says so."""
        return gettext("Stopped") if self.has_stopped else self.get_status_display()

    @property
    def result(self) -> dict[str, int]:
        """How many rows came out how; nothing before the first is entered."""
        if self.status in {self.Status.UPLOADED, self.Status.CHECKED}:
            return {}
        return {name: getattr(self, name) for name in ("rows", "new", "changed", "refused")}


class ImportMapping(Record):
    """What the columns of files with the same header meant the last time."""

    digest = models.CharField(_("digest of the header"), max_length=64, unique=True)
    columns = models.JSONField(_("columns"), default=dict)

    RIGHTS_OF = ImportRun
    SCOPE = BankWide()
    CLASSES = {"digest": INTERNAL, "columns": PERSONAL}
    objects = ScopedQuerySet["ImportMapping"].as_manager()

    class Meta:
        verbose_name = _("meaning of columns")
        verbose_name_plural = _("meanings of columns")
        default_permissions = ()

    def __str__(self) -> str:
        return self.digest[:12]


class ImportFault(Fed):
    """Why a row of a file was refused, with the row as it was handed in, sealed."""

    run = models.ForeignKey(
        ImportRun, models.PROTECT, related_name="faults", verbose_name=_("import")
    )
    job = models.ForeignKey(Job, models.PROTECT, related_name="+", verbose_name=_("job"))
    line = models.PositiveBigIntegerField(_("line"))
    code = models.CharField(_("reason"), max_length=40)
    column = models.CharField(_("column"), max_length=40, blank=True)
    text = models.CharField(max_length=500)
    facts = models.JSONField(default=dict)
    cells = SealedField()

    RIGHTS_OF = ImportRun
    SCOPE = Through("run")
    CLASSES = dict.fromkeys(["run", "job", "line", "code", "column", "text", "facts"], INTERNAL) | {
        "cells": SENSITIVE
    }
    objects = ScopedQuerySet["ImportFault"].as_manager()

    class Meta:
        verbose_name = _("refused row")
        verbose_name_plural = _("refused rows")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["job", "line"], name="customers_import_fault_once")
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.code}"
