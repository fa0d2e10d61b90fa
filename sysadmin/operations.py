"""What happens to users, roles and grants."""

from __future__ import annotations

from django.dispatch import Signal
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.acting import acting
from crm.core.approvals import asker, second_person
from crm.core.operations import DomainError, operation, save_new, write

from .duties.conflicts import refuse_incompatible
from .models import Grant, User, period, soonest_end

# inside the transaction: somebody is about to give a right; a module above may refuse it
giving = Signal()


@second_person(
    "sysadmin.give/1",
    label=gettext_lazy("New grant"),
    action="sysadmin.add_grant",
    same=lambda grant: [grant.user_id, grant.role_id, grant.branch_id],
)
@operation
def give(grant: Grant, *, by: User) -> Grant:
    """Give a user a role at a branch; nobody gives rights to themselves."""
    if grant.user_id in {asker(by).pk, by.pk}:
        raise DomainError(
            _("Nobody gives rights to themselves. Ask another administrator."), "user"
        )
    refuse_known(grant.user, by, "user")
    refuse_incompatible(grant)
    giving.send(Grant, grant=grant, by=asker(by))
    save_new(grant)
    return grant


@second_person(
    "sysadmin.end/1",
    label=gettext_lazy("End of a grant"),
    action="sysadmin.end_grant",
)
@operation
def end(grant: Grant, *, by: User, reason: str) -> None:
    """End a grant today; it bites no more on the user's very next request."""
    if not grant.can("end"):
        raise DomainError(grant.sentence(Grant.MOVES["end"].refused))
    grant.valid = period(grant.valid.lower, soonest_end(grant.valid))
    write(grant, ["valid"], version=grant.version)


def refuse_known(user: User, by: User, field: str | None = None) -> None:
    """Whoever knows the first password of a user, and gave rights too, could use them alone."""
    if user.is_known_by(by):
        raise DomainError(
            _(
                "You know the first password of this user. Wait until they have chosen their own, "
                "or ask another administrator."
            ),
            field,
        )
    if user.is_known_by(asker(by)):
        raise DomainError(
            _(
                "%(name)s asked for this and knows the first password of the user. Wait until the "
                "user has chosen their own, or reject the request."
            )
            % {"name": asker(by)},
            field,
        )


def set_manner(user: User, **choices: object) -> None:
    """Keep how a user wants things: language, theme, density, when to be told of what."""
    with acting(by=user):
        for name, value in choices.items():
            setattr(user, name, value)
        user.save(update_fields=[*choices, "updated_at"])
