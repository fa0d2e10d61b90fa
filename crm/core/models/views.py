"""Saved views: what a list is narrowed to, sorted by and made of, under a name."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Shared

from .records import Record
from .requests import StoredQuery


class SavedView(Record):
    """A list as somebody keeps it for themselves, for their team or for a role.

    It holds the list's address and no rows: whoever opens it sees what is within their own reach.
    `query` are the words searched for, if there are any.
    """

    class Audience(models.TextChoices):
        PRIVATE = "private", _("Only me")
        TEAM = "team", _("My team")
        ROLE = "role", _("Everybody with a role")

    resource = models.CharField(_("list"), max_length=80, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="saved_views",
        verbose_name=_("owner"),
        editable=False,
    )
    name = models.CharField(pgettext_lazy("view", "name"), max_length=40)
    address = models.CharField(_("address"), max_length=2000, blank=True, editable=False)
    query = models.ForeignKey(
        StoredQuery,
        models.RESTRICT,
        null=True,
        related_name="saved_views",
        verbose_name=_("searched words"),
        editable=False,
    )
    audience = models.CharField(
        _("for whom"), max_length=8, choices=Audience, default=Audience.PRIVATE
    )
    team = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="team_views",
        verbose_name=_("leader of the team"),
        editable=False,
    )
    role = models.ForeignKey(
        "sysadmin.Role",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="saved_views",
        verbose_name=_("role"),
        help_text=_("Only for a view that everybody with a role shall see."),
    )
    pinned = models.BooleanField(_("show as a tab"), default=True)

    SCOPE = Shared("owner", team="team", members="staff_member__reports__user", role="role")
    CLASSES = dict.fromkeys(
        ["resource", "owner", "name", "address", "query", "audience", "team", "role", "pinned"],
        INTERNAL,
    )
    UNSHOWN = "everybody's own, beside the list that it is a view of"
    SHARE: ClassVar[str] = "core.share_savedview"
    objects = ScopedQuerySet["SavedView"].as_manager()

    class Meta:
        db_table = "core_saved_view"
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        default_permissions = ()
        permissions = [("share_savedview", _("Share a saved view"))]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "resource", "name"],
                name="core_saved_view_once",
                violation_error_message=_("You have a view of this name. Choose another name."),
            ),
            models.CheckConstraint(
                name="core_saved_view_for_whom",
                condition=Q(audience="private", team=None, role=None)
                | Q(audience="team", team__isnull=False, role=None)
                | Q(audience="role", team=None, role__isnull=False),
                violation_error_message=_("Choose the role that the view is for."),
            ),
            models.CheckConstraint(
                name="core_saved_view_words_stay",
                condition=Q(audience="private") | Q(query=None),
                violation_error_message=_(
                    "A view with searched words stays yours alone: the words may name a customer. "
                    "Clear the search, then share the view."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """What stands for the view in an address."""
        return str(self.pk)
