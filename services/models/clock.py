"""Stops of a request's clock, each with its cause."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL, PERSONAL
from crm.core.models import Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Through
from customers.models import Customer

from .requests import ServiceRequest


class ClockStop(Record):
    """A time in which the clock of a request stood, and why; nobody enters one for the past."""

    class Cause(models.TextChoices):
        ANSWER = "answer", _("Answer of the customer")
        DOCUMENTS = "documents", _("Documents of the customer")
        APPOINTMENT = "appointment", _("Day that the customer chose")
        RESOLVED = "resolved", _("Resolved, then reopened")

    # those that somebody who waits may name
    WAITING = (Cause.ANSWER, Cause.DOCUMENTS, Cause.APPOINTMENT)
    TRIGGERS = {
        "services_clock_stop_in_order": _(
            "The clock cannot be stopped for the past: stops follow each other in time."
        ),
        "services_clock_stop_kept": _("A stop of the clock is ended once and never changed."),
    }

    request = models.ForeignKey(
        ServiceRequest, models.PROTECT, related_name="stops", verbose_name=_("service request")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="+", db_index=False, verbose_name=_("customer")
    )
    cause = models.CharField(pgettext_lazy("clock", "waits for"), max_length=12, choices=Cause)
    remark = models.CharField(pgettext_lazy("clock", "remark"), max_length=500, blank=True)
    started_at = models.DateTimeField(pgettext_lazy("clock", "stopped"))
    ended_at = models.DateTimeField(pgettext_lazy("clock", "went on"), null=True, blank=True)

    RIGHTS_OF = ServiceRequest
    SCOPE = Through("request")
    AUDIT_SUBJECT = "customer_id"
    CLASSES = dict.fromkeys(
        ["request", "customer", "cause", "started_at", "ended_at"], INTERNAL
    ) | {"remark": PERSONAL}
    objects = ScopedQuerySet["ClockStop"].as_manager()

    class Meta:
        db_table = "services_clock_stop"
        verbose_name = _("stop of the clock")
        verbose_name_plural = _("stops of the clock")
        ordering = ["started_at", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["request"],
                name="services_clock_stop_once",
                condition=Q(ended_at__isnull=True),
                violation_error_message=_("The clock stands already."),
            ),
            models.CheckConstraint(
                name="services_clock_stop_forward",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                violation_error_message=_("A stop ends after it began."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_cause_display())
