"""Who somebody is: user name and password, the same time for a known and an unknown name."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from .models import User
from .rights import user_with_rights


class BankBackend(AuthenticationBackend):
    """Sign-in by user name; rights come from grants alone, never from the framework's tables."""

    def get_user(self, user_id: Any) -> User | None:
        """The user of a session, with the rights that hold at this moment."""
        user = user_with_rights(User, user_id)
        return user if user is not None and self.user_can_authenticate(user) else None

    def _authenticate_by_username(self, username: str, password: str) -> User | None:
        """The user of that name, if it is their password."""
        user = User.objects.called(username).first()
        checked: User | None = self._check_password(user, password)
        return checked

    def get_all_permissions(self, user_obj: Any, obj: object = None) -> set[str]:
        """The actions that live grants carry."""
        return {action for grant in user_obj.live_grants for action in grant.actions}

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:
        """Whether a live grant carries the action."""
        return bool(user_obj.has_action(perm))
