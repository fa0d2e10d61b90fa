"""Secrets of second factors rest sealed under the bank's key ring."""

from __future__ import annotations

import base64

from crm.core.sealed import Place, seal, unseal

PLACE = Place("mfa_authenticator", "data", 0)
SALT = b"second factors 1"


def seal_secret(text: str) -> str:
    """The secret as an envelope in text form."""
    return base64.b64encode(seal(text, PLACE, SALT)).decode()


def open_secret(sealed: str) -> str:
    """The secret in the clear, for the check of a code."""
    return unseal(base64.b64decode(sealed), PLACE, SALT)
