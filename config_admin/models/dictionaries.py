"""Dictionaries: the bank's tables of codes with their names."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL
from crm.core.models import Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import BankWide

from .names import Bilingual, Retirable, RetirableQuerySet, code_field, named_once


class Dictionary(Bilingual, Record):
    """A table of codes, such as the purposes of a contact."""

    code = code_field(
        unique=True, error_messages={"unique": _("Another dictionary has this code.")}
    )
    purpose = models.CharField(_("what it is used for"), max_length=200, blank=True)

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["code", "purpose"], INTERNAL)
    objects = ScopedQuerySet["Dictionary"].as_manager()

    class Meta:
        db_table = "config_admin_dictionary"
        verbose_name = _("dictionary")
        verbose_name_plural = _("dictionaries")
        ordering = ["code"]
        default_permissions = ("view", "add", "change")


class DictionaryEntry(Bilingual, Retirable):
    """One code of a dictionary; it is retired when it is no longer used, and never deleted."""

    dictionary = models.ForeignKey(
        Dictionary, models.PROTECT, related_name="entries", verbose_name=_("dictionary")
    )
    code = code_field()
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=pgettext_lazy("entry", "belongs under"),
    )
    position = models.PositiveIntegerField(
        pgettext_lazy("entry", "position"),
        default=0,
        validators=[MaxValueValidator(1_000_000)],
        help_text=_("Entries with smaller numbers come first."),
    )

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["dictionary", "code", "parent", "position", "status"], INTERNAL)
    objects = RetirableQuerySet["DictionaryEntry"].as_manager()

    class Meta:
        db_table = "config_admin_dictionary_entry"
        verbose_name = _("dictionary entry")
        verbose_name_plural = _("dictionary entries")
        ordering = ["dictionary", "position", "id"]
        default_permissions = ("view", "add", "change")
        permissions = [
            ("retire_dictionaryentry", _("Retire a dictionary entry")),
            ("restore_dictionaryentry", _("Take a dictionary entry into use again")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["dictionary", "code"],
                name="config_admin_entry_code_once",
                violation_error_message=_("The dictionary has an entry with this code already."),
            ),
            models.CheckConstraint(
                name="config_admin_entry_not_below_itself",
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("id")),
                violation_error_message=_("An entry cannot stand below itself."),
            ),
            *named_once("entry", "dictionary", "parent"),
        ]
