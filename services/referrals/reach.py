"""Who reaches a referral: its author, whom it asks, and those above either."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Model, Q

from crm.core.scope import Asker, Reach
from staff.models import StaffMember
from staff.models.handover import BetweenTwo


@dataclass(frozen=True)
class Referred(BetweenTwo):
    """Rows between two members of staff, one of whom may be anybody of a branch, or of a post.

    `author` is who has answered: they keep what they took from the branch.
    """

    def arms(self, model: type[Model], reach: Reach, user: Asker) -> list[Q]:
        """The arms of both sides, and what is asked of everybody at the user's own branch."""
        arms = super().arms(model, reach, user)
        if reach.own:
            arms.append(asked_of_all(user))
        return arms


def asked_of_all(user: Asker) -> Q:
    """What is asked of everybody at the branch where a user works, or of those with their post."""
    place = StaffMember._base_manager.filter(user=user.pk)
    of_post = Q(to_post="") | Q(to_post__in=place.values("post"))
    return Q(of_post, to_member=None, to_branch__in=place.values("branch"))
