"""What no password may hold."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

NAMES = ("meridian", "password", "welcome", "lanjiang")


class NotTheBanksOwnNames:
    """Refuse passwords built on the product's or the bank's name: they are guessed first."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError for a password with such a name in it."""
        if any(name in password.lower() for name in NAMES):
            raise ValidationError(
                _("This password holds a name that is guessed first. Choose another one.")
            )

    def get_help_text(self) -> str:
        """What to avoid."""
        return _("Your password must not hold the name of the bank or of this system.")
