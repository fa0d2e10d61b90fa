"""The tree of the organisation."""

from __future__ import annotations

from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.core.classes import PUBLIC
from crm.core.models import Move, Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Asker, BankWide, tree_arms


def in_chinese() -> bool:
    """Whether the active language is Chinese."""
    return (get_language() or "").startswith("zh")


class BranchQuerySet(ScopedQuerySet["Branch"]):
    """Branches of the tree."""

    def open_to(self, user: Asker, action: str) -> Self:
        """Open branches in which the user may do this: what the look-up of a form offers."""
        return self.in_reach(user, action).filter(closed_on=None)

    def in_reach(self, user: Asker, action: str) -> Self:
        """Branches, closed ones among them, in which the user may do this."""
        reach = user.reach(action)
        if reach is None:
            return self.none()
        if reach.everything:
            return self
        arms = [*tree_arms(reach, ""), Q(pk__in=reach.homes)]
        within = Q()
        for arm in arms:
            within |= arm
        return self.filter(within)


class Branch(Record):
    """A unit of the bank in the tree of the organisation.

    `lft` and `rgt` span the units below; they are bigint with wide gaps, so that most changes
    of the tree renumber nothing.
    """

    class Level(models.TextChoices):
        HEAD_OFFICE = "head_office", _("Head office")
        BRANCH = "branch", pgettext_lazy("level", "Branch")
        MANAGING_SUB_BRANCH = "managing_sub_branch", _("Managing sub-branch")
        SUB_BRANCH = "sub_branch", _("Sub-branch")

    code = models.CharField(
        pgettext_lazy("branch", "code"),
        max_length=8,
        unique=True,
        validators=[RegexValidator(r"^[0-9]{4,8}\Z", _("Enter the code as four to eight digits."))],
    )
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    level = models.CharField(_("level"), max_length=20, choices=Level)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("belongs to"),
    )
    lft = models.BigIntegerField(editable=False)
    rgt = models.BigIntegerField(editable=False)
    city = models.CharField(_("city"), max_length=60)
    opened_on = models.DateField(_("opened on"))
    closed_on = models.DateField(
        pgettext_lazy("branch", "closed on"), null=True, blank=True, editable=False
    )

    MOVES = {
        "close": Move(
            label=_("Close branch"),
            question=_("Close %(name)s today?"),
            done=_("%(name)s is closed."),
            refused=_("This branch cannot be closed: it is closed already, or the head office."),
            grave=True,
        )
    }
    SCOPE = BankWide()
    CLASSES = dict.fromkeys(
        [
            "code",
            "name",
            "name_en",
            "level",
            "parent",
            "lft",
            "rgt",
            "city",
            "opened_on",
            "closed_on",
        ],
        PUBLIC,
    )
    objects = BranchQuerySet.as_manager()

    class Meta:
        verbose_name = _("branch")
        verbose_name_plural = _("branches")
        ordering = ["lft"]
        default_permissions = ("view", "add", "change")
        permissions = [
            ("move_branch", _("Move a branch within the tree")),
            ("close_branch", _("Close a branch")),
        ]
        indexes = [models.Index(fields=["lft"], name="staff_branch_lft")]
        constraints = [
            models.CheckConstraint(name="staff_branch_span", condition=Q(lft__lt=F("rgt"))),
            models.CheckConstraint(
                name="staff_branch_has_parent",
                condition=Q(parent__isnull=True, level="head_office")
                | Q(parent__isnull=False) & ~Q(level="head_office"),
                violation_error_message=_("Only the head office stands alone in the tree."),
            ),
            models.CheckConstraint(
                name="staff_branch_closed_after_opening",
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                violation_error_message=_("A branch cannot be closed before it is opened."),
            ),
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The name in the active language."""
        return self.name if in_chinese() else self.name_en

    @property
    def is_closed(self) -> bool:
        """Whether the branch is closed."""
        return self.closed_on is not None

    def can(self, verb: str) -> bool:
        """Whether the branch can still be closed."""
        return not self.is_closed and self.parent_id is not None

    def stands_above(self, level: str) -> bool:
        """Whether units of a level can belong to this one: levels go down, and may be left out."""
        levels: list[str] = self.Level.values
        return levels.index(self.level) < levels.index(level)
