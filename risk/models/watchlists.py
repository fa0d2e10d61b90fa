"""Lists of names that customers are screened against, as the files that brought them said."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL, PERSONAL
from crm.core.clock import bank_today
from crm.core.models import Derived, Record
from crm.core.models.records import Fed
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import BankWide, Through


class Watchlist(Record):
    """A list of names: one that the law makes the bank follow, or one of the bank's own."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(pgettext_lazy("watchlist", "name"), max_length=120)
    is_statutory = models.BooleanField(
        _("statutory"),
        default=False,
        help_text=_(
            "A confirmed match stops service at once, and ends only by delisting or by the "
            "authority."
        ),
    )

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["code", "name", "is_statutory"], INTERNAL)
    objects = ScopedQuerySet["Watchlist"].as_manager()

    class Meta:
        verbose_name = _("watchlist")
        verbose_name_plural = _("watchlists")
        default_permissions = ("view",)
        permissions = [("load_watchlist", _("Load a version of a watchlist"))]
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def latest(self) -> WatchlistVersion | None:
        """The version in force; None before the first file."""
        return self.versions.order_by("-number").first()


class WatchlistVersion(Record):
    """One file of a watchlist: what it was, who loaded it, and how it differs from the last."""

    watchlist = models.ForeignKey(
        Watchlist, models.PROTECT, related_name="versions", verbose_name=_("watchlist")
    )
    number = models.PositiveIntegerField(pgettext_lazy("watchlist", "version"))
    checksum = models.CharField(_("checksum"), max_length=64)
    entries = models.PositiveIntegerField(pgettext_lazy("watchlist", "entries"))
    added = models.PositiveIntegerField(pgettext_lazy("watchlist", "added"))
    changed = models.PositiveIntegerField(pgettext_lazy("watchlist", "changed"))
    removed = models.PositiveIntegerField(pgettext_lazy("watchlist", "removed"))
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("loaded by")
    )

    SCOPE = Through("watchlist")
    RIGHTS_OF = Watchlist
    CLASSES = dict.fromkeys(
        [
            "watchlist",
            "number",
            "checksum",
            "entries",
            "added",
            "changed",
            "removed",
            "loaded_by",
        ],
        INTERNAL,
    )
    objects = ScopedQuerySet["WatchlistVersion"].as_manager()

    class Meta:
        verbose_name = _("version of a watchlist")
        verbose_name_plural = _("versions of watchlists")
        default_permissions = ()
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["watchlist", "number"], name="risk_watchlist_version_once"
            ),
            models.CheckConstraint(
                name="risk_watchlist_version_adds_up",
                condition=Q(entries__gte=F("added") + F("changed")),
                violation_error_message=_("What is new or changed in a list is among its entries."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.watchlist} · {self.number}"


class EntryQuerySet(ScopedQuerySet["WatchlistEntry"]):
    """Entries of watchlists."""

    def in_force(self) -> Self:
        """Those that customers are compared with today: neither delisted nor expired."""
        lasting = Q(until=None) | Q(until__gt=bank_today())
        return self.filter(lasting, removed_in=None)

    def expired(self) -> Self:
        """Those that are on their list and have expired."""
        return self.filter(removed_in=None, until__lte=bank_today())


class WatchlistEntry(Fed):
    """Somebody on a watchlist, since which version, and until which."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        ORGANISATION = "organisation", pgettext_lazy("watchlist", "Organisation")

    watchlist = models.ForeignKey(
        Watchlist, models.PROTECT, related_name="listed", verbose_name=_("watchlist")
    )
    key = models.CharField(_("key in the list"), max_length=60)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    name = models.CharField(pgettext_lazy("watchlist", "name"), max_length=400)
    aliases = ArrayField(models.CharField(max_length=400), verbose_name=_("other names"))
    born = models.CharField(_("born"), max_length=200, blank=True)
    countries = models.CharField(
        pgettext_lazy("watchlist", "countries"), max_length=200, blank=True
    )
    remark = models.TextField(pgettext_lazy("watchlist", "remark"), blank=True)
    until = models.DateField(pgettext_lazy("watchlist", "expires on"), null=True)
    digest = models.CharField(_("digest"), max_length=64)
    added_in = models.ForeignKey(
        WatchlistVersion,
        models.PROTECT,
        related_name="entries_added",
        verbose_name=pgettext_lazy("watchlist", "since"),
    )
    changed_in = models.ForeignKey(
        WatchlistVersion,
        models.PROTECT,
        related_name="entries_changed",
        verbose_name=_("last changed in"),
    )
    removed_in = models.ForeignKey(
        WatchlistVersion,
        models.PROTECT,
        null=True,
        related_name="entries_removed",
        verbose_name=_("delisted in"),
    )

    SCOPE = Through("watchlist")
    RIGHTS_OF = Watchlist
    CLASSES = dict.fromkeys(
        ["watchlist", "key", "kind", "until", "digest", "added_in", "changed_in", "removed_in"],
        INTERNAL,
    ) | dict.fromkeys(["name", "aliases", "born", "countries", "remark"], PERSONAL)
    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of a watchlist")
        verbose_name_plural = _("entries of watchlists")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["watchlist", "key"], name="risk_watchlist_entry_once")
        ]
        indexes = [
            # few expire, and those are looked for every hour
            models.Index(
                fields=["until"],
                name="risk_watchlist_entry_until",
                condition=Q(until__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_person(self) -> bool:
        """Whether a natural person is listed."""
        return self.kind == self.Kind.PERSON

    @property
    def is_expired(self) -> bool:
        """Whether the day has come on which the entry expires."""
        return self.until is not None and self.until <= bank_today()


class ListedName(Fed):
    """One of the names under which somebody is listed, with the keys by which it is found."""

    entry = models.ForeignKey(
        WatchlistEntry, models.CASCADE, related_name="names", verbose_name=_("entry")
    )
    text = models.CharField(pgettext_lazy("watchlist", "name"), max_length=400)
    is_person = models.BooleanField(_("person"))
    keys = ArrayField(models.TextField(), verbose_name=_("keys"))
    edition = models.PositiveSmallIntegerField(_("edition of the keys"), db_default=1)

    SCOPE = Through("entry")
    CLASSES = dict.fromkeys(["entry", "is_person", "edition"], INTERNAL) | dict.fromkeys(
        ["text", "keys"], PERSONAL
    )
    UNSHOWN = "by which screening finds; the entries themselves are shown"
    objects = ScopedQuerySet["ListedName"].as_manager()

    class Meta:
        verbose_name = _("listed name")
        verbose_name_plural = _("listed names")
        default_permissions = ()
        indexes = [GinIndex(fields=["keys"], name="risk_listed_name_keys")]

    def __str__(self) -> str:
        return self.text


class CrowdedKey(Derived):
    """A key that very many listed names share, and how many: too many to read them all."""

    key = models.TextField(primary_key=True)
    names = models.PositiveIntegerField()

    CLASSES = {"key": PERSONAL, "names": INTERNAL}
    UNSHOWN = "by which screening finds; the entries themselves are shown"

    class Meta:
        db_table = "risk_crowded_key"
        default_permissions = ()

    def __str__(self) -> str:
        return self.key
