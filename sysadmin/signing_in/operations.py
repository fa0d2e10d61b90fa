"""What happens to open sessions."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.usersessions.models import UserSession

from crm.core.clock import now
from crm.core.operations import operation, write
from sysadmin.models import User


@operation
def end_sessions(user: User, *, by: User, reason: str, sessions: Iterable[str] = ()) -> None:
    """End those sessions of a user, or all of them; the next request leads to the sign-in."""
    open_ones = UserSession.objects.filter(user=user)
    chosen = list(sessions)
    for session in open_ones.filter(pk__in=chosen) if chosen else open_ones:
        session.end()
    user.sessions_ended_at = now()
    write(user, ["sessions_ended_at"], version=user.version)
