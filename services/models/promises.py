"""Promises that the bank makes to customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL, PERSONAL
from crm.core.clock import bank_today
from crm.core.models import Move, Workflow
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Through
from customers.models import Customer
from staff.models import StaffMember

from .contacts import Contact, confidential_to, own_member, taken_part

if TYPE_CHECKING:
    import datetime as dt

    from crm.core.scope import Asker


class PromiseQuerySet(ScopedQuerySet["Promise"]):
    """Promises made to customers."""

    def closed_to(self, user: Asker) -> Q | None:
        """Those made in confidence, for those who neither took part nor have to keep them."""
        me = own_member(user)
        written = Contact.objects.filter(author__in=me).values("pk")
        involved = Q(owner__in=me) | Q(contact__in=written) | Q(contact__in=taken_part(user))
        return confidential_to(user, involved)

    def overdue(self, today: dt.date) -> Self:
        """Those that nobody has kept, and whose day is over."""
        return self.filter(status__in=Promise.UNKEPT, due_on__lt=today)


class Promise(Workflow):
    """What the bank has promised a customer, until when, and who keeps it."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("promise", "Open")
        KEPT = "kept", _("Kept")
        KEPT_LATE = "kept_late", _("Kept late")
        BROKEN = "broken", _("Broken")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    # those that can still be kept
    UNKEPT = (Status.OPEN, Status.BROKEN)

    MOVES = {
        "keep": Move(
            leaves=frozenset({Status.OPEN, Status.BROKEN}),
            enters=Status.KEPT,
            further=frozenset({Status.KEPT_LATE}),
            label=_("Enter as kept"),
            question=_("Has “%(name)s” been kept?"),
            done=_("“%(name)s” is settled: %(status)s."),
            refused=_("Only a promise that is open or broken can be kept. Status now: %(status)s."),
        ),
        "pass_on": Move(
            leaves=frozenset({Status.OPEN}),
            label=_("Give to somebody else"),
            question=_("Who keeps “%(name)s” from now on?"),
            done=_("“%(name)s” is in other hands."),
            refused=_("Only an open promise can be passed on. Status now: %(status)s."),
        ),
        "withdraw": Move(
            leaves=frozenset({Status.OPEN}),
            enters=Status.WITHDRAWN,
            label=pgettext_lazy("promise", "Withdraw"),
            question=_("Withdraw “%(name)s”?"),
            done=_("“%(name)s” is withdrawn."),
            refused=_("Only an open promise can be withdrawn. Status now: %(status)s."),
        ),
    }

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="promises", verbose_name=_("customer")
    )
    contact = models.ForeignKey(
        Contact,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="promises",
        verbose_name=_("made in"),
    )
    words = models.CharField(_("promise"), max_length=200)
    due_on = models.DateField(_("promised until"))
    owner = models.ForeignKey(
        StaffMember, models.PROTECT, related_name="promises", verbose_name=_("kept by")
    )
    made_on = models.DateField(_("promised on"), default=bank_today, editable=False)
    is_confidential = models.BooleanField(_("confidential"), default=False, editable=False)
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.OPEN, editable=False
    )
    settled_on = models.DateField(_("settled on"), null=True, editable=False)
    remark = models.CharField(
        pgettext_lazy("promise", "remark"), max_length=500, blank=True, editable=False
    )

    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    CLASSES = dict.fromkeys(
        ["customer", "contact", "due_on", "owner", "made_on", "is_confidential", "settled_on"],
        INTERNAL,
    ) | dict.fromkeys(["words", "remark"], PERSONAL)
    objects = PromiseQuerySet.as_manager()

    class Meta:
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        default_permissions = ("view", "add")
        permissions = [
            ("keep_promise", _("Enter that a promise is kept")),
            ("pass_on_promise", _("Give a promise to somebody else")),
            ("withdraw_promise", _("Withdraw a promise")),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], name="services_promise_by_day"),
            models.Index(fields=["customer", "due_on", "id"], name="services_promise_by_customer"),
            models.Index(fields=["owner", "due_on", "id"], name="services_promise_by_owner"),
            models.Index(
                fields=["due_on"], name="services_promise_open", condition=Q(status="open")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="services_promise_confidential_in_contact",
                condition=Q(is_confidential=False) | Q(contact__isnull=False),
                violation_error_message=_("A confidential promise is made in a contact."),
            )
        ]

    def __str__(self) -> str:
        return self.words
