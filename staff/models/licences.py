"""What members of staff are licensed to do."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.core.classes import INTERNAL, PERSONAL
from crm.core.clock import bank_today
from crm.core.models import Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import BankWide

from .people import StaffMember

WARN_DAYS = 30


class LicenceQuerySet(ScopedQuerySet["Licence"]):
    """Licences of members of staff."""

    def expiring(self, days: int = WARN_DAYS) -> Self:
        """Those that expire within so many days, not those that have."""
        today = bank_today()
        return self.filter(expires_on__range=(today, today + dt.timedelta(days=days)))

    def expired(self) -> Self:
        """Those that are no longer good."""
        return self.filter(expires_on__lt=bank_today())


class Licence(Record):
    """A qualification that a member of staff holds, as a rule until a day."""

    class Kind(models.TextChoices):
        BANKING = "banking", _("Banking practitioner")
        FUNDS = "funds", _("Fund sales")
        SECURITIES = "securities", _("Securities")
        INSURANCE = "insurance", _("Insurance sales")
        WEALTH = "wealth", _("Wealth products")
        PLANNER = "planner", _("Financial planner")
        PRECIOUS_METALS = "precious_metals", _("Precious metals")
        COUNTERFEITS = "counterfeits", _("Detection of counterfeits")

    member = models.ForeignKey(
        StaffMember, models.PROTECT, related_name="licences", verbose_name=_("member of staff")
    )
    kind = models.CharField(_("licence"), max_length=20, choices=Kind)
    certificate = models.CharField(_("certificate number"), max_length=40)
    issued_on = models.DateField(_("issued on"))
    expires_on = models.DateField(
        _("expires on"), null=True, blank=True, help_text=_("Left empty, it does not expire.")
    )

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["member", "kind", "issued_on", "expires_on"], INTERNAL) | {
        "certificate": PERSONAL
    }
    objects = LicenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("licence")
        verbose_name_plural = _("licences")
        default_permissions = ("view", "add", "change")
        indexes = [models.Index(fields=["expires_on", "id"], name="staff_licence_expiry")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "certificate"],
                name="staff_licence_once",
                violation_error_message=_(
                    "A licence of this kind with this number is entered already."
                ),
            ),
            models.CheckConstraint(
                name="staff_licence_expires_after_issue",
                condition=Q(expires_on__isnull=True) | Q(expires_on__gt=F("issued_on")),
                violation_error_message=_(
                    "A licence expires after it is issued. Check the two days."
                ),
            ),
        ]

    def clean(self) -> None:
        """Refuse a licence of the future: it is not held yet."""
        issued: dt.date | None = self.issued_on  # an unfinished form leaves it empty
        if issued and issued > bank_today():
            raise ValidationError(
                {"issued_on": _("A licence is entered when it is issued. Enter today or earlier.")}
            )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.certificate}"

    @property
    def state(self) -> str:
        """Whether it is good, expires soon, or has expired."""
        today = bank_today()
        if self.expires_on is None or self.expires_on > today + dt.timedelta(days=WARN_DAYS):
            return "good"
        return "expired" if self.expires_on < today else "soon"

    @property
    def shown_state(self) -> str:
        """The state in words."""
        words = {"good": _("Good"), "soon": _("Expires soon"), "expired": _("Expired")}
        return str(words[self.state])

    shown_state.fget.label = _("state")  # type: ignore[attr-defined]
