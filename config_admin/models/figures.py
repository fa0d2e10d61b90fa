"""Figures that the bank sets: rates of currencies by date, and parameters with their history."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.figures import declared
from config_admin.figures.currencies import currency_choices
from crm.core.classes import INTERNAL
from crm.core.clock import bank_today
from crm.core.formats import day, exact
from crm.core.models import Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import BankWide

from .names import Bilingual, code_field


class CurrencyRate(Record):
    """What one unit of a currency is worth in the base currency, from a day on."""

    currency = models.CharField(_("currency"), max_length=3, choices=currency_choices)
    on = models.DateField(pgettext_lazy("rate", "from"))
    rate = models.DecimalField(
        pgettext_lazy("currency", "rate"),
        max_digits=18,
        decimal_places=8,
        validators=[MinValueValidator(Decimal("0.00000001"), _("Enter a rate above zero."))],
        help_text=_("What one unit is worth in the base currency."),
    )
    source = models.CharField(
        pgettext_lazy("rate", "where it comes from"), max_length=80, blank=True
    )

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["currency", "on", "rate", "source"], INTERNAL)
    objects = ScopedQuerySet["CurrencyRate"].as_manager()

    class Meta:
        db_table = "config_admin_currency_rate"
        verbose_name = _("currency rate")
        verbose_name_plural = _("currency rates")
        ordering = ["-on", "currency"]
        default_permissions = ("view", "add", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "on"],
                name="config_admin_rate_once",
                violation_error_message=_(
                    "There is a rate of this currency from this day already."
                ),
            ),
            models.CheckConstraint(
                name="config_admin_rate_above_zero",
                condition=models.Q(rate__gt=0),
                violation_error_message=_("Enter a rate above zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {day(self.on)}"

    @property
    def shown_rate(self) -> str:
        """The rate with as many decimals as it needs."""
        return exact(self.rate, 8)

    def neighbour(self) -> CurrencyRate | None:
        """The rate of the same currency that holds the day before, else the next one."""
        others = CurrencyRate.objects.filter(currency=self.currency).exclude(pk=self.pk)
        before = others.filter(on__lt=self.on).order_by("-on").first()
        return before or others.order_by("on").first()

    def clean(self) -> None:
        """Refuse a rate of the base currency, which is one."""
        if self.currency == settings.BASE_CURRENCY:
            raise ValidationError(
                {"currency": _("This is the base currency; its rate is always one.")}
            )


class ParameterValue(Record):
    """What a parameter is, from one day to another; the rows of a parameter are its history."""

    code = models.CharField(_("parameter"), max_length=40, choices=declared.choices)
    valid = DateRangeField(_("valid"))
    value = models.CharField(pgettext_lazy("parameter", "value"), max_length=40)

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["code", "valid", "value"], INTERNAL)
    objects = ScopedQuerySet["ParameterValue"].as_manager()

    class Meta:
        db_table = "config_admin_parameter_value"
        verbose_name = _("value of a parameter")
        verbose_name_plural = _("parameters")
        ordering = ["code", "valid"]
        default_permissions = ("view", "add")
        constraints = [
            ExclusionConstraint(
                name="config_admin_parameter_not_twice",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("The parameter has a value in that time already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.get_code_display())

    @property
    def shown_period(self) -> str:
        """From which day until which."""
        if self.valid.upper:
            last = day(self.valid.upper - dt.timedelta(days=1))
            return _("%(first)s to %(last)s") % {"first": day(self.valid.lower), "last": last}
        return _("from %(first)s") % {"first": day(self.valid.lower)}

    shown_period.fget.label = _("valid")  # type: ignore[attr-defined]


class NumberSeries(Bilingual, Record):
    """Numbers that are given one after another, such as those of cases; none is given twice."""

    code = code_field(unique=True, error_messages={"unique": _("Another series has this code.")})
    prefix = models.CharField(
        pgettext_lazy("series", "begins with"),
        max_length=8,
        blank=True,
        validators=[
            RegexValidator(r"^[A-Z0-9-]*\Z", _("Use capital letters, digits and hyphens."))
        ],
    )
    is_yearly = models.BooleanField(
        pgettext_lazy("series", "begins anew each year"),
        default=True,
        help_text=_("The year then stands before the number."),
    )
    digits = models.PositiveSmallIntegerField(
        pgettext_lazy("series", "digits"),
        default=6,
        validators=[
            MinValueValidator(3, _("Enter 3 to 12 digits.")),
            MaxValueValidator(12, _("Enter 3 to 12 digits.")),
        ],
    )
    drawn = models.PositiveBigIntegerField(
        pgettext_lazy("series", "given so far"), default=0, editable=False
    )
    year = models.PositiveSmallIntegerField(
        pgettext_lazy("series", "year of the last number"), null=True, editable=False
    )

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["code", "prefix", "is_yearly", "digits", "drawn", "year"], INTERNAL)
    objects = ScopedQuerySet["NumberSeries"].as_manager()

    class Meta:
        db_table = "config_admin_number_series"
        verbose_name = _("number series")
        verbose_name_plural = pgettext_lazy("plural", "number series")
        ordering = ["code"]
        default_permissions = ("view", "add", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["prefix", "is_yearly"],
                condition=~Q(prefix=""),
                name="config_admin_series_begins_once",
                violation_error_message=_(
                    "Another series begins so and would give the same numbers. Enter another."
                ),
            )
        ]

    @property
    def shown_next(self) -> str:
        """The number that is given next."""
        begins_anew = self.is_yearly and self.year != bank_today().year
        return self.shown(1 if begins_anew else self.drawn + 1)

    shown_next.fget.label = pgettext_lazy("series", "next number")  # type: ignore[attr-defined]

    def shown(self, number: int) -> str:
        """A number of the series as people write it."""
        year = f"{bank_today().year}" if self.is_yearly else ""
        return f"{self.prefix}{year}{number:0{self.digits}d}"

    def clean(self) -> None:
        """Refuse fewer digits than the numbers given so far have."""
        if self.digits and self.drawn >= 10**self.digits:
            raise ValidationError(
                {"digits": _("Numbers given so far have more digits. Enter more.")}
            )
