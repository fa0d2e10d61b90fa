"""What happened to customers, as their timeline tells it."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.classes import INTERNAL
from crm.core.keyset import NO_ROW
from crm.core.models import Noted
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Through
from customers.timeline.telling import tellers

from .customer import Customer

if TYPE_CHECKING:
    from crm.core.scope import Asker


class TimelineQuerySet(ScopedQuerySet["TimelineEntry"]):
    """What is told of customers."""

    def visible_to(self, user: Asker) -> Self:
        """What is told of records that the reader may see; nothing of any other."""
        seen = filter(None, (teller.seen_by(user) for teller in tellers()))
        return self.filter(reduce(or_, seen, NO_ROW))


class TimelineEntry(Noted):
    """Something that happened to a customer: an operation on a record, by its key alone.

    What the record says is read when the entry is shown, by those who may see it.
    """

    class Kind(models.TextChoices):
        CALL = "call", _("Calls")
        VISIT = "visit", _("Visits")
        MESSAGE = "message", _("Meetings and messages")
        CASE = "case", _("Requests and complaints")
        PLAN = "plan", _("Promises, tasks, appointments")
        SALE = "sale", _("Sales")
        CHANGE = "change", _("Changes")
        REVEAL = "reveal", _("Revealed values")

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="+", db_index=False, verbose_name=_("customer")
    )
    at = models.DateTimeField(_("when"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    source = models.CharField(_("record kind"), max_length=60)
    row_id = models.BigIntegerField(_("key"))
    what = models.CharField(_("what"), max_length=40)
    fields = ArrayField(models.CharField(max_length=60), verbose_name=_("fields"), default=list)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("by"),
    )

    RIGHTS_OF = Customer
    UNSHOWN = "shown on the customer's timeline, as far as its reader sees the records"
    SCOPE = Through("customer")
    CLASSES = dict.fromkeys(
        ["id", "customer", "at", "kind", "source", "row_id", "what", "fields", "by"], INTERNAL
    )
    objects: Any = TimelineQuerySet.as_manager()

    class Meta:
        verbose_name = _("timeline entry")
        verbose_name_plural = _("timeline entries")
        default_permissions = ()
        indexes = [models.Index(fields=["customer", "-at", "-id"], name="customers_timeline")]

    def __str__(self) -> str:
        return f"{self.source} {self.what}"
