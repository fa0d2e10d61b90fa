"""What is made known to many at once, and who has acknowledged it."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL
from crm.core.clock import bank_today
from crm.core.formats import in_chinese
from crm.core.models import Move, Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import InTree, Through

from .notices import Importance
from .users import Grant, Role, User

ENDS_FIRST = _("The last day lies before the first. Enter a later day.")
# in this order they are shown
URGENCY = (Importance.BAD, Importance.WARN, Importance.INFO)


class AnnouncementQuerySet(ScopedQuerySet["Announcement"]):
    """Announcements."""

    def live(self) -> Self:
        """Those that are shown today."""
        today = bank_today()
        return self.filter(first_day__lte=today, last_day__gte=today, ended_at=None)

    def meant_for(self, user: User) -> Self:
        """Those for a role that the user holds today, at a branch for which it holds."""
        # only the places of grants that are in force count, with their role
        audience = Q(pk__in=())
        for held in user.held:
            there = Q(branch__lft__lte=held.grant.lft, branch__rgt__gte=held.grant.rgt)
            audience |= there & (Q(role=None) | Q(role=held.role_id))
        return self.filter(audience)

    def waiting_for(self, user: User) -> Self:
        """Those of today, but for the user's own, that the user has not heeded yet.

        Urgent ones come first.
        """
        answered = Acknowledgement.objects.filter(announcement=OuterRef("pk"), user=user.pk)
        rank = models.Case(
            *(models.When(importance=one, then=place) for place, one in enumerate(URGENCY)),
            output_field=models.IntegerField(),
        )
        others = self.live().meant_for(user).exclude(author=user.pk)
        return others.filter(~Exists(answered)).order_by(rank, "-id")


class Announcement(Record):
    """What is made known to everybody at a branch and those below it, or to those with a role."""

    title = models.CharField(pgettext_lazy("announcement", "heading"), max_length=80)
    title_zh = models.CharField(pgettext_lazy("announcement", "heading in Chinese"), max_length=80)
    text = models.TextField(
        pgettext_lazy("announcement", "text"),
        max_length=500,
        blank=True,
        help_text=_("Where one language is left empty, the other is shown."),
    )
    text_zh = models.TextField(
        pgettext_lazy("announcement", "text in Chinese"), max_length=500, blank=True
    )
    branch = models.ForeignKey(
        "staff.Branch", models.PROTECT, related_name="announcements", verbose_name=_("branch")
    )
    role = models.ForeignKey(
        Role,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="announcements",
        verbose_name=_("role"),
        help_text=_("Left empty, it is for everybody at the branch and those below it."),
    )
    importance = models.CharField(
        pgettext_lazy("announcement", "importance"),
        max_length=4,
        choices=Importance,
        default=Importance.INFO,
    )
    must_acknowledge = models.BooleanField(_("must be acknowledged"), default=False)
    first_day = models.DateField(pgettext_lazy("announcement", "shown from"), default=bank_today)
    last_day = models.DateField(pgettext_lazy("announcement", "shown until"))
    author = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="announcements",
        verbose_name=pgettext_lazy("announcement", "published by"),
        editable=False,
    )

    ended_at = models.DateTimeField(
        pgettext_lazy("announcement", "taken down"), null=True, editable=False
    )

    MOVES = {
        "end": Move(
            label=_("Take down"),
            question=_("Take down “%(name)s”? Nobody sees it from now on."),
            done=_("“%(name)s” is taken down."),
            refused=_("This announcement is over already."),
            grave=True,
        )
    }
    SCOPE = InTree("branch")
    CLASSES = dict.fromkeys(
        [
            "title",
            "title_zh",
            "text",
            "text_zh",
            "branch",
            "role",
            "importance",
            "must_acknowledge",
            "first_day",
            "last_day",
            "author",
            "ended_at",
        ],
        INTERNAL,
    )
    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        default_permissions = ("view", "add")
        permissions = [("end_announcement", _("Take an announcement down"))]
        indexes = [
            models.Index(fields=["last_day"], name="sysadmin_announcement_live"),
            models.Index(fields=["branch", "-id"], name="sysadmin_announcement_branch"),
        ]
        constraints = [
            models.CheckConstraint(
                name="sysadmin_announcement_forward",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message=ENDS_FIRST,
            )
        ]

    def clean(self) -> None:
        """Refuse a last day before the first, beside it."""
        first: dt.date | None = self.first_day  # an unfinished form leaves both empty
        last: dt.date | None = self.last_day
        if first and last and last < first:
            raise ValidationError({"last_day": ENDS_FIRST})

    def __str__(self) -> str:
        return self.shown_title

    @property
    def shown_title(self) -> str:
        """The heading in the active language."""
        return self.title_zh if in_chinese() else self.title

    @property
    def shown_text(self) -> str:
        """The text in the active language, or in the other one where it has none."""
        first, second = (self.text_zh, self.text) if in_chinese() else (self.text, self.text_zh)
        return first or second

    shown_text.fget.label = pgettext_lazy("announcement", "text")  # type: ignore[attr-defined]

    @property
    def is_live(self) -> bool:
        """Whether it is shown today."""
        return self.ended_at is None and self.first_day <= bank_today() <= self.last_day

    def readers(self) -> models.QuerySet[User]:
        """The users for whom it is meant today, but for its author."""
        low, high = self.branch.lft, self.branch.rgt
        there = Q(branch__lft__gte=low, branch__rgt__lte=high, valid__contains=bank_today())
        grants = Grant.objects.filter(there, Q(role=self.role_id) if self.role_id else Q())
        users = User.objects.filter(is_active=True, is_system=False)
        return users.filter(pk__in=grants.values("user")).exclude(pk=self.author_id)

    def can(self, verb: str) -> bool:
        """Whether it is shown today, or will be."""
        return verb == "end" and self.ended_at is None and self.last_day >= bank_today()


class Acknowledgement(Record):
    """Somebody has dismissed an announcement, or acknowledged it where that was asked for."""

    announcement = models.ForeignKey(
        Announcement,
        models.PROTECT,
        related_name="acknowledgements",
        verbose_name=_("announcement"),
    )
    user = models.ForeignKey(
        User, models.PROTECT, related_name="acknowledgements", verbose_name=_("user")
    )

    RIGHTS_OF = Announcement
    SCOPE = Through("announcement")
    CLASSES = dict.fromkeys(["announcement", "user"], INTERNAL)
    objects = ScopedQuerySet["Acknowledgement"].as_manager()

    class Meta:
        verbose_name = _("acknowledgement")
        verbose_name_plural = _("acknowledgements")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["announcement", "user"], name="sysadmin_acknowledgement_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.announcement} · {self.user}"
