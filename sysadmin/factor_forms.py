"""What a security key answers is checked before a library believes it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.core.trail import Kind, record_access

LONGEST = 64 * 1024
# what the library lets through when an answer is no key's
DAMAGE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    InvalidSignature,
    UnsupportedAlgorithm,
)


@contextmanager
def refusing_damage() -> Iterator[None]:
    """Answer for anything that is no key's answer as for a wrong one."""
    try:
        yield
    except DAMAGE as error:
        raise get_adapter().validation_error("incorrect_code") from error


class AnswerField(forms.JSONField):
    """A key's answer: bounded, and not nested without end."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        """The answer as it was sent."""
        if isinstance(value, str) and len(value) > LONGEST:
            raise get_adapter().validation_error("incorrect_code")
        with refusing_damage():
            return super().to_python(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Nothing of a refused answer is shown again."""
        return initial


class AddKeyForm(AddWebAuthnForm):
    """Adding a key."""

    name = forms.CharField(label=_("Name of the key"), required=False)
    credential = AnswerField()

    def clean(self) -> dict[str, Any]:
        with refusing_damage():
            return super().clean()


class RenameKeyForm(EditWebAuthnForm):
    """Renaming a key."""

    name = forms.CharField(label=_("Name of the key"))


class KeySignInForm(AuthenticateWebAuthnForm):
    """Signing in with a key."""

    credential = AnswerField()

    def clean_credential(self) -> Any:
        try:
            with refusing_damage():
                return super().clean_credential()
        except ValidationError:
            record_access(Kind.SIGN_IN_FAILED, by=self.user, field="webauthn")
            raise


class KeyAgainForm(KeySignInForm, ReauthenticateWebAuthnForm):
    """Confirming who one is, by a key."""
