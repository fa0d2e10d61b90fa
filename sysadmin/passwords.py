"""What no password may hold."""

from __future__ import annotations

import re
import string

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

NAMES = ("meridian", "password", "welcome", "lanjiang")
LOOKALIKES = str.maketrans("013457@$!", "oleastasi")
FEWEST_CHARACTERS = 5


class NotTheBanksOwnNames:
    """Refuse passwords built on the product's or the bank's name: they are guessed first."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError for a password with such a name in it."""
        plain = password.lower()
        if any(name in form for name in NAMES for form in (plain, plain.translate(LOOKALIKES))):
            raise ValidationError(
                _("This password holds a name that is guessed first. Choose another one.")
            )

    def get_help_text(self) -> str:
        """What to avoid."""
        return _("Your password must not hold the name of the bank or of this system.")


class NotGuessedFirst(CommonPasswordValidator):
    """Refuse what lists of stolen passwords hold, also repeated, disguised or with digits added."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError for a password that is tried before all others."""
        forms = forms_of(password)
        if len(set(password)) < FEWEST_CHARACTERS or not forms.isdisjoint({"", *self.passwords}):
            raise ValidationError(self.get_error_message(), code="password_too_common")


def forms_of(password: str) -> set[str]:
    """The password as it stands, as its repeated part, and without what is put around a word."""
    plain = password.lower().strip()
    repeated = re.fullmatch(r"(.+?)\1+", plain[:128], re.DOTALL)
    heart = repeated.group(1) if repeated else plain
    around = string.digits + string.punctuation + " "
    return {plain, heart, heart.translate(LOOKALIKES), heart.strip(around)}
