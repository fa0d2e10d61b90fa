"""Due diligence: its levels, what counts for them, and how far it has come with each customer."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.calendars.months import months_after
from config_admin.models.names import Bilingual, code_field
from crm.core.classes import INTERNAL
from crm.core.clock import bank_today
from crm.core.models import Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import BankWide, Through
from customers.models import Customer
from customers.models.ownership import Dated
from risk.diligence.factors import factor_choices, value_in_words


class DiligenceLevel(Bilingual, Record):
    """A level of customer risk: from how many points on, and how often it is reviewed."""

    code = code_field(unique=True, error_messages={"unique": _("Another level has this code.")})
    from_points = models.PositiveSmallIntegerField(
        _("from points"), unique=True, error_messages={"unique": _("Another level begins there.")}
    )
    months = models.PositiveSmallIntegerField(
        _("months until the next review"),
        validators=[MinValueValidator(1), MaxValueValidator(120)],
    )
    stops_after = models.PositiveSmallIntegerField(
        _("service stops after days overdue"),
        null=True,
        blank=True,
        help_text=_("Left empty, an overdue review stops nothing."),
    )

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["code", "from_points", "months", "stops_after"], INTERNAL)
    objects = ScopedQuerySet["DiligenceLevel"].as_manager()

    class Meta:
        db_table = "risk_diligence_level"
        verbose_name = _("level of due diligence")
        verbose_name_plural = _("levels of due diligence")
        ordering = ["from_points"]
        default_permissions = ("view", "add", "change")

    def due_after(self, day: dt.date) -> dt.date:
        """The day of the next review at this level, counted from that of a rating."""
        return months_after(day, self.months)


class DiligenceBand(Dated, Record):
    """What a fact counts for the level of a customer, from one day to another."""

    factor = models.CharField(_("factor"), max_length=20, choices=factor_choices)
    value = models.CharField(
        pgettext_lazy("factor", "value"),
        max_length=40,
        blank=True,
        help_text=_("The code of the value. Left empty, it holds for every other value."),
    )
    points = models.PositiveSmallIntegerField(
        _("points"), default=0, validators=[MaxValueValidator(1000)]
    )
    floor = models.ForeignKey(
        DiligenceLevel,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("at least the level"),
    )

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["factor", "value", "points", "floor", "valid"], INTERNAL)
    objects = ScopedQuerySet["DiligenceBand"].as_manager()

    class Meta:
        db_table = "risk_diligence_band"
        verbose_name = _("factor of due diligence")
        verbose_name_plural = _("factors of due diligence")
        ordering = ["factor", "value", "valid"]
        default_permissions = ("view", "add")
        constraints = [
            ExclusionConstraint(
                name="risk_band_once",
                expressions=[
                    ("factor", RangeOperators.EQUAL),
                    ("value", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This value has points in that time already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_factor_display()} · {self.shown_value}"

    @property
    def shown_value(self) -> str:
        """The value in words."""
        return value_in_words(self.factor, self.value)

    shown_value.fget.label = pgettext_lazy("factor", "value")  # type: ignore[attr-defined]


class DiligenceQuerySet(ScopedQuerySet["Diligence"]):
    """Due diligence of customers."""

    def overdue(self, day: dt.date) -> Self:
        """What should have been reviewed before a day."""
        return self.filter(due_on__lt=day, customer__status__in=Customer.OPEN)


class Diligence(Record):
    """How far due diligence has come with a customer: level, why, and when it is reviewed next."""

    class Cause(models.TextChoices):
        FIRST = "first", _("First rating")
        PERIOD = "period", _("Regular review")
        OWNERSHIP = "ownership", _("Ownership has changed")
        HIT = "hit", _("Called for by compliance")
        OVERRIDE = "override", _("The other level has ended")

    customer = models.OneToOneField(
        Customer, models.PROTECT, related_name="diligence", verbose_name=_("customer")
    )
    level = models.ForeignKey(
        DiligenceLevel,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("diligence", "level"),
        editable=False,
    )
    rated_level = models.ForeignKey(
        DiligenceLevel,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("level by points and floors"),
        editable=False,
    )
    points = models.PositiveSmallIntegerField(_("points"), null=True, editable=False)
    lines = models.JSONField(_("what counted"), default=list, editable=False)
    entered = models.JSONField(_("what was found out"), default=dict, editable=False)
    rated_on = models.DateField(_("rated on"), null=True, editable=False)
    rated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("rated by"),
        editable=False,
    )
    due_on = models.DateField(_("next review by"), editable=False)
    cause = models.CharField(
        _("because of"), max_length=12, choices=Cause, default=Cause.FIRST, editable=False
    )
    set_until = models.DateField(_("other level until"), null=True, editable=False)

    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    TOLD = frozenset({"level", "points", "due_on", "cause", "set_until"})
    CLASSES = dict.fromkeys(
        [
            "customer",
            "level",
            "rated_level",
            "points",
            "lines",
            "entered",
            "rated_on",
            "rated_by",
            "due_on",
            "cause",
            "set_until",
        ],
        INTERNAL,
    )
    objects = DiligenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("due diligence of a customer")
        verbose_name_plural = _("due diligence")
        default_permissions = ("view",)
        permissions = [
            ("rate_diligence", _("Rate the risk of a customer")),
            ("override_diligence", _("Set another level than points and floors give")),
            ("chase_diligence", _("Answer for overdue reviews of due diligence")),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], name="risk_diligence_due"),
            models.Index(fields=["level", "due_on", "id"], name="risk_diligence_by_level"),
        ]
        constraints = [
            models.CheckConstraint(
                name="risk_diligence_rated",
                condition=Q(level=None, rated_level=None, set_until=None)
                | Q(
                    level__isnull=False,
                    rated_level__isnull=False,
                    rated_on__isnull=False,
                    rated_by__isnull=False,
                ),
                violation_error_message=_("A level comes with who rated it, and when."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.level or _('Not rated')}"

    def held_against(self, rated: DiligenceLevel, day: dt.date) -> DiligenceLevel:
        """The level after a rating: another one that is graver holds until its day all the same."""
        is_set = self.set_until is not None and self.set_until >= day
        if is_set and self.level is not None and self.level.from_points > rated.from_points:
            return self.level
        return rated

    @property
    def is_overdue(self) -> bool:
        """Whether the review should have been done."""
        return bool(self.due_on < bank_today())

    @property
    def may_be_set_otherwise(self) -> bool:
        """Whether another level can be set: who is rated, and in time."""
        return self.level is not None and not self.is_overdue

    @property
    def shown_level(self) -> str:
        """The level in force, in words."""
        return str(self.level or _("Not rated"))

    shown_level.fget.label = pgettext_lazy("diligence", "level")  # type: ignore[attr-defined]

    @property
    def shown_state(self) -> str:
        """Whether a review is overdue, near, or later."""
        left = (self.due_on - bank_today()).days
        return str(_("Overdue") if left < 0 else _("Due soon") if left <= SOON else _("Later"))

    shown_state.fget.label = pgettext_lazy("diligence", "review")  # type: ignore[attr-defined]

    @property
    def source(self) -> str:
        """What a restriction names that goes back to this."""
        return f"{self._meta.label_lower}:{self.pk}"


# days ahead in which a review is near
SOON = 30
