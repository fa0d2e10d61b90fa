"""What happens to sign-ins: opened, switched off and on, ended, given a new password or factor."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Q
from django.dispatch import Signal
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.approvals import asker, second_person
from crm.core.clock import now
from crm.core.models import Approval
from crm.core.operations import DomainError, lock_for, operation, save_new, write
from crm.core.trail import Kind, record_access
from sysadmin.models import User

FIRST_PASSWORD_HOLDS = dt.timedelta(days=3)
# nobody could give the first administrator of an installation another one
OF_THE_SYSTEM_HOLDS = dt.timedelta(days=366)
RESET_FACTORS = "sysadmin.reset_factors/1"
# inside the transaction: somebody else has changed by what a user signs in
sign_in_changed = Signal()
FIRST_PASSWORD = ["password", "first_password_until", "first_password_by"]


@operation
def open_account(user: User, *, by: User) -> str:
    """Give a person a sign-in; returns the first password."""
    first = _first_password(user, by)
    save_new(user)
    return first


@operation
def disable(user: User, *, by: User, reason: str) -> None:
    """Stop a user from signing in; open sessions end at once, what waits for others stays."""
    lock_for(user, "disable")
    _refuse_oneself(user, by)
    user.is_active = False
    close_sessions(user)
    write(user, ["is_active"], version=user.version)


@operation
def enable(user: User, *, by: User, reason: str) -> None:
    """Let a user sign in again."""
    lock_for(user, "enable")
    user.is_active = True
    write(user, ["is_active"], version=user.version)


@operation
def give_password(user: User, *, by: User, reason: str) -> str:
    """Give a user another first password, and return it; the second factor stays."""
    lock_for(user, "give_password")
    _refuse_oneself(user, by)
    if has_taken_factors(by, user):
        raise DomainError(
            _(
                "You had part in taking away the second factor, and none is set up since. Let "
                "somebody else give the password."
            )
        )
    first = _first_password(user, by)
    close_sessions(user)
    write(user, FIRST_PASSWORD, version=user.version)
    sign_in_changed.send(User, user=user, by=by, what="give_password")
    return first


@second_person(
    RESET_FACTORS,
    label=gettext_lazy("Reset of a second factor"),
    action="sysadmin.reset_factors_user",
    always=True,
)
@operation
def reset_factors(user: User, *, by: User, reason: str) -> None:
    """Take away the second factor of somebody who has lost it; two persons, neither of them they.

    Whoever has seen the user's password has no part in it: alone, each opens nothing.
    """
    lock_for(user, "reset_factors")
    for one in (asker(by), by):
        _refuse_oneself(user, one)
        if user.is_known_by(one):
            raise DomainError(
                _(
                    "Whoever has given the user a password has no part in taking away their second "
                    "factor. Let somebody else do it."
                )
            )
    if not factors_of(user).exists():
        raise DomainError(_("The user has no second factor."))
    factors_of(user).delete()
    record_access(Kind.FACTOR, by=by, obj=user)
    user.factors_reset_at = now()
    close_sessions(user)
    write(user, ["factors_reset_at"], version=user.version)
    sign_in_changed.send(User, user=user, by=by, what="reset_factors")


@operation
def end_sessions(user: User, *, by: User, reason: str, sessions: Iterable[str] = ()) -> None:
    """End those sessions of a user, or all of them; the next request leads to the sign-in."""
    if chosen := list(sessions):
        for session in UserSession.objects.filter(user=user, pk__in=chosen):
            session.end()
    else:
        close_sessions(user)
    user.sessions_ended_at = now()
    write(user, ["sessions_ended_at"], version=user.version)


def factors_of(user: User) -> Any:
    """The second factors that a user has set up."""
    return Authenticator.objects.filter(user=user).order_by("created_at")


def has_taken_factors(other: User, user: User) -> bool:
    """Whether somebody had part in taking away a user's second factor, and there is none since."""
    if user.factors_reset_at is None or factors_of(user).exists():
        return False
    taken = Approval.objects.filter(
        operation=RESET_FACTORS,
        subject_model=User._meta.label_lower,
        subject_key=user.pk,
        status=Approval.Status.APPROVED,
    )
    return taken.filter(Q(maker=other.pk) | Q(checker=other.pk)).exists()


def close_sessions(user: User, *, but: str | None = None) -> None:
    """End all open sessions of a user, `but` one; the next request leads to the sign-in."""
    for session in UserSession.objects.filter(user=user).exclude(session_key=but or ""):
        session.end()


def _first_password(user: User, by: User) -> str:
    """A random password that holds until the user has chosen their own, and some days at most."""
    first = secrets.token_urlsafe(12)
    user.set_password(first)
    user.first_password_until = now() + (
        OF_THE_SYSTEM_HOLDS if by.is_system else FIRST_PASSWORD_HOLDS
    )
    # the system shows it to nobody who has rights already
    user.first_password_by = None if by.is_system else by
    return first


def _refuse_oneself(user: User, by: User) -> None:
    if user.pk == by.pk:
        raise DomainError(_("Nobody does this to their own sign-in. Ask another administrator."))
