"""Sign-ins and changes of factors go to the access trail."""

from __future__ import annotations

from typing import Any

from crm.core.trail import Kind, record_access


def signed_in(sender: object, request: Any, user: Any, **_kwargs: Any) -> None:
    """Record a sign-in."""
    record_access(Kind.SIGN_IN, by=user)


def signed_out(sender: object, request: Any, user: Any, **_kwargs: Any) -> None:
    """Record a sign-out, and let the answer clear what the browser kept."""
    request.signed_out = True
    if user is not None:
        record_access(Kind.SIGN_OUT, by=user)


def factor_failed(sender: object, request: Any, user: Any, **_kwargs: Any) -> None:
    """Record that the password was right and the second factor was not."""
    record_access(Kind.SIGN_IN_FAILED, by=user)


def factor_changed(sender: object, request: Any, user: Any, **_kwargs: Any) -> None:
    """Record that a second factor came or went."""
    record_access(Kind.FACTOR, by=user)
