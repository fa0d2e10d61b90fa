"""Seals over the trails, and what each check of them found."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.classes import INTERNAL, SENSITIVE
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import System


class Seal(models.Model):
    """A stretch of a trail as it stood when it was sealed; each seal holds the one before it."""

    class Trail(models.TextChoices):
        AUDIT = "core_audit_event", _("Audit trail")
        ACCESS = "core_access_event", _("Access trail")

    number = models.BigIntegerField(_("number"), primary_key=True)
    trail = models.CharField(_("trail"), max_length=20, choices=Trail)
    epoch = models.IntegerField(_("epoch"))
    # the lines after the first key, up to and with the last one
    after = models.BigIntegerField(_("after line"))
    upto = models.BigIntegerField(_("up to line"))
    lines = models.IntegerField(_("lines"))
    root = models.BinaryField(_("root"))
    # key and shortened digest of each line, so that a check can name the line that is wrong
    leaves = models.BinaryField(_("digests of the lines"))
    # how the triggers that write and guard the trails stood, where that is not as in the last seal
    guards = models.JSONField(_("triggers"), null=True)
    note = models.TextField(_("reason"), default="")
    sealed_at = models.DateTimeField(_("sealed"))
    key_id = models.IntegerField(_("key"))
    previous = models.BinaryField(_("seal before"))
    mac = models.BinaryField(_("proof"))

    CLASSES = dict.fromkeys(
        ["number", "trail", "epoch", "after", "upto", "lines", "guards", "note"], INTERNAL
    ) | {
        "sealed_at": INTERNAL,
        "key_id": INTERNAL,
        # digests of what the trails hold
        **dict.fromkeys(["root", "leaves", "previous", "mac"], SENSITIVE),
    }
    UNSHOWN = "on the page of the seals"
    SCOPE = System()
    objects = ScopedQuerySet["Seal"].as_manager()

    class Meta:
        db_table = "core_seal"
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.number}: {self.trail} {self.after}-{self.upto}"

    @property
    def fingerprint(self) -> str:
        """The beginning of what proves the seal, short enough to be read out."""
        return bytes(self.mac).hex()[:16]


class TrailCheck(models.Model):
    """One check of the trails against their seals, and what it found."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("when"))
    ended_at = models.DateTimeField(_("ended"))
    seals = models.BigIntegerField(_("seals"))
    lines = models.BigIntegerField(_("lines"))
    findings = models.JSONField(_("findings"), default=list)

    CLASSES = dict.fromkeys(["id", "at", "ended_at", "seals", "lines", "findings"], INTERNAL)
    UNSHOWN = "on the page of the seals"
    SCOPE = System()
    objects = ScopedQuerySet["TrailCheck"].as_manager()

    class Meta:
        db_table = "core_trail_check"
        verbose_name = _("check of the trails")
        verbose_name_plural = _("checks of the trails")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.at}: {len(self.findings)}"
