"""What a service asks for beyond what every request says, and the editions of that form."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL
from crm.core.models import Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import BankWide

from .dictionaries import Dictionary
from .names import Bilingual, code_field
from .services import ServiceType, position_field


class ServiceField(Bilingual, Record):
    """Something that a request for a service says, such as the purpose of a certificate."""

    class Kind(models.TextChoices):
        TEXT = "text", pgettext_lazy("field", "Text")
        NUMBER = "number", pgettext_lazy("field", "Number")
        MONEY = "money", pgettext_lazy("field", "Amount of money")
        DAY = "day", pgettext_lazy("field", "Day")
        CHOICE = "choice", pgettext_lazy("field", "Choice from a dictionary")
        YES_NO = "yes_no", pgettext_lazy("field", "Yes or no")
        # the number of an account stays where it is sealed; the answer points to the holding
        HOLDING = "holding", pgettext_lazy("field", "One of the customer's holdings")
        # called as what is held, which says what fits
        DEPOSIT = "deposit", pgettext_lazy("field", "One of the customer's deposits")
        INVESTMENT = "investment", pgettext_lazy("field", "One of the customer's investments")
        LOAN = "loan", pgettext_lazy("field", "One of the customer's loans")
        CARD = "card", pgettext_lazy("field", "One of the customer's cards")

    HELD = frozenset({Kind.HOLDING, Kind.DEPOSIT, Kind.INVESTMENT, Kind.LOAN, Kind.CARD})

    service = models.ForeignKey(
        ServiceType,
        models.PROTECT,
        related_name="fields",
        verbose_name=pgettext_lazy("catalogue", "service"),
    )
    code = code_field()
    kind = models.CharField(pgettext_lazy("field", "kind"), max_length=12, choices=Kind)
    dictionary = models.ForeignKey(
        Dictionary,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="service_fields",
        verbose_name=_("dictionary"),
    )
    hint = models.CharField(_("hint in English"), max_length=200, blank=True)
    hint_zh = models.CharField(_("hint in Chinese"), max_length=200, blank=True)
    position = position_field()
    is_required = models.BooleanField(pgettext_lazy("field", "must be filled in"), default=False)
    is_live = models.BooleanField(pgettext_lazy("field", "in use"), default=True)

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(
        ["service", "code", "kind", "dictionary", "hint", "hint_zh", "position"], INTERNAL
    ) | dict.fromkeys(["is_required", "is_live"], INTERNAL)
    objects = ScopedQuerySet["ServiceField"].as_manager()

    class Meta:
        db_table = "config_admin_service_field"
        verbose_name = pgettext_lazy("service", "field")
        verbose_name_plural = pgettext_lazy("service", "fields")
        ordering = ["service", "position", "id"]
        default_permissions = ("view", "add", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["service", "code"],
                name="config_admin_field_once",
                violation_error_message=_("The service has a field with this code already."),
            ),
            models.CheckConstraint(
                name="config_admin_field_choices",
                condition=Q(kind="choice", dictionary__isnull=False)
                | (~Q(kind="choice") & Q(dictionary__isnull=True)),
                violation_error_message=_(
                    "A choice names the dictionary that it comes from, and nothing else does."
                ),
            ),
        ]


class ServiceEdition(Record):
    """The fields of a service as they were published; requests keep those they were asked."""

    TRIGGERS = {
        "config_admin_edition_kept": _("What was published stays as it is. Publish it anew.")
    }

    service = models.ForeignKey(
        ServiceType,
        models.PROTECT,
        related_name="editions",
        verbose_name=pgettext_lazy("catalogue", "service"),
    )
    number = models.PositiveIntegerField(_("edition"))
    fields: Any = models.JSONField(pgettext_lazy("service", "fields"), default=list)

    RIGHTS_OF = ServiceType
    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["service", "number", "fields"], INTERNAL)
    objects = ScopedQuerySet["ServiceEdition"].as_manager()

    class Meta:
        db_table = "config_admin_service_edition"
        verbose_name = _("edition of the fields")
        verbose_name_plural = _("editions of the fields")
        ordering = ["service", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["service", "number"], name="config_admin_edition_once")
        ]

    def __str__(self) -> str:
        return f"{self.service} · {self.number}"
