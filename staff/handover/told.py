"""What handovers tell of: one waits for its successor, and who proposed it learns the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from staff.models import Handover
from sysadmin.models import Importance
from sysadmin.notices.kinds import Kind, add_kinds
from sysadmin.notices.operations import nothing_waits, tell_of

if TYPE_CHECKING:
    from sysadmin.models import User

PROPOSED = Kind(
    "staff.handover_proposed",
    _("A handover waits for you"),
    _("%(by)s proposes that you take over: %(name)s."),
    icon="arrow-right-left",
    importance=Importance.WARN,
)
ANSWERED = Kind(
    "staff.handover_answered",
    _("A handover that you proposed was answered"),
    _("%(by)s has accepted a handover: %(name)s."),
    {Handover.Status.REFUSED: _("%(by)s has refused a handover: %(name)s.")},
    icon="arrow-right-left",
)


def register() -> None:
    """Let people be told of handovers."""
    add_kinds(PROPOSED, ANSWERED)


def proposed(handover: Handover, *, by: User) -> None:
    """Tell the successor that a handover waits."""
    tell_of(handover, PROPOSED.code, handover.to_member.user_id, by=by)


def answered(handover: Handover, *, by: User) -> None:
    """Tell who proposed a handover how it was answered; it waits for nobody any more."""
    nothing_waits(handover, PROPOSED.code)
    tell_of(handover, ANSWERED.code, handover.owner_id, by=by, code=handover.status)
