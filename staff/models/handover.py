"""What one member of staff hands to another, from the proposal to the day on which it moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL, PERSONAL
from crm.core.clock import bank_today
from crm.core.models import Move, Workflow
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Asker, InTree, Reach, tree_arms

from .organisation import Branch
from .people import StaffMember

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True)
class BetweenTwo(InTree):
    """Rows between two members of staff: reached from either side, and by who entered them.

    `other`, `other_owner` and `other_leader` are the second side's place, owner and leader,
    `author` the path to the user who entered the row.
    """

    other: str = ""
    other_owner: str = ""
    other_leader: str = ""
    author: str = ""

    def arms(self, model: type[models.Model], reach: Reach, user: Asker) -> list[Q]:
        """The arms of the first side, of the second one, and what the user entered."""
        arms = [*super().arms(model, reach, user), *tree_arms(reach, self.other)]
        if reach.own:
            arms += [Q(**{self.other_owner: user.pk}), Q(**{self.author: user.pk})]
        if reach.team:
            arms.append(Q(**{self.other_leader: user.pk}))
        return arms


class HandoverQuerySet(ScopedQuerySet["Handover"]):
    """Handovers between members of staff."""

    def due(self) -> Self:
        """Those that are accepted and whose day has come."""
        return self.filter(status=Handover.Status.ACCEPTED, effective_on__lte=bank_today())

    def undecided(self) -> Self:
        """Those of which something may still come."""
        return self.filter(status__in=Handover.UNDECIDED)


class Handover(Workflow):
    """Customers, and what is open about them, that one member of staff hands to another.

    `everything` says that nothing is to be left with the first one. `fault` says why it was not
    carried out on its day; `held` are the keys of what moves of each part that keeps no rows of its
    own; `result` counts by part what moved and what stayed for which cause.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("handover", "Proposed")
        ACCEPTED = "accepted", pgettext_lazy("handover", "Accepted")
        REFUSED = "refused", pgettext_lazy("handover", "Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        DONE = "done", pgettext_lazy("handover", "Carried out")

    UNDECIDED = (Status.PROPOSED, Status.ACCEPTED)
    _OVER = _("This can no longer be done with the handover. Status now: %(status)s.")
    MOVES = {
        "accept": Move(
            leaves=frozenset({Status.PROPOSED}),
            enters=Status.ACCEPTED,
            further=frozenset({Status.DONE}),
            label=_("Accept"),
            question=_("Accept the handover “%(name)s”?"),
            done=_("“%(name)s” is accepted. Status now: %(status)s."),
            refused=_OVER,
        ),
        "refuse": Move(
            leaves=frozenset({Status.PROPOSED}),
            enters=Status.REFUSED,
            label=_("Refuse"),
            question=_("Refuse the handover “%(name)s”?"),
            done=_("“%(name)s” is refused."),
            refused=_OVER,
            grave=True,
        ),
        "withdraw": Move(
            leaves=frozenset(UNDECIDED),
            enters=Status.WITHDRAWN,
            label=_("Withdraw"),
            question=_("Withdraw the handover “%(name)s”?"),
            done=_("“%(name)s” is withdrawn."),
            refused=_OVER,
            grave=True,
        ),
    }

    from_member = models.ForeignKey(
        StaffMember,
        models.PROTECT,
        related_name="handovers_from",
        verbose_name=_("handed over by"),
        editable=False,
    )
    to_member = models.ForeignKey(
        StaffMember,
        models.PROTECT,
        related_name="handovers_to",
        verbose_name=_("successor"),
        editable=False,
    )
    branch = models.ForeignKey(
        Branch,
        models.PROTECT,
        related_name="handovers_from",
        verbose_name=_("branch"),
        editable=False,
    )
    to_branch = models.ForeignKey(
        Branch,
        models.PROTECT,
        related_name="handovers_to",
        verbose_name=_("branch of the successor"),
        editable=False,
    )
    effective_on = models.DateField(_("effective on"), editable=False)
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.PROPOSED, editable=False
    )
    everything = models.BooleanField(_("everything"), default=False, editable=False)
    moves_branch = models.BooleanField(
        _("managing branch moves too"), default=False, editable=False
    )
    size = models.PositiveIntegerField(_("customers"), default=0, editable=False)
    held = models.JSONField(_("taken along"), default=dict, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="handovers_proposed",
        verbose_name=_("proposed by"),
        editable=False,
    )
    reason = models.CharField(_("reason"), max_length=500, editable=False)
    answer = models.CharField(_("answer"), max_length=500, blank=True, editable=False)
    fault = models.CharField(
        _("why it was not carried out"), max_length=1000, blank=True, editable=False
    )
    result = models.JSONField(_("result"), default=dict, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)

    SCOPE = BetweenTwo(
        "branch",
        owner="from_member__user",
        leader="from_member__supervisor__user",
        other="to_branch",
        other_owner="to_member__user",
        other_leader="to_member__supervisor__user",
        author="owner",
    )
    CLASSES = dict.fromkeys(
        ["from_member", "to_member", "branch", "to_branch", "effective_on", "everything"], INTERNAL
    ) | {
        "moves_branch": INTERNAL,
        "size": INTERNAL,
        "held": INTERNAL,
        "owner": INTERNAL,
        "result": INTERNAL,
        "ended_at": INTERNAL,
        "reason": PERSONAL,
        "answer": PERSONAL,
        "fault": PERSONAL,
    }
    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        default_permissions = ("view",)
        permissions = [
            ("accept_handover", _("Accept what is handed over")),
            ("refuse_handover", _("Refuse what is handed over")),
            ("withdraw_handover", _("Withdraw a handover")),
        ]
        indexes = [
            models.Index(fields=["branch", "-id"], name="staff_handover_by_branch"),
            models.Index(fields=["to_branch", "-id"], name="staff_handover_by_to_branch"),
            models.Index(fields=["effective_on", "id"], name="staff_handover_by_day"),
        ]
        constraints = [
            models.CheckConstraint(
                name="staff_handover_between_two",
                condition=~Q(to_member=F("from_member")),
                violation_error_message=_("Nobody hands over to themselves. Choose somebody else."),
            ),
            models.CheckConstraint(
                name="staff_handover_with_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Give a reason in a few words."),
            ),
            models.CheckConstraint(
                name="staff_handover_ended",
                condition=Q(status__in=["proposed", "accepted"], ended_at__isnull=True)
                | Q(status__in=["refused", "withdrawn", "done"], ended_at__isnull=False),
                violation_error_message=_("A handover that is over has the moment of its end."),
            ),
        ]

    def __str__(self) -> str:
        return _("%(giver)s to %(taker)s") % {"giver": self.from_member, "taker": self.to_member}

    @property
    def is_undecided(self) -> bool:
        """Whether something may still come of it."""
        return self.status in self.UNDECIDED

    @property
    def day(self) -> dt.date:
        """The day on which it would move: its own, or today if that is over."""
        return max(self.effective_on, bank_today())

    def is_awaited_by(self, user: Any) -> bool:
        """Whether it is this user who is to accept it, or has accepted it for a later day."""
        return self.is_undecided and bool(self.to_member.user_id == user.pk)
